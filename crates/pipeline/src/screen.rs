//! What: policies and guardrails before the model. None are configured in this build, so every call passes; the stage
//! is here so that nothing can be routed around it once there are.

use crate::call::{Admitted, Screened};

/// Screens a call's content.
pub(crate) fn screen(call: Box<Admitted>) -> Screened {
    Screened(call)
}

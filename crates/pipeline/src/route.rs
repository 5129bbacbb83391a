//! Where: from a screened call to the groups that may serve it.

use crate::call::{Routed, Screened};

/// Plans the call. Which deployment of a group takes an attempt is decided when the attempt starts, because that
/// depends on what failed before; which group comes next depends on how.
pub(crate) fn route(call: Screened) -> Routed {
    let Screened(mut call) = call;
    // A film is at one vendor.
    let bound = call.film.as_ref().is_some_and(|film| film.is_bound());
    let client_fallbacks =
        if call.controls.disable_fallbacks || bound { Some(Vec::new()) } else { call.controls.fallbacks.take() };
    Routed { call, client_fallbacks }
}

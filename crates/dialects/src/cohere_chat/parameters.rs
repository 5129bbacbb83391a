//! Parameters that only this dialect has (API reference, "Chat"), and what it means to another dialect that it cannot
//! say them.

use tianji_core::{Json, LossClass};

/// How grave it is that another dialect cannot say a parameter with this value.
pub(crate) fn loss_elsewhere(name: &str, raw: &Json) -> LossClass {
    let hint = HINTS.contains(&name) || DEFAULTS.contains(&(name, raw.text()));
    if hint { LossClass::Hint } else { LossClass::Parameter }
}

/// Why they are lost.
pub(crate) const ONLY_COHERES: &str = "a parameter that only Cohere has";

/// By their name in the body.
pub(super) const OWN: &[&str] = &["citation_options", "priority", "safety_mode"];

/// The answer is the same without them.
const HINTS: &[&str] = &["citation_options", "priority"];

/// Values that say what happens anyway.
const DEFAULTS: &[(&str, &str)] = &[("safety_mode", r#""CONTEXTUAL""#)];

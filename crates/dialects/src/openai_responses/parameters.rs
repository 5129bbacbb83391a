//! Parameters that only this one of OpenAI's dialects has (API reference, "Create a model response"), and what it
//! means to another dialect that it cannot say them.

use tianji_core::{Json, LossClass};

/// How grave it is that another dialect cannot say a parameter with this value; `None` if it is no parameter of this
/// dialect alone.
pub(crate) fn loss_elsewhere(name: &str, raw: &Json) -> Option<LossClass> {
    if !OWN.contains(&name) {
        return None;
    }
    let hint = HINTS.contains(&name) || raw.is_null() || DEFAULTS.contains(&(name, raw.text()));
    Some(if hint || is_harmless_include(name, raw) { LossClass::Hint } else { LossClass::Parameter })
}

/// Encrypted thoughts are always given, and log probabilities are a parameter of their own. Other things to include
/// belong to tools that are losses themselves.
fn is_harmless_include(name: &str, raw: &Json) -> bool {
    name == "include" && raw.read::<Vec<String>>().is_ok()
}

/// By their path in the body.
pub(super) const OWN: &[&str] = &[
    "background",
    "context_management",
    "conversation",
    "include",
    "max_tool_calls",
    "previous_response_id",
    "prompt",
    "reasoning.context",
    "reasoning.generate_summary",
    "reasoning.mode",
    "reasoning.summary",
    // One that names a tool of the vendor's: the others have canonical words.
    "tool_choice",
    "truncation",
];

/// Nothing that is said changes without them.
const HINTS: &[&str] = &["reasoning.context", "reasoning.generate_summary", "reasoning.mode", "reasoning.summary"];

/// Values that say what happens anyway.
const DEFAULTS: &[(&str, &str)] =
    &[("background", "false"), ("truncation", r#""auto""#), ("truncation", r#""disabled""#)];

//! Parameters that only this dialect has (API reference, "Create completion"), and their values that ask for nothing.

/// Whether only this dialect has a parameter of that name.
pub(crate) fn is_own(name: &str) -> bool {
    OWN.contains(&name)
}

/// Whether a parameter of this dialect, as JSON text, says what happens anyway.
pub(crate) fn says_nothing(name: &str, text: &str) -> bool {
    text == "null" || NOTHING.contains(&(name, text))
}

/// By name.
pub(super) const OWN: &[&str] = &["best_of", "echo", "suffix"];

const NOTHING: &[(&str, &str)] = &[("best_of", "1"), ("echo", "false"), ("suffix", r#""""#)];

//! Moderation: OpenAI's form for clients (OpenAI, "Create moderation"). Vendors that speak it answer untouched.

mod compat;
mod mistral;

use super::Translator;

/// Vendors that speak OpenAI's form.
pub(super) const COMPAT: &dyn Translator = &compat::Compat;

/// A vendor's own way, by the name that rows use.
pub(super) fn named(name: &str) -> Option<&'static dyn Translator> {
    Some(match name {
        "mistral" => &mistral::Mistral,
        _ => return None,
    })
}

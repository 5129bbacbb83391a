//! Models that do not speak OpenAI's dialect there.

use tianji_core::DialectId;

/// The dialect of a model; `None` = it cannot be asked yet.
pub(super) fn dialect(model: &str) -> Option<DialectId> {
    if is_claude(model) {
        return None;
    }
    Some(if is_cohere(model) { DialectId::CohereChat } else { DialectId::OpenAiChat })
}

/// Anthropic's models.
pub(super) fn is_claude(model: &str) -> bool {
    begins(model, "claude")
}

/// Cohere's Command models, by the names of Azure's catalogue.
pub(super) fn is_cohere(model: &str) -> bool {
    begins(model, "cohere-command")
}

fn begins(model: &str, start: &str) -> bool {
    model.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

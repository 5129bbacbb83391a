//! Words by which vendors of this dialect say "too long" and "not allowed", kept as data.
//!
//! Codes are OpenAI's and Azure's documented ones. Phrases are what the vendors' servers print; they are compared
//! without regard to case.

use tianji_core::Kind;

/// The kind that a code or a phrase stands for.
pub(super) fn kind(status: u16, codes: &[String], message: &str) -> Option<Kind> {
    let known = |code: &String| CODES.iter().find(|(name, _)| name == code).map(|(_, kind)| *kind);
    if let Some(kind) = codes.iter().find_map(known) {
        return Some(kind);
    }
    if !matches!(status, 400 | 413 | 422 | 500) {
        return None;
    }
    let message = message.to_lowercase();
    let holds = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
    if holds(CONTEXT) {
        return Some(Kind::ContextWindowExceeded);
    }
    holds(POLICY).then_some(Kind::ContentPolicy)
}

const CODES: &[(&str, Kind)] = &[
    ("ResponsibleAIPolicyViolation", Kind::ContentPolicy),
    ("content_filter", Kind::ContentPolicy),
    ("content_policy_violation", Kind::ContentPolicy),
    ("context_length_exceeded", Kind::ContextWindowExceeded),
    ("context_window_exceeded", Kind::ContextWindowExceeded),
    ("exceed_context_size_error", Kind::ContextWindowExceeded),
    ("string_above_max_length", Kind::ContextWindowExceeded),
];

/// Lower case.
pub(super) const CONTEXT: &[&str] = &[
    "context length exceeded",
    "context window exceeded",
    "context_length_exceeded",
    "exceed context limit",
    "exceeds the available context size",
    "exceeds the context window",
    "exceeds the maximum number of tokens allowed",
    "exceeds the model's maximum context",
    "input is too long for requested model",
    "input tokens exceed the configured limit",
    "is longer than the model's context length",
    "maximum context length",
    "maximum prompt length",
    "model's context limit",
    "prompt contains too many tokens",
    "prompt is too long",
    "reduce the length of the messages",
    "string too long. expected a string with maximum length",
    "too large for model with",
    "`inputs` tokens + `max_new_tokens` must be",
];

/// Lower case.
pub(super) const POLICY: &[&str] = &[
    "content management policy",
    "content_policy_violation",
    "content filtering policy",
    "flagged as potentially violating our usage policy",
    "invalid_request_error: violates our usage policies",
    "output blocked by content",
    "rejected as a result of our safety system",
    "responsible ai policy",
    "the response was filtered",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_recognised_in_any_case_and_only_for_refusals() {
        for (phrases, expected) in [(CONTEXT, Kind::ContextWindowExceeded), (POLICY, Kind::ContentPolicy)] {
            for phrase in phrases {
                assert_eq!(*phrase, phrase.to_lowercase());
                for message in [format!("Error: {phrase}."), phrase.to_uppercase()] {
                    assert_eq!(kind(400, &[], &message), Some(expected), "{message}");
                    assert_eq!(kind(429, &[], &message), None, "{message}");
                }
            }
        }
    }

    #[test]
    fn every_code_is_recognised_at_any_status() {
        for (code, expected) in CODES {
            assert_eq!(kind(400, &[(*code).to_owned()], "no"), Some(*expected));
            assert_eq!(kind(403, &["other".to_owned(), (*code).to_owned()], "no"), Some(*expected));
        }
        assert_eq!(kind(400, &["invalid_api_key".to_owned()], "no"), None);
    }
}

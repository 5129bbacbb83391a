//! Stop reasons, both ways (API reference, "Handling stop reasons").

use tianji_core::generate::{Finish, FinishReason};

/// Reads the vendor's word.
pub(super) fn read(word: String, stop_sequence: Option<String>) -> Finish {
    let known = WORDS.iter().find(|(name, _)| *name == word);
    Finish { reason: known.map_or(FinishReason::Other, |(_, reason)| *reason), native: word, stop_sequence }
}

/// The word for a client.
pub(super) const fn word(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::Other => "end_turn",
        FinishReason::StopSequence => "stop_sequence",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter | FinishReason::Refusal => "refusal",
        FinishReason::PauseTurn => "pause_turn",
        FinishReason::ContextExceeded => "model_context_window_exceeded",
    }
}

const WORDS: &[(&str, FinishReason)] = &[
    ("end_turn", FinishReason::Stop),
    ("max_tokens", FinishReason::Length),
    ("model_context_window_exceeded", FinishReason::ContextExceeded),
    ("pause_turn", FinishReason::PauseTurn),
    ("refusal", FinishReason::Refusal),
    ("stop_sequence", FinishReason::StopSequence),
    ("tool_use", FinishReason::ToolCalls),
];

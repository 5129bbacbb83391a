//! Stop reasons, both ways (API reference, "Converse", `stopReason`).

use tianji_core::generate::{Finish, FinishReason};

/// Reads the vendor's word.
pub(super) fn read(word: impl Into<String>) -> Finish {
    let word = word.into();
    let known = WORDS.iter().find(|(name, _)| *name == word);
    Finish::new(known.map_or(FinishReason::Other, |(_, reason)| *reason), word)
}

/// The word for a client. What the vendor itself said in a word that only it has goes back as it came.
pub(super) fn word(finish: &Finish) -> &'static str {
    if let Some((own, _)) = WORDS.iter().find(|(name, reason)| *name == finish.native && *reason == finish.reason) {
        return own;
    }
    match finish.reason {
        FinishReason::Stop | FinishReason::PauseTurn | FinishReason::Other => "end_turn",
        FinishReason::StopSequence => "stop_sequence",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter | FinishReason::Refusal => "content_filtered",
        FinishReason::ContextExceeded => "model_context_window_exceeded",
    }
}

const WORDS: &[(&str, FinishReason)] = &[
    ("content_filtered", FinishReason::ContentFilter),
    ("end_turn", FinishReason::Stop),
    ("guardrail_intervened", FinishReason::ContentFilter),
    ("malformed_model_output", FinishReason::Other),
    ("malformed_tool_use", FinishReason::Other),
    ("max_tokens", FinishReason::Length),
    ("model_context_window_exceeded", FinishReason::ContextExceeded),
    ("stop_sequence", FinishReason::StopSequence),
    ("tool_use", FinishReason::ToolCalls),
];

#[cfg(test)]
mod tests {
    use super::{WORDS, read, word};

    #[test]
    fn every_word_comes_back() {
        for (name, reason) in WORDS {
            let finish = read(*name);
            assert_eq!((finish.reason, word(&finish)), (*reason, *name));
        }
        assert_eq!(word(&read("novelty")), "end_turn");
    }
}

//! Finish reasons, both ways (OpenAI API reference, "The chat completion object": `finish_reason`).

use tianji_core::generate::{Finish, FinishReason};

/// Reads a vendor's word. Words that other vendors of this dialect use for the same thing are known too.
pub(crate) fn read(word: &str) -> Finish {
    let known = WORDS.iter().find(|(name, _)| *name == word);
    Finish::new(known.map_or(FinishReason::Other, |(_, reason)| *reason), word)
}

/// Whether it is one of OpenAI's own words, which clients may know by heart.
pub(super) fn is_openais(word: &str) -> bool {
    matches!(word, "stop" | "length" | "tool_calls" | "function_call" | "content_filter")
}

/// The word for a client.
pub(crate) fn word(reason: FinishReason, legacy_functions: bool) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::StopSequence | FinishReason::PauseTurn | FinishReason::Other => "stop",
        FinishReason::Length | FinishReason::ContextExceeded => "length",
        FinishReason::ToolCalls if legacy_functions => "function_call",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter | FinishReason::Refusal => "content_filter",
    }
}

/// The vendor's own word where the client's word says less.
pub(super) fn native(finish: &Finish) -> Option<&str> {
    let told = match finish.reason {
        FinishReason::Stop | FinishReason::StopSequence | FinishReason::Length | FinishReason::ToolCalls => true,
        FinishReason::ContentFilter => finish.native == "content_filter",
        FinishReason::Refusal | FinishReason::PauseTurn | FinishReason::ContextExceeded | FinishReason::Other => false,
    };
    (!told && !finish.native.is_empty()).then_some(finish.native.as_str())
}

/// A plain stop after tool calls means "call them": OpenAI says `stop` when a tool was named, some vendors always do.
pub(crate) fn with_calls(mut finish: Finish, calls: bool) -> Finish {
    if calls && finish.reason == FinishReason::Stop {
        finish.reason = FinishReason::ToolCalls;
    }
    finish
}

const WORDS: &[(&str, FinishReason)] = &[
    ("stop", FinishReason::Stop),
    ("length", FinishReason::Length),
    ("tool_calls", FinishReason::ToolCalls),
    ("function_call", FinishReason::ToolCalls),
    ("content_filter", FinishReason::ContentFilter),
    ("end_turn", FinishReason::Stop),
    ("eos", FinishReason::Stop),
    ("eos_token", FinishReason::Stop),
    ("stop_sequence", FinishReason::StopSequence),
    ("max_tokens", FinishReason::Length),
    ("model_length", FinishReason::Length),
    ("tool_use", FinishReason::ToolCalls),
    ("tool_call", FinishReason::ToolCalls),
    ("refusal", FinishReason::Refusal),
    ("safety", FinishReason::ContentFilter),
    ("SAFETY", FinishReason::ContentFilter),
    ("STOP", FinishReason::Stop),
    ("MAX_TOKENS", FinishReason::Length),
];

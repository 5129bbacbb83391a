//! Finish reasons, both ways (API reference, "Chat", `finish_reason`).

use tianji_core::generate::{Finish, FinishReason};
use tianji_core::{Error, Kind};

/// Reads why a reply ended. `calls`: it calls tools.
///
/// # Errors
/// When the word says that the vendor failed.
pub(super) fn read(word: &str, calls: bool) -> Result<Finish, Box<Error>> {
    let reason = match word {
        "COMPLETE" if calls => FinishReason::ToolCalls,
        "ERROR" => return Err(Box::new(failed(Kind::InternalServer, "the provider could not finish its reply"))),
        "TIMEOUT" => return Err(Box::new(failed(Kind::GatewayTimeout, "the provider ran out of time"))),
        word => WORDS.iter().find(|(name, _)| *name == word).map_or(FinishReason::Other, |(_, reason)| *reason),
    };
    Ok(Finish::new(reason, word))
}

/// The word for a client.
pub(super) const fn word(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::StopSequence => "STOP_SEQUENCE",
        FinishReason::Length | FinishReason::ContextExceeded => "MAX_TOKENS",
        FinishReason::ToolCalls => "TOOL_CALL",
        FinishReason::ContentFilter => "ERROR",
        FinishReason::Stop | FinishReason::Refusal | FinishReason::PauseTurn | FinishReason::Other => "COMPLETE",
    }
}

fn failed(kind: Kind, words: &str) -> Error {
    Error::provider(kind, words)
}

const WORDS: &[(&str, FinishReason)] = &[
    ("COMPLETE", FinishReason::Stop),
    ("STOP_SEQUENCE", FinishReason::StopSequence),
    ("MAX_TOKENS", FinishReason::Length),
    ("TOOL_CALL", FinishReason::ToolCalls),
    ("ERROR_TOXIC", FinishReason::ContentFilter),
    ("ERROR_LIMIT", FinishReason::ContextExceeded),
];

//! Status and incomplete details, both ways (API reference, "The response object").

use serde::Deserialize;
use tianji_core::generate::{Finish, FinishReason};

/// `incomplete_details`.
#[derive(Debug, Deserialize)]
pub(super) struct IncompleteDetails {
    #[serde(default)]
    pub(super) reason: Option<String>,
}

/// Reads why a response ended. `calls`: it calls tools of the client.
pub(super) fn read(status: &str, details: Option<IncompleteDetails>, calls: bool) -> Finish {
    let why = details.and_then(|details| details.reason);
    match (status, why) {
        ("completed", _) if calls => Finish::new(FinishReason::ToolCalls, status),
        ("completed", _) => Finish::new(FinishReason::Stop, status),
        ("incomplete", Some(why)) => {
            let known = REASONS.iter().find(|(name, _)| *name == why);
            Finish::new(known.map_or(FinishReason::Other, |(_, reason)| *reason), why)
        }
        ("incomplete", None) => Finish::new(FinishReason::Length, status),
        _ => Finish::new(FinishReason::Other, status),
    }
}

/// The reason to show in `incomplete_details`; `None` = the response is complete.
pub(super) fn incomplete(finish: Option<&Finish>) -> Option<&'static str> {
    match finish?.reason {
        FinishReason::Length | FinishReason::ContextExceeded => Some("max_output_tokens"),
        FinishReason::ContentFilter => Some("content_filter"),
        // A refusal is said in the output.
        FinishReason::Stop
        | FinishReason::StopSequence
        | FinishReason::ToolCalls
        | FinishReason::Refusal
        | FinishReason::PauseTurn
        | FinishReason::Other => None,
    }
}

const REASONS: &[(&str, FinishReason)] = &[
    ("max_output_tokens", FinishReason::Length),
    ("max_tokens", FinishReason::Length),
    ("content_filter", FinishReason::ContentFilter),
];

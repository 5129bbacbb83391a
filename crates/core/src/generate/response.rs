//! A finished reply.

use super::Part;
use crate::{Extra, Json, Usage};

/// A whole reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GenerateResponse {
    /// The provider's id.
    pub id: String,
    /// The model's own name, as the provider says it.
    pub model: String,
    /// Seconds since 1970, if the provider says it.
    pub created: Option<i64>,
    /// Answers; one unless `n` was asked.
    pub choices: Vec<Choice>,
    /// What was consumed, if the provider says it.
    pub usage: Option<Usage>,
    /// Service tier that served.
    pub service_tier: Option<String>,
    /// Unknown top-level members.
    pub extra: Extra,
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// Its number.
    pub index: u32,
    /// What was said, in order.
    pub parts: Vec<Part>,
    /// Why it ended.
    pub finish: Option<Finish>,
    /// Log probabilities in OpenAI's shape.
    pub logprobs: Option<Json>,
    /// Unknown members of the message.
    pub extra: Extra,
}

/// Why a reply ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    /// In canonical words.
    pub reason: FinishReason,
    /// The provider's own word.
    pub native: String,
    /// The stop sequence that was hit.
    pub stop_sequence: Option<String>,
}

impl Finish {
    /// A finish with the provider's word.
    pub fn new(reason: FinishReason, native: impl Into<String>) -> Self {
        Self { reason, native: native.into(), stop_sequence: None }
    }
}

/// Reasons to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FinishReason {
    /// Done.
    Stop,
    /// A stop sequence was hit.
    StopSequence,
    /// The output limit was reached.
    Length,
    /// Tools are called.
    ToolCalls,
    /// A filter cut in.
    ContentFilter,
    /// The model refused.
    Refusal,
    /// The vendor's turn is paused; send it back to go on.
    PauseTurn,
    /// The context window is full.
    ContextExceeded,
    /// Something the canonical model has no word for; `native` has it.
    Other,
}

impl FinishReason {
    /// Word for the call record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::StopSequence => "stop_sequence",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::Refusal => "refusal",
            Self::PauseTurn => "pause_turn",
            Self::ContextExceeded => "context_exceeded",
            Self::Other => "other",
        }
    }
}

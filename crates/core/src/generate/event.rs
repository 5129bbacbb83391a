//! The same model in motion: what a stream says, piece by piece.

use super::{Finish, ToolCallKind};
use crate::{Error, Json, Usage};

/// One thing that happens in a stream.
#[derive(Debug)]
pub enum StreamEvent {
    /// The stream begins. Exactly once, before anything else.
    Start {
        /// The provider's id.
        id: String,
        /// The model's own name.
        model: String,
        /// Seconds since 1970, if the provider says it.
        created: Option<i64>,
        /// What is known to be consumed already (input counts).
        usage: Option<Usage>,
    },
    /// A part begins.
    PartStart {
        /// Which answer.
        choice: u32,
        /// Which part of it; unique per answer, ascending.
        index: u32,
        /// What it is.
        kind: PartKind,
    },
    /// A part grows.
    Delta {
        /// Which answer.
        choice: u32,
        /// Which part.
        index: u32,
        /// By what.
        delta: Delta,
    },
    /// A part is complete.
    PartEnd {
        /// Which answer.
        choice: u32,
        /// Which part.
        index: u32,
    },
    /// What was consumed so far, cumulative; the last one counts.
    Usage(Usage),
    /// An answer ended.
    Finish {
        /// Which answer.
        choice: u32,
        /// Why.
        finish: Finish,
    },
    /// Log probabilities of the last text, in OpenAI's shape.
    Logprobs {
        /// Which answer.
        choice: u32,
        /// The object.
        raw: Json,
    },
    /// The provider reports an error in the stream. Nothing follows.
    Error(Error),
}

/// What kind of part begins.
#[derive(Clone, Debug, PartialEq)]
pub enum PartKind {
    /// Text.
    Text,
    /// Thoughts.
    Thinking,
    /// Thoughts only the vendor can read, whole.
    RedactedThinking {
        /// The vendor's bytes, as text.
        data: String,
    },
    /// A tool call; arguments follow as deltas.
    ToolCall {
        /// Id.
        id: String,
        /// Name.
        name: String,
        /// Kind.
        kind: ToolCallKind,
    },
    /// A refusal in words.
    Refusal,
    /// Something of the vendor's own, whole.
    Opaque(super::Opaque),
}

/// How a part grows.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// More text.
    Text(String),
    /// More of a tool call's arguments (JSON text fragment).
    Arguments(String),
    /// More thought.
    Thinking(String),
    /// The signature of the thought.
    Signature(String),
    /// More refusal.
    Refusal(String),
    /// A citation in the source dialect's form.
    Citation(Json),
}

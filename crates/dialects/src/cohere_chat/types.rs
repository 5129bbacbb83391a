//! The shapes of replies and of stream events, read tolerantly: unknown members are skipped, one of the wrong type
//! counts as absent.
//!
//! Source: API reference, "Chat" and "Chat with Streaming".

use super::logprobs::LogprobItem;
use super::usage::WireUsage;
use crate::lenient::lenient;
use crate::openai_chat::calls::arguments_text;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use tianji_core::Json;
use tianji_core::generate::ToolCall;

/// A whole reply.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireReply<'a> {
    #[serde(deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) finish_reason: Option<String>,
    #[serde(borrow, deserialize_with = "lenient")]
    pub(super) message: Option<WireMessage<'a>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) usage: Option<WireUsage>,
    #[serde(deserialize_with = "lenient")]
    pub(super) logprobs: Option<Vec<LogprobItem>>,
}

/// The message of a reply.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireMessage<'a> {
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(deserialize_with = "lenient")]
    pub(super) tool_plan: Option<String>,
    #[serde(borrow, deserialize_with = "lenient")]
    pub(super) tool_calls: Option<Vec<WireCall<'a>>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) citations: Option<Vec<Json>>,
}

/// A tool call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireCall<'a> {
    #[serde(deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(borrow, deserialize_with = "lenient")]
    function: Option<WireFunction<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireFunction<'a> {
    #[serde(deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

impl<'a> WireCall<'a> {
    /// The arguments as text, or the piece of them that an event brings.
    pub(super) fn arguments(&self) -> Cow<'a, str> {
        self.function.as_ref().and_then(|function| arguments_text(function.arguments?)).unwrap_or_default()
    }

    /// The whole call.
    pub(super) fn read(self) -> ToolCall {
        let arguments = self.arguments().into_owned();
        let name = self.function.and_then(|function| function.name).unwrap_or_default();
        ToolCall { id: self.id.unwrap_or_default(), name, arguments, ..ToolCall::default() }
    }
}

/// An event of a stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Event<'a> {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) index: Option<u32>,
    #[serde(borrow, deserialize_with = "lenient")]
    pub(super) delta: Option<EventDelta<'a>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) logprobs: Option<LogprobItem>,
    /// Words of an error that has no `type`.
    #[serde(borrow)]
    pub(super) message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
}

/// What an event brings.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EventDelta<'a> {
    #[serde(borrow, deserialize_with = "lenient")]
    pub(super) message: Option<DeltaMessage<'a>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) finish_reason: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) usage: Option<WireUsage>,
    #[serde(deserialize_with = "lenient")]
    pub(super) error: Option<String>,
}

/// A piece of the message. One piece is an object; the empty message of the first event has lists.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DeltaMessage<'a> {
    #[serde(deserialize_with = "lenient")]
    pub(super) content: Option<ContentPiece>,
    #[serde(deserialize_with = "lenient")]
    pub(super) tool_plan: Option<String>,
    #[serde(borrow, deserialize_with = "lenient")]
    pub(super) tool_calls: Option<WireCall<'a>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) citations: Option<Json>,
}

/// A piece of a content block.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContentPiece {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) text: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) thinking: Option<String>,
}

impl Event<'_> {
    /// Whether it tells of an error, in an envelope instead of a typed event.
    pub(super) fn is_error(&self) -> bool {
        let there = |raw: Option<&RawValue>| raw.is_some_and(|raw| raw.get() != "null");
        self.kind.as_deref().is_none_or(|kind| kind == "error") && (there(self.message) || there(self.error))
    }
}

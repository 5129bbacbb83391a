//! The shapes of replies and stream events, read tolerantly: unknown members are skipped, `null` is absent, whole
//! numbers may be written as floats.
//!
//! Source: API reference, "Create a Message" (response) and "Streaming Messages".

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tianji_core::Json;

/// A count of tokens or of calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count(pub(super) u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A float is cut to a whole number, a negative one to nothing: that is what `as` does.
        f64::deserialize(deserializer).map(|number| Self(number as u64))
    }
}

/// `usage`. In a stream's `message_delta` it is cumulative, and only `output_tokens` is sure to be there.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireUsage {
    pub(super) input_tokens: Option<Count>,
    pub(super) output_tokens: Option<Count>,
    pub(super) cache_creation_input_tokens: Option<Count>,
    pub(super) cache_read_input_tokens: Option<Count>,
    pub(super) cache_creation: Option<WireCacheCreation>,
    pub(super) server_tool_use: Option<WireServerToolUse>,
    pub(super) output_tokens_details: Option<WireOutputDetails>,
}

/// Tokens written to caches, by life.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireCacheCreation {
    pub(super) ephemeral_5m_input_tokens: Option<Count>,
    pub(super) ephemeral_1h_input_tokens: Option<Count>,
}

/// What the vendor's own tools did.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireServerToolUse {
    pub(super) web_search_requests: Option<Count>,
    pub(super) web_fetch_requests: Option<Count>,
}

/// What the output was.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireOutputDetails {
    pub(super) thinking_tokens: Option<Count>,
}

/// `usage` with the tier beside it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct UsageReport {
    #[serde(flatten)]
    pub(super) usage: WireUsage,
    pub(super) service_tier: Option<String>,
}

/// A stream event, or an error that came instead.
#[derive(Debug, Deserialize)]
pub(super) struct Event<'a> {
    #[serde(rename = "type", default)]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) index: Option<u32>,
    #[serde(borrow, default)]
    pub(super) message: Option<MessageStart<'a>>,
    #[serde(borrow, default)]
    pub(super) content_block: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) delta: Option<EventDelta>,
    #[serde(default)]
    pub(super) usage: Option<WireUsage>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

/// `message` of `message_start`.
#[derive(Debug, Deserialize)]
pub(super) struct MessageStart<'a> {
    #[serde(default)]
    pub(super) id: Option<String>,
    /// The model's name as it stands in the text, so that it can be replaced there.
    #[serde(borrow, default)]
    pub(super) model: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) usage: Option<UsageReport>,
}

/// `delta` of `content_block_delta` and of `message_delta`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EventDelta {
    pub(super) text: Option<String>,
    pub(super) partial_json: Option<String>,
    pub(super) thinking: Option<String>,
    pub(super) signature: Option<String>,
    pub(super) citation: Option<Json>,
    pub(super) stop_reason: Option<String>,
    pub(super) stop_sequence: Option<String>,
}

//! The shapes of replies and stream events, read tolerantly: unknown members are skipped, `null` is absent, whole
//! numbers may be written as floats.
//!
//! Source: API reference, "Converse" (response) and "ConverseStream" (events).

use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::Json;

/// A count, cut to a whole number that is not negative.
pub(super) fn count(number: Option<f64>) -> u64 {
    number.map_or(0, |number| number as u64)
}

/// `usage`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireUsage {
    pub(super) input_tokens: Option<f64>,
    pub(super) output_tokens: Option<f64>,
    pub(super) cache_read_input_tokens: Option<f64>,
    pub(super) cache_write_input_tokens: Option<f64>,
    pub(super) cache_details: Option<Vec<WireCacheDetail>>,
}

/// Tokens written to caches of one life.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireCacheDetail {
    pub(super) ttl: String,
    pub(super) input_tokens: Option<f64>,
}

/// A whole reply.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireReply<'a> {
    #[serde(borrow)]
    pub(super) output: Option<WireOutput<'a>>,
    pub(super) stop_reason: Option<String>,
    pub(super) usage: Option<WireUsage>,
    pub(super) service_tier: Option<WireTier>,
    pub(super) additional_model_response_fields: Option<Json>,
}

/// `output`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireOutput<'a> {
    #[serde(borrow)]
    pub(super) message: Option<WireMessage<'a>>,
}

/// `output.message`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireMessage<'a> {
    #[serde(borrow)]
    pub(super) content: Option<&'a RawValue>,
}

/// `serviceTier`.
#[derive(Debug, Deserialize)]
pub(super) struct WireTier {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

/// The members of all stream events together; the event's name says which are there.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireEvent {
    pub(super) content_block_index: Option<u32>,
    pub(super) start: Option<WireStart>,
    pub(super) delta: Option<WireDelta>,
    pub(super) stop_reason: Option<String>,
    pub(super) additional_model_response_fields: Option<Json>,
    pub(super) usage: Option<WireUsage>,
    pub(super) service_tier: Option<WireTier>,
}

/// `start` of `contentBlockStart`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireStart {
    pub(super) tool_use: Option<WireToolUse>,
    /// A tool that the vendor ran answers.
    pub(super) tool_result: Option<Json>,
}

/// `toolUse` of a start or of a delta.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireToolUse {
    pub(super) tool_use_id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) input: Option<String>,
    /// Set when the vendor runs the tool itself.
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

/// `delta` of `contentBlockDelta`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireDelta {
    pub(super) text: Option<String>,
    pub(super) tool_use: Option<WireToolUse>,
    pub(super) reasoning_content: Option<WireReasoning>,
    pub(super) citation: Option<Json>,
}

/// `reasoningContent` of a delta.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireReasoning {
    pub(super) text: Option<String>,
    pub(super) signature: Option<String>,
    pub(super) redacted_content: Option<String>,
}

/// Thought tokens among the additional response fields, which hold what the request asked for by
/// `/usage/output_tokens_details`: the pointer's path from the root.
pub(super) fn thinking_tokens(fields: Option<&Json>) -> Option<u64> {
    let fields = fields?.value();
    let details = fields.pointer("/usage/output_tokens_details").or_else(|| fields.get("output_tokens_details"))?;
    details.get("thinking_tokens").or_else(|| details.get("reasoning_tokens"))?.as_u64()
}

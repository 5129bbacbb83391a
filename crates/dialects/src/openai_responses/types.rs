//! The shapes of replies and of stream events, read tolerantly: unknown members are skipped, one of the wrong type
//! counts as absent.
//!
//! Source: OpenAI API reference, "The response object" and "Streaming events".

use super::finish::IncompleteDetails;
use super::usage::WireUsage;
use crate::lenient::lenient;
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::Json;

/// A response, whole or as events show it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireResponse<'a> {
    #[serde(deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) model: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) created_at: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) incomplete_details: Option<IncompleteDetails>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) output: Option<Vec<&'a RawValue>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) usage: Option<WireUsage>,
    #[serde(deserialize_with = "lenient")]
    pub(super) tool_usage: Option<ToolUsage>,
    #[serde(deserialize_with = "lenient")]
    pub(super) service_tier: Option<String>,
}

/// `tool_usage`: what the vendor's own tools did.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ToolUsage {
    #[serde(deserialize_with = "lenient")]
    web_search: Option<SearchUsage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SearchUsage {
    #[serde(deserialize_with = "lenient")]
    num_requests: Option<u64>,
}

impl WireResponse<'_> {
    /// Usage in canonical buckets, searches included.
    pub(super) fn usage(&self) -> Option<tianji_core::Usage> {
        let mut usage = self.usage.as_ref()?.canonical()?;
        let reported = self.tool_usage.as_ref().and_then(|tools| tools.web_search.as_ref()?.num_requests);
        let run = || {
            let items = self.output.as_deref().unwrap_or_default();
            items.iter().filter(|item| is_search(item)).count() as u64
        };
        usage.counters.web_search = reported.unwrap_or_else(run);
        Some(usage)
    }
}

fn is_search(item: &RawValue) -> bool {
    serde_json::from_str::<OutputItem<'_>>(item.get()).is_ok_and(|item| item.kind == "web_search_call")
}

/// An item of the output.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OutputItem<'a> {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(borrow)]
    pub(super) content: Option<Vec<&'a RawValue>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) summary: Option<Vec<Words>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) encrypted_content: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) call_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) arguments: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) input: Option<String>,
}

/// A piece of a summary.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Words {
    pub(super) text: String,
}

/// A piece of a message or of a reasoning item.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContentPart {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(deserialize_with = "lenient")]
    pub(super) text: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) refusal: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) annotations: Option<Vec<Json>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) logprobs: Option<Vec<Json>>,
    #[serde(deserialize_with = "lenient")]
    pub(super) data: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) transcript: Option<String>,
}

/// An event of a stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Event<'a> {
    #[serde(rename = "type", deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
    #[serde(borrow)]
    pub(super) response: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) item: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) part: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
    #[serde(deserialize_with = "lenient")]
    pub(super) output_index: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub(super) content_index: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub(super) summary_index: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    pub(super) delta: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) text: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) refusal: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) arguments: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) input: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) annotation: Option<Json>,
    #[serde(deserialize_with = "lenient")]
    pub(super) logprobs: Option<Vec<Json>>,
}

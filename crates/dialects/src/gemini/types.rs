//! The shapes of replies, read tolerantly: unknown members are skipped, `null` is absent, whole numbers may be written
//! as floats or, as ProtoJSON allows, as strings.
//!
//! Source: Gemini API reference, `GenerateContentResponse`, `Candidate`, `UsageMetadata`.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tianji_core::Json;

/// A whole reply, or a frame of a stream, which has the same shape.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireReply<'a> {
    #[serde(borrow)]
    pub(super) candidates: Option<Vec<WireCandidate<'a>>>,
    #[serde(borrow, alias = "prompt_feedback")]
    pub(super) prompt_feedback: Option<&'a RawValue>,
    #[serde(alias = "usage_metadata")]
    pub(super) usage_metadata: Option<WireUsage>,
    #[serde(alias = "model_version")]
    pub(super) model_version: Option<String>,
    #[serde(alias = "response_id")]
    pub(super) response_id: Option<String>,
    #[serde(borrow)]
    pub(super) error: Option<&'a RawValue>,
}

impl WireReply<'_> {
    /// Why the prompt was refused, if it was.
    pub(super) fn block_reason(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Feedback {
            #[serde(default, alias = "block_reason")]
            block_reason: Option<String>,
        }
        let feedback: Feedback = serde_json::from_str(self.prompt_feedback?.get()).ok()?;
        feedback.block_reason.filter(|reason| !reason.is_empty())
    }
}

/// One answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireCandidate<'a> {
    pub(super) index: Option<Count>,
    #[serde(borrow)]
    pub(super) content: Option<WireContent<'a>>,
    #[serde(alias = "finish_reason")]
    pub(super) finish_reason: Option<String>,
    #[serde(alias = "safety_ratings")]
    pub(super) safety_ratings: Option<Json>,
    #[serde(alias = "citation_metadata")]
    pub(super) citation_metadata: Option<Json>,
    #[serde(alias = "grounding_metadata")]
    pub(super) grounding_metadata: Option<Json>,
    #[serde(alias = "url_context_metadata")]
    pub(super) url_context_metadata: Option<Json>,
    #[serde(alias = "logprobs_result")]
    pub(super) logprobs_result: Option<Json>,
}

/// The content of an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireContent<'a> {
    #[serde(borrow)]
    pub(super) parts: Option<Vec<&'a RawValue>>,
}

/// `usageMetadata`. In a stream every frame repeats it; the last one counts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct WireUsage {
    #[serde(alias = "prompt_token_count")]
    pub(super) prompt_token_count: Option<Count>,
    #[serde(alias = "cached_content_token_count")]
    pub(super) cached_content_token_count: Option<Count>,
    #[serde(alias = "candidates_token_count")]
    pub(super) candidates_token_count: Option<Count>,
    #[serde(alias = "thoughts_token_count")]
    pub(super) thoughts_token_count: Option<Count>,
    #[serde(alias = "tool_use_prompt_token_count")]
    pub(super) tool_use_prompt_token_count: Option<Count>,
    #[serde(alias = "total_token_count")]
    pub(super) total_token_count: Option<Count>,
    #[serde(alias = "prompt_tokens_details")]
    pub(super) prompt_tokens_details: Option<Vec<ModalityCount>>,
    #[serde(alias = "cache_tokens_details")]
    pub(super) cache_tokens_details: Option<Vec<ModalityCount>>,
    #[serde(alias = "candidates_tokens_details")]
    pub(super) candidates_tokens_details: Option<Vec<ModalityCount>>,
}

/// Tokens of one kind of content.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ModalityCount {
    pub(super) modality: Option<String>,
    #[serde(alias = "token_count")]
    pub(super) token_count: Option<Count>,
}

/// A count of tokens, or a number of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count(pub(super) u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Whole(u64),
            Float(f64),
            Text(String),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Whole(count) => count,
            // A float is cut to a whole number, a negative one to nothing: that is what `as` does.
            Written::Float(count) => count as u64,
            Written::Text(digits) => digits.trim().parse().unwrap_or(0),
        }))
    }
}

//! The shapes of stream chunks and replies, read tolerantly: unknown members are skipped, `null` is absent.
//!
//! Source: OpenAI API reference, "The chat completion object" and "The chat completion chunk object".

use super::calls::arguments_text;
use crate::lenient::lenient;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use tianji_core::Json;

/// A chunk of a stream.
#[derive(Debug, Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) model: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) created: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) service_tier: Option<String>,
    #[serde(borrow, default)]
    pub(super) choices: Option<Vec<ChunkChoice<'a>>>,
    #[serde(borrow, default)]
    pub(super) usage: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(super) x_groq: Option<GroqExtras<'a>>,
}

/// `x_groq`, which carries usage in Groq's streams.
#[derive(Debug, Deserialize)]
pub(super) struct GroqExtras<'a> {
    #[serde(borrow, default)]
    pub(super) usage: Option<&'a RawValue>,
}

/// A choice of a chunk.
#[derive(Debug, Deserialize)]
pub(super) struct ChunkChoice<'a> {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) index: Option<u32>,
    #[serde(borrow, default)]
    pub(super) delta: Option<Said<'a>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) finish_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) logprobs: Option<Json>,
}

/// What a message or a delta says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Said<'a> {
    /// A string; Mistral's reasoning models and others send a list of parts.
    #[serde(borrow, default)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) refusal: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) reasoning_content: Option<&'a RawValue>,
    /// The same under another name (OpenRouter, Groq, Together, vLLM).
    #[serde(borrow, default)]
    pub(super) reasoning: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) thinking_blocks: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) annotations: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(super) tool_calls: Option<Vec<CallDelta<'a>>>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(super) function_call: Option<FunctionDelta<'a>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) audio: Option<AudioOut>,
}

/// A tool call or a piece of one.
#[derive(Debug, Deserialize)]
pub(super) struct CallDelta<'a> {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) index: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    kind: Option<String>,
    #[serde(borrow, default)]
    function: Option<FunctionDelta<'a>>,
    #[serde(borrow, default)]
    custom: Option<CustomDelta<'a>>,
    #[serde(default, deserialize_with = "lenient")]
    provider_specific_fields: Option<CallExtras>,
}

/// The function that is called.
#[derive(Debug, Deserialize)]
pub(super) struct FunctionDelta<'a> {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    #[serde(borrow, default)]
    pub(super) arguments: Option<&'a RawValue>,
}

/// The custom tool that is called.
#[derive(Debug, Deserialize)]
struct CustomDelta<'a> {
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

/// Extensions that hang on a call.
#[derive(Debug, Default, Deserialize)]
pub(super) struct CallExtras {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) thought_signature: Option<String>,
}

/// Spoken output.
#[derive(Debug, Deserialize)]
pub(super) struct AudioOut {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) data: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) transcript: Option<String>,
}

/// A piece of `thinking_blocks`.
#[derive(Debug, Deserialize)]
pub(super) struct ThinkingBlock {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) thinking: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) signature: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) data: Option<String>,
}

impl<'a> CallDelta<'a> {
    /// A legacy `function_call` as a call.
    pub(super) fn legacy(function: FunctionDelta<'a>) -> Self {
        Self {
            index: Some(0),
            id: None,
            kind: None,
            function: Some(function),
            custom: None,
            provider_specific_fields: None,
        }
    }

    /// The id, unless empty.
    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref().filter(|id| !id.is_empty())
    }

    /// The name, unless empty.
    pub(super) fn name(&self) -> Option<&str> {
        let function = self.function.as_ref().and_then(|function| function.name.as_deref());
        let custom = || self.custom.as_ref().and_then(|custom| custom.name.as_deref());
        function.or_else(custom).filter(|name| !name.is_empty())
    }

    /// The arguments (or the custom tool's input) as text.
    pub(super) fn arguments(&self) -> Option<Cow<'a, str>> {
        self.raw_arguments().and_then(arguments_text)
    }

    /// Whether the arguments are an object instead of text.
    pub(super) fn arguments_are_object(&self) -> bool {
        self.raw_arguments().is_some_and(|raw| !raw.get().starts_with(['"', 'n']))
    }

    /// Whether it says what kind of call it is.
    pub(super) fn has_type(&self) -> bool {
        self.kind.is_some()
    }

    /// Whether it is a custom tool's call.
    pub(super) fn is_custom(&self) -> bool {
        self.kind.as_deref() == Some("custom") || self.custom.is_some()
    }

    /// The vendor signature that travels with the call.
    pub(super) fn signature(&self) -> Option<&str> {
        self.provider_specific_fields.as_ref()?.thought_signature.as_deref()
    }

    fn raw_arguments(&self) -> Option<&'a RawValue> {
        let function = self.function.as_ref().and_then(|function| function.arguments);
        function.or_else(|| self.custom.as_ref().and_then(|custom| custom.input))
    }
}

/// A value that is a string; anything else is nothing.
pub(super) fn string(raw: Option<&RawValue>) -> Option<String> {
    raw.filter(|raw| raw.get().starts_with('"')).and_then(|raw| serde_json::from_str(raw.get()).ok())
}

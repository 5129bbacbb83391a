//! Names of the wire dialects and of the framings their streams use.

use serde::{Deserialize, Serialize};

/// A wire format for "generate a reply". Clients and upstreams alike speak most of them, upstreams alone the last ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialectId {
    /// OpenAI Chat Completions.
    OpenAiChat,
    /// OpenAI's legacy text completions.
    #[serde(rename = "openai_text")]
    OpenAiText,
    /// OpenAI Responses.
    #[serde(rename = "openai_responses")]
    OpenAiResponses,
    /// Anthropic Messages.
    AnthropicMessages,
    /// Google Gemini, generateContent.
    Gemini,
    /// AWS Bedrock Converse.
    BedrockConverse,
    /// Cohere v2 Chat.
    CohereChat,
    /// Ollama's own chat.
    OllamaChat,
    /// Hugging Face's text generation; no client's.
    TextGeneration,
    /// Replicate's predictions; no client's.
    ReplicatePredictions,
}

impl DialectId {
    /// Whether requests name their model in the body; otherwise it stands in the URL.
    pub const fn names_model_in_body(self) -> bool {
        match self {
            Self::OpenAiChat
            | Self::OpenAiText
            | Self::OpenAiResponses
            | Self::AnthropicMessages
            | Self::CohereChat
            | Self::OllamaChat => true,
            Self::Gemini | Self::BedrockConverse | Self::TextGeneration | Self::ReplicatePredictions => false,
        }
    }

    /// Short name for logs, metrics labels and the call record.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenAiChat => "openai_chat",
            Self::OpenAiText => "openai_text",
            Self::OpenAiResponses => "openai_responses",
            Self::AnthropicMessages => "anthropic_messages",
            Self::Gemini => "gemini",
            Self::BedrockConverse => "bedrock_converse",
            Self::CohereChat => "cohere_chat",
            Self::OllamaChat => "ollama_chat",
            Self::TextGeneration => "text_generation",
            Self::ReplicatePredictions => "replicate_predictions",
        }
    }
}

/// How a dialect cuts its stream into frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// `text/event-stream` (WHATWG HTML, "Server-sent events").
    Sse,
    /// Newline-delimited JSON: one object a line.
    Ndjson,
    /// `application/vnd.amazon.eventstream` (Smithy, "Amazon Event Stream").
    EventStream,
    /// One JSON array whose elements arrive one by one (Google's APIs, `:stream…` without `alt=sse`).
    JsonArray,
}

impl Framing {
    /// The `content-type` of a stream in this framing.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Sse => "text/event-stream; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
            Self::EventStream => "application/vnd.amazon.eventstream",
            Self::JsonArray => "application/json; charset=utf-8",
        }
    }
}

//! What a provider can be asked for, and under which path.

use serde::{Deserialize, Serialize};

/// A kind of endpoint. A row lists those that the vendor has; the others answer 501.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointKind {
    /// Chat completions.
    Chat,
    /// Legacy text completions.
    TextCompletion,
    /// OpenAI Responses.
    Responses,
    /// Making a conversation of Responses shorter.
    ResponsesCompact,
    /// Anthropic Messages.
    Messages,
    /// Counting the tokens of a prompt.
    CountTokens,
    /// Embeddings.
    Embeddings,
    /// Reranking.
    Rerank,
    /// Making pictures.
    Images,
    /// Changing pictures.
    ImageEdits,
    /// Pictures like another.
    ImageVariations,
    /// Speech to text.
    Transcription,
    /// Speech to English text.
    Translation,
    /// Text to speech.
    Speech,
    /// Moderation.
    Moderation,
    /// Reading documents.
    Ocr,
    /// Making films.
    Video,
    /// Searching.
    Search,
    /// Bodies in the form of the model's own vendor, passed on as they came.
    Invoke,
    /// Batches and files.
    Batches,
    /// Fine-tuning.
    FineTuning,
    /// Realtime sessions.
    Realtime,
}

/// One thing to ask a provider for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A reply to a conversation.
    Chat {
        /// Whether it shall come as a stream.
        stream: bool,
    },
    /// A reply to a bare prompt.
    TextCompletion {
        /// Whether it shall come as a stream.
        stream: bool,
    },
    /// A reply to a conversation, by OpenAI's Responses.
    Responses {
        /// Whether it shall come as a stream.
        stream: bool,
    },
    /// A conversation of Responses made shorter.
    ResponsesCompact,
    /// A reply to a conversation, by Anthropic's Messages, where that is not the provider's chat.
    Messages {
        /// Whether it shall come as a stream.
        stream: bool,
    },
    /// The number of tokens of a prompt.
    CountTokens,
    /// Vectors of texts.
    Embeddings,
    /// An order of documents.
    Rerank,
    /// A picture.
    Images,
    /// The text of a recording.
    Transcription,
    /// The text of a recording, in English.
    Translation,
    /// A recording of a text.
    Speech,
    /// A verdict on a text.
    Moderation,
    /// A picture made of others.
    ImageEdits,
    /// A picture like another.
    ImageVariations,
    /// The text of a document.
    Ocr,
    /// Pages of the web.
    Search,
    /// A film.
    Video,
}

impl EndpointKind {
    /// Whether it is one of the forms of "generate a reply".
    pub const fn generates(self) -> bool {
        matches!(self, Self::Chat | Self::TextCompletion | Self::Responses | Self::Messages)
    }

    /// What to ask a provider for, for the kinds that are one question.
    pub const fn operation(self) -> Option<Operation> {
        Some(match self {
            Self::ResponsesCompact => Operation::ResponsesCompact,
            Self::CountTokens => Operation::CountTokens,
            Self::Embeddings => Operation::Embeddings,
            Self::Rerank => Operation::Rerank,
            Self::Images => Operation::Images,
            Self::ImageEdits => Operation::ImageEdits,
            Self::ImageVariations => Operation::ImageVariations,
            Self::Transcription => Operation::Transcription,
            Self::Translation => Operation::Translation,
            Self::Speech => Operation::Speech,
            Self::Moderation => Operation::Moderation,
            Self::Ocr => Operation::Ocr,
            Self::Search => Operation::Search,
            Self::Video => Operation::Video,
            _ => return None,
        })
    }
}

impl Operation {
    /// The kind of endpoint that does this.
    pub const fn kind(self) -> EndpointKind {
        match self {
            Self::Chat { .. } => EndpointKind::Chat,
            Self::TextCompletion { .. } => EndpointKind::TextCompletion,
            Self::Responses { .. } => EndpointKind::Responses,
            Self::ResponsesCompact => EndpointKind::ResponsesCompact,
            Self::Messages { .. } => EndpointKind::Messages,
            Self::CountTokens => EndpointKind::CountTokens,
            Self::Embeddings => EndpointKind::Embeddings,
            Self::Rerank => EndpointKind::Rerank,
            Self::Images => EndpointKind::Images,
            Self::Transcription => EndpointKind::Transcription,
            Self::Translation => EndpointKind::Translation,
            Self::Speech => EndpointKind::Speech,
            Self::Moderation => EndpointKind::Moderation,
            Self::ImageEdits => EndpointKind::ImageEdits,
            Self::ImageVariations => EndpointKind::ImageVariations,
            Self::Ocr => EndpointKind::Ocr,
            Self::Search => EndpointKind::Search,
            Self::Video => EndpointKind::Video,
        }
    }

    /// Path below the base URL by OpenAI's convention (OpenAI, "API reference"), which compatible vendors follow;
    /// reranking is Cohere's and Jina's path. `None` where no convention exists.
    pub(crate) const fn conventional_path(self) -> Option<&'static str> {
        Some(match self {
            Self::Chat { .. } => "/chat/completions",
            Self::TextCompletion { .. } => "/completions",
            Self::Responses { .. } => "/responses",
            Self::ResponsesCompact => "/responses/compact",
            Self::Messages { .. } | Self::CountTokens => return None,
            Self::Embeddings => "/embeddings",
            Self::Rerank => "/rerank",
            Self::Images => "/images/generations",
            Self::Transcription => "/audio/transcriptions",
            Self::Translation => "/audio/translations",
            Self::Speech => "/audio/speech",
            Self::Moderation => "/moderations",
            Self::ImageEdits => "/images/edits",
            Self::ImageVariations => "/images/variations",
            Self::Ocr => "/ocr",
            Self::Search => "/search",
            Self::Video => "/videos",
        })
    }
}

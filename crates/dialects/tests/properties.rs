//! What holds for every dialect: translating twice changes no more than translating once, what another dialect can say
//! comes back as it was, and a stream says what the whole reply says.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

#[expect(dead_code, reason = "streams are written here, not read from files")]
#[path = "support/event_stream.rs"]
mod event_stream;
#[path = "properties/meaning.rs"]
mod meaning;
#[path = "properties/replies.rs"]
mod replies;
#[path = "properties/requests.rs"]
mod requests;
#[path = "properties/words.rs"]
mod words;

use tianji_core::DialectId;

/// Dialects of conversations.
pub(crate) const CHATS: [DialectId; 7] = [
    DialectId::OpenAiChat,
    DialectId::OpenAiResponses,
    DialectId::AnthropicMessages,
    DialectId::Gemini,
    DialectId::BedrockConverse,
    DialectId::CohereChat,
    DialectId::OllamaChat,
];

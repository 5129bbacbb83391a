//! Ollama's own chat against fixtures and tables.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

#[path = "ollama_chat/hostile.rs"]
mod hostile;
#[path = "ollama_chat/replies.rs"]
mod replies;
#[path = "ollama_chat/requests.rs"]
mod requests;
#[path = "ollama_chat/streams.rs"]
mod streams;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "not every dialect needs all of it")]
mod support;

use support::Fixtures;
use tianji_dialects::ollama_chat::OllamaChat;

/// This dialect and its fixtures.
const OLLAMA: Fixtures = Fixtures { dialect: &OllamaChat, folder: "ollama_chat", extension: "ndjson" };

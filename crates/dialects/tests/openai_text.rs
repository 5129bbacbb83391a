//! OpenAI's text completions against fixtures and tables.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

#[path = "openai_text/hostile.rs"]
mod hostile;
#[path = "openai_text/replies.rs"]
mod replies;
#[path = "openai_text/requests.rs"]
mod requests;
#[path = "openai_text/streams.rs"]
mod streams;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "not every dialect needs all of it")]
mod support;

use support::Fixtures;
use tianji_dialects::openai_text::OpenAiText;

/// This dialect and its fixtures.
const TEXT: Fixtures = Fixtures { dialect: &OpenAiText, folder: "openai_text", extension: "sse" };

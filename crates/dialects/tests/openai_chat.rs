//! OpenAI Chat Completions against golden files and tables.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

#[path = "openai_chat/errors.rs"]
mod errors;
#[path = "openai_chat/golden.rs"]
mod golden;
#[path = "openai_chat/inspection.rs"]
mod inspection;
#[path = "openai_chat/requests.rs"]
mod requests;
#[path = "openai_chat/responses.rs"]
mod responses;
#[path = "openai_chat/streams.rs"]
mod streams;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "not every dialect needs all of it")]
mod support;
#[path = "openai_chat/traps.rs"]
mod traps;

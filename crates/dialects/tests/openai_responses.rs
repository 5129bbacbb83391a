//! OpenAI Responses against golden files and tables.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may stop at the first surprise")]

#[path = "openai_responses/errors.rs"]
mod errors;
#[path = "openai_responses/golden.rs"]
mod golden;
#[path = "openai_responses/hostile.rs"]
mod hostile;
#[path = "openai_responses/relay.rs"]
mod relay;
#[path = "openai_responses/requests.rs"]
mod requests;
#[path = "openai_responses/responses.rs"]
mod responses;
#[path = "openai_responses/streams.rs"]
mod streams;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "not every dialect needs all of it")]
mod support;

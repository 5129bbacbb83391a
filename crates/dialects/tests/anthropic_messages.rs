//! Anthropic Messages against golden files and tables.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may stop at the first surprise")]

#[path = "anthropic_messages/encoding.rs"]
mod encoding;
#[path = "anthropic_messages/errors.rs"]
mod errors;
#[path = "anthropic_messages/golden.rs"]
mod golden;
#[path = "anthropic_messages/hostile.rs"]
mod hostile;
#[path = "anthropic_messages/limits.rs"]
mod limits;
#[path = "anthropic_messages/requests.rs"]
mod requests;
#[path = "anthropic_messages/responses.rs"]
mod responses;
#[path = "anthropic_messages/streams.rs"]
mod streams;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "not every dialect needs all of it")]
mod support;
#[path = "anthropic_messages/tooling.rs"]
mod tooling;

//! Cohere v2 Chat against golden files and tables.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may stop at the first surprise")]

#[path = "cohere_chat/errors.rs"]
mod errors;
#[path = "cohere_chat/golden.rs"]
mod golden;
#[path = "cohere_chat/hostile.rs"]
mod hostile;
#[path = "cohere_chat/relay.rs"]
mod relay;
#[path = "cohere_chat/requests.rs"]
mod requests;
#[path = "cohere_chat/responses.rs"]
mod responses;
#[path = "cohere_chat/streams.rs"]
mod streams;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "not every dialect needs all of it")]
mod support;

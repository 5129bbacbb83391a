//! Bedrock Converse against fixtures and tables.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may stop at the first surprise")]

#[path = "bedrock_converse/counting.rs"]
mod counting;
#[path = "bedrock_converse/encoding.rs"]
mod encoding;
#[path = "bedrock_converse/errors.rs"]
mod errors;
#[path = "support/event_stream.rs"]
mod event_stream;
#[path = "bedrock_converse/golden.rs"]
mod golden;
#[path = "bedrock_converse/hostile.rs"]
mod hostile;
#[path = "bedrock_converse/requests.rs"]
mod requests;
#[path = "bedrock_converse/responses.rs"]
mod responses;
#[path = "bedrock_converse/streams.rs"]
mod streams;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "not every dialect needs all of it")]
mod support;

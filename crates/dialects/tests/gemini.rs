//! Gemini against golden files and tables.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

#[path = "gemini/counting.rs"]
mod counting;
#[path = "gemini/errors.rs"]
mod errors;
#[path = "gemini/golden.rs"]
mod golden;
#[path = "gemini/hostile.rs"]
mod hostile;
#[path = "gemini/relay.rs"]
mod relay;
#[path = "gemini/requests.rs"]
mod requests;
#[path = "gemini/responses.rs"]
mod responses;
#[path = "gemini/signatures.rs"]
mod signatures;
#[path = "gemini/streams.rs"]
mod streams;
#[path = "support/mod.rs"]
#[expect(dead_code, reason = "not every dialect needs all of it")]
mod support;

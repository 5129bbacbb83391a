//! Counting tokens (API reference, "Count tokens in a Message").

use super::fields::{Fields, Place};
use super::types::Count;
use crate::DialectError;
use bytes::Bytes;

/// The reply to a client. `source` says who counted, under the reference proxy's name for it: `provider` or
/// `local_estimate`.
pub fn encode_count_tokens(input_tokens: u64, source: &str) -> Bytes {
    let body = serde_json::json!({ "input_tokens": input_tokens, "litellm_count_source": source });
    body.to_string().into()
}

/// Reads the vendor's count in tokens.
///
/// # Errors
///
/// [`DialectError::Reply`] if it says no count, [`DialectError::Json`] if it is no JSON object.
pub fn decode_count_tokens(body: &Bytes) -> Result<u64, DialectError> {
    let count = Fields::parse(body)?.read::<Count>("input_tokens", &Place::ROOT, "a count")?;
    count.map(|Count(count)| count).ok_or_else(|| DialectError::Reply("it has no input_tokens".to_owned()))
}

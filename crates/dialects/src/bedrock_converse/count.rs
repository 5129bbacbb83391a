//! Counting tokens (API reference, "CountTokens"). What is counted stands in the body as it would be sent to Converse, or
//! to `InvokeModel`; the latter in base64, as all blobs of this API.

use crate::DialectError;
use crate::anthropic_messages::fields::{Fields, Place};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

/// What a client wants counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Countable {
    /// A body for Converse.
    Converse(Bytes),
    /// A body for `InvokeModel`, in the form of the model's own vendor.
    Invoke(Bytes),
}

/// Reads what a client of this dialect wants counted.
///
/// # Errors
///
/// [`DialectError`] if it is neither of the two.
pub fn decode_count_request(body: &Bytes) -> Result<Countable, DialectError> {
    let missing = || DialectError::Missing { param: "input".to_owned() };
    let input = Fields::parse(body)?.take("input").ok_or_else(missing)?;
    let root = Place::ROOT;
    let place = root.member("input");
    let mut input = Fields::of(input, &place)?;
    if let Some(converse) = input.take("converse") {
        return Ok(Countable::Converse(body.slice_ref(converse.get().as_bytes())));
    }
    let invoked = input.take("invokeModel").ok_or_else(missing)?;
    let place = place.member("invokeModel");
    let text = Fields::of(invoked, &place)?.required("body", &place)?;
    let invoked = STANDARD
        .decode(text)
        .map_err(|_| DialectError::invalid(place.member("body").to_string(), "it is not base64"))?;
    Ok(Countable::Invoke(invoked.into()))
}

/// The body that asks the vendor to count what would be sent to `InvokeModel`.
pub fn encode_count_of_invoke(invoked: &[u8]) -> Bytes {
    let mut body = String::with_capacity(invoked.len() * 4 / 3 + 48);
    body.push_str(r#"{"input":{"invokeModel":{"body":""#);
    STANDARD.encode_string(invoked, &mut body);
    body.push_str(r#""}}}"#);
    body.into()
}

/// Reads the vendor's count in tokens.
///
/// # Errors
///
/// [`DialectError::Reply`] if it says no count, [`DialectError::Json`] if it is no JSON object.
pub fn decode_count_tokens(body: &Bytes) -> Result<u64, DialectError> {
    let count = Fields::parse(body)?.read::<u64>("inputTokens", &Place::ROOT, "a count")?;
    count.ok_or_else(|| DialectError::Reply("it has no inputTokens".to_owned()))
}

/// The reply to a client.
pub fn encode_count_tokens(input_tokens: u64) -> Bytes {
    format!(r#"{{"inputTokens":{input_tokens}}}"#).into()
}

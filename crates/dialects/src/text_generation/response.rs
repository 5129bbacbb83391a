//! Whole replies: an object, or a list that holds it.

use super::types::Generated;
use crate::DialectError;
use crate::openai_chat::error;
use serde_json::Value;
use tianji_core::generate::{Choice, GenerateResponse, Part};

/// Reads a reply.
pub(super) fn decode(body: &[u8]) -> Result<GenerateResponse, DialectError> {
    let unusable = |cause: &dyn std::fmt::Display| DialectError::Reply(format!("it is no generated text: {cause}"));
    let mut value: Value = serde_json::from_slice(body).map_err(|cause| unusable(&cause))?;
    // A list has one item for each prompt (some servers: a list for each), and there was one prompt.
    while let Value::Array(list) = value {
        value = list.into_iter().next().ok_or_else(|| unusable(&"the list is empty"))?;
    }
    if error::is_error(&value) {
        return Err(DialectError::Failed(Box::new(error::of_stream(&value))));
    }
    let mut generated: Generated = serde_json::from_value(value).map_err(|cause| unusable(&cause))?;
    let text = generated.text().ok_or_else(|| unusable(&"it holds no text"))?;
    let choice = Choice { parts: vec![Part::text(text)], finish: Some(generated.finish()), ..Choice::default() };
    Ok(GenerateResponse { choices: vec![choice], usage: generated.usage(), ..GenerateResponse::default() })
}

//! Counting tokens (Gemini API reference, "Counting tokens"; Vertex AI, "CountTokens API").

use super::request;
use super::types::Count;
use crate::{Dialect, DialectError};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tianji_core::Losses;
use tianji_core::generate::{GenerateRequest, Target};

/// Reads what a client of this dialect wants counted: contents, or a whole request for a reply.
///
/// # Errors
///
/// [`DialectError`] as for a request for a reply.
pub fn decode_count_request(body: &Bytes) -> Result<GenerateRequest, DialectError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Whole<'a> {
        #[serde(borrow, default, alias = "generate_content_request")]
        generate_content_request: Option<&'a RawValue>,
    }
    let whole: Option<Whole<'_>> = serde_json::from_slice(body).ok();
    match whole.and_then(|whole| whole.generate_content_request) {
        Some(raw) => super::Gemini.decode_request(&body.slice_ref(raw.get().as_bytes())),
        None => super::Gemini.decode_request(body),
    }
}

/// The body that asks an upstream to count. The Gemini API counts instructions and tools only as parts of a whole
/// request, Vertex AI beside the contents.
///
/// # Errors
///
/// [`DialectError`] as for a request for a reply.
pub fn encode_count_request(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Bytes, DialectError> {
    let mut prompt = request::encode_parts_of_prompt(request, target, losses)?;
    if target.provider.starts_with("vertex_ai") {
        return Ok(prompt.finish());
    }
    let model = target.model.strip_prefix("models/").unwrap_or(target.model);
    prompt.put("model", &format!("models/{model}"));
    let mut body = super::object::Object::new();
    body.put_raw("generateContentRequest", &prompt.finish());
    Ok(body.finish())
}

/// Reads the vendor's count in tokens.
///
/// # Errors
///
/// [`DialectError::Reply`] if it says no count.
pub fn decode_count_tokens(body: &Bytes) -> Result<u64, DialectError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Counted {
        #[serde(alias = "total_tokens")]
        total_tokens: Count,
    }
    let counted: Counted =
        serde_json::from_slice(body).map_err(|_| DialectError::Reply("it has no totalTokens".to_owned()))?;
    Ok(counted.total_tokens.0)
}

/// The reply to a client.
pub fn encode_count_tokens(total_tokens: u64) -> Bytes {
    json!({
        "totalTokens": total_tokens,
        "promptTokensDetails": [{ "modality": "TEXT", "tokenCount": total_tokens }],
    })
    .to_string()
    .into()
}

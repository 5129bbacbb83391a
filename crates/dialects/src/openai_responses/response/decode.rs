//! Reads an upstream's reply.

use crate::DialectError;
use crate::openai_responses::types::WireResponse;
use crate::openai_responses::{error, finish, items};
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::generate::{Choice, Finish, GenerateResponse, Part};
use tianji_core::{Extra, Json};

/// Reads a reply.
pub(in crate::openai_responses) fn decode(body: &[u8]) -> Result<GenerateResponse, DialectError> {
    let mut wire: WireResponse<'_> = serde_json::from_slice(body).map_err(|_| unusable(body))?;
    if let Some(raw) = wire.error.filter(|_| wire.status.as_deref().is_none_or(|status| status == "failed")) {
        return Err(DialectError::Failed(Box::new(error::of_stream(raw))));
    }
    let Some(output) = wire.output.as_deref() else { return Err(unusable(body)) };
    let mut logprobs = Vec::new();
    let parts: Vec<Part> = output.iter().flat_map(|raw| items::read(raw, &mut logprobs)).collect();
    let finish = finish_of(&mut wire, parts.iter().any(|part| matches!(part, Part::ToolCall(_))));
    let logprobs = (!logprobs.is_empty()).then(|| Json::of(&Extra::from_iter([content(&logprobs)])).ok()).flatten();
    let choice = Choice { index: 0, parts, finish: Some(finish), logprobs, extra: Extra::new() };
    Ok(GenerateResponse {
        usage: wire.usage(),
        id: wire.id.unwrap_or_default(),
        model: wire.model.unwrap_or_default(),
        created: wire.created_at.map(|seconds| seconds as i64),
        choices: vec![choice],
        service_tier: wire.service_tier,
        extra: Extra::new(),
    })
}

/// Why a response ended. `calls`: it calls tools of the client.
pub(in crate::openai_responses) fn finish_of(wire: &mut WireResponse<'_>, calls: bool) -> Finish {
    finish::read(wire.status.as_deref().unwrap_or("completed"), wire.incomplete_details.take(), calls)
}

/// Why a body is no reply: an error in a 200, nothing, or something else.
pub(in crate::openai_responses) fn unusable(body: &[u8]) -> DialectError {
    #[derive(Deserialize)]
    struct Failed<'a> {
        #[serde(borrow)]
        error: Option<&'a RawValue>,
    }
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    let failed = serde_json::from_slice::<Failed<'_>>(body).ok().and_then(|failed| failed.error);
    if let Some(raw) = failed.filter(|raw| raw.get().starts_with(['{', '"'])) {
        return DialectError::Failed(Box::new(error::of_stream(raw)));
    }
    if text.is_empty() {
        return DialectError::Reply("the body is empty".to_owned());
    }
    let beginning: String = text.chars().take(SHOWN_CHARS).collect();
    DialectError::Reply(format!("it is no response with an `output`: {beginning}"))
}

/// Log probabilities as chat completions have them.
fn content(logprobs: &[Json]) -> (String, Json) {
    // Raw values always serialise.
    ("content".to_owned(), Json::of(logprobs).unwrap_or_else(|_| Json::from(RawValue::NULL)))
}

/// Characters of an unreadable body shown in an error.
const SHOWN_CHARS: usize = 200;

//! Whole replies: [`decode`] from an upstream, [`encode`] for a client.

use super::logprobs;
use crate::DialectError;
use crate::openai_chat::json::{self, Commas};
use crate::openai_chat::response::{client_id, unusable};
use crate::openai_chat::{finish, usage};
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use std::fmt::Write as _;
use tianji_core::generate::{Choice, ClientView, GenerateResponse, Part};
use tianji_core::{Extra, Json};

/// Reads a reply.
pub(super) fn decode(body: &[u8]) -> Result<GenerateResponse, DialectError> {
    let mut members: Extra = serde_json::from_slice(body).map_err(|_| unusable(body))?;
    let Some(choices) = members.shift_remove("choices").filter(|choices| !choices.is_null()) else {
        return Err(unusable(body));
    };
    let choices: Vec<WireChoice> = choices.read().map_err(|cause| DialectError::Reply(format!("choices: {cause}")))?;
    let (id, model) = (take(&mut members, "id"), take(&mut members, "model"));
    let created = take::<f64>(&mut members, "created").map(|seconds| seconds as i64);
    let usage = members.shift_remove("usage").and_then(|raw| usage::read(raw.text())).map(|report| report.usage);
    let service_tier = take(&mut members, "service_tier");
    members.shift_remove("object");
    members.retain(|_, raw| !raw.is_null());
    Ok(GenerateResponse {
        id: id.unwrap_or_default(),
        model: model.unwrap_or_default(),
        created,
        choices: (0..).zip(choices).map(|(position, choice)| choice.read(position)).collect(),
        usage,
        service_tier,
        extra: members,
    })
}

/// Writes a reply.
pub(super) fn encode(response: &GenerateResponse, view: &ClientView) -> Bytes {
    let mut out = BytesMut::with_capacity(512);
    out.extend_from_slice(br#"{"id":"#);
    json::string(client_id(&response.id, view), &mut out);
    let created = response.created.unwrap_or(view.created);
    let _ = write!(out, r#","object":"text_completion","created":{created},"model":"#);
    json::string(view.model_or(&response.model), &mut out);
    out.extend_from_slice(br#","choices":["#);
    let mut commas = Commas::new();
    for choice in &response.choices {
        commas.next(&mut out);
        write_choice(choice, &mut out);
    }
    out.extend_from_slice(b"]");
    if let Some(consumed) = &response.usage {
        out.extend_from_slice(br#","usage":"#);
        usage::write(consumed, usage::Extras::Caches, &mut out);
    }
    if let Some(tier) = &response.service_tier {
        out.extend_from_slice(br#","service_tier":"#);
        json::string(tier, &mut out);
    }
    for (name, raw) in &response.extra {
        out.extend_from_slice(b",");
        json::string(name, &mut out);
        out.extend_from_slice(b":");
        json::value(raw, &mut out);
    }
    out.extend_from_slice(b"}");
    out.freeze()
}

fn write_choice(choice: &Choice, out: &mut BytesMut) {
    let text: String = choice.parts.iter().filter_map(said).collect();
    out.extend_from_slice(br#"{"text":"#);
    json::string(&text, out);
    let _ = write!(out, r#","index":{},"logprobs":"#, choice.index);
    match &choice.logprobs {
        Some(raw) => json::value(&logprobs::of_chat(raw, &mut 0), out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(br#","finish_reason":"#);
    json::optional_string(choice.finish.as_ref().map(|ended| finish::word(ended.reason, false)), out);
    out.extend_from_slice(b"}");
}

/// What a part says in words; thoughts and calls have no place in a bare text.
fn said(part: &Part) -> Option<&str> {
    match part {
        Part::Text(text) => Some(&text.text),
        Part::Refusal(words) => Some(words),
        _ => None,
    }
}

fn take<T: for<'de> Deserialize<'de>>(members: &mut Extra, name: &str) -> Option<T> {
    members.shift_remove(name)?.read().ok()
}

#[derive(Deserialize)]
struct WireChoice {
    #[serde(default)]
    index: Option<u32>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    logprobs: Option<Json>,
    #[serde(default)]
    finish_reason: Option<String>,
}

impl WireChoice {
    fn read(self, position: u32) -> Choice {
        Choice {
            index: self.index.unwrap_or(position),
            parts: vec![Part::text(self.text.unwrap_or_default())],
            finish: self.finish_reason.map(|word| finish::read(&word)),
            logprobs: self.logprobs.filter(|raw| !raw.is_null()).map(|raw| logprobs::to_chat(&raw)),
            extra: Extra::new(),
        }
    }
}

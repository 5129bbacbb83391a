//! Relays a whole reply.

use super::splice::Edits;
use super::tidy;
use crate::openai_chat::response::unusable;
use crate::openai_chat::{finish, json, scan, usage};
use crate::{DialectError, Observed};
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::generate::ClientView;

/// What is looked at in a reply that passes.
#[derive(Deserialize)]
struct Glance<'a> {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    service_tier: Option<String>,
    #[serde(borrow, default)]
    choices: Option<Vec<GlanceChoice<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    x_groq: Option<GlanceGroq<'a>>,
}

#[derive(Deserialize)]
struct GlanceGroq<'a> {
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct GlanceChoice<'a> {
    #[serde(default)]
    finish_reason: Option<String>,
    #[serde(borrow, default)]
    message: Option<GlanceMessage<'a>>,
}

#[derive(Deserialize)]
struct GlanceMessage<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tool_calls: Option<&'a RawValue>,
}

/// Passes a reply on: all bytes as they are but the model's name, and but what SDKs would stumble over.
pub(in crate::openai_chat) fn response(
    body: &Bytes,
    view: &ClientView,
    seen: &mut Observed,
) -> Result<Bytes, DialectError> {
    let glance: Glance<'_> = serde_json::from_slice(body).map_err(|_| unusable(body))?;
    let Some(choices) = &glance.choices else { return Err(unusable(body)) };
    let first = choices.first();
    seen.finish = first.and_then(|choice| choice.finish_reason.as_deref()).map(|word| finish::read(word).reason);
    seen.output_bytes = choices.iter().filter_map(|choice| choice.message.as_ref()).map(GlanceMessage::bytes).sum();
    let mut edits = Edits::default();
    let raw = glance.usage.into_iter().chain(glance.x_groq.and_then(|extras| extras.usage));
    if let Some(report) = raw.into_iter().find_map(|raw| usage::read(raw.get())) {
        tidy::completion_tokens(body, &report.usage, &mut edits);
        seen.usage = Some(report.usage);
        seen.reported_cost = report.cost;
    }
    seen.response_id = glance.id;
    seen.model = glance.model;
    seen.service_tier = glance.service_tier;
    tidy::reply(body, &mut edits);
    Ok(with_model(body, view, edits))
}

impl GlanceMessage<'_> {
    /// Bytes of generated text, roughly: strings are counted as they are escaped.
    fn bytes(&self) -> u64 {
        let said = [self.content, self.reasoning_content, self.tool_calls];
        let length = |raw: &RawValue| raw.get().len().saturating_sub(2) as u64;
        said.into_iter().flatten().filter(|raw| raw.get() != "null").map(length).sum()
    }
}

fn with_model(body: &Bytes, view: &ClientView, mut edits: Edits) -> Bytes {
    let mut out = BytesMut::with_capacity(body.len() + view.model.len() + 16);
    let mut name = BytesMut::with_capacity(view.model.len() + 2);
    json::string(&view.model, &mut name);
    if let Some(model) = scan::member(body, 0, "model") {
        edits.replace(model.value, name);
    } else if let Some(first) = scan::members(body, 0).next() {
        let at = first.key.start;
        edits.replace(at..at, [b"\"model\":".as_slice(), &name, b","].concat());
    }
    edits.apply(body, &mut out);
    out.freeze()
}

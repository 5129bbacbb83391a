//! Relays a whole reply.

use super::splice::Edits;
use super::tidy::{self, Choice};
use crate::openai_chat::response::unusable;
use crate::openai_chat::scan::{self, Member, Text};
use crate::openai_chat::{finish, json, usage};
use crate::{DialectError, Observed};
use bytes::{Bytes, BytesMut};
use tianji_core::generate::ClientView;
use tianji_wire::{Ends, check_json_ends};

/// Where in a reply stands what is looked at.
#[derive(Default)]
struct Places {
    id: Option<Member>,
    model: Option<Member>,
    service_tier: Option<Member>,
    choices: Option<Member>,
    usage: Option<Member>,
    x_groq: Option<Member>,
}

/// Passes a reply on: all bytes as they are but the model's name, and but what SDKs would stumble over.
///
/// The text is checked once; after that it is only walked over.
pub(in crate::openai_chat) fn response(
    body: &Bytes,
    view: &ClientView,
    seen: &mut Observed,
) -> Result<Bytes, DialectError> {
    let ends = check_json_ends(body).map_err(|_| unusable(body))?;
    relay(body, &ends, view, seen).ok_or_else(|| unusable(body))
}

/// `None` if something is of a kind that no reader of replies would take.
fn relay(body: &Bytes, ends: &Ends, view: &ClientView, seen: &mut Observed) -> Option<Bytes> {
    let mapped = Text::new(body, ends);
    let places = Places::find(mapped)?;
    let mut edits = Edits::default();
    let list = array(body, &places.choices?)?;
    for (index, choice) in mapped.elements(list).enumerate() {
        if body.get(choice.start) != Some(&b'{') {
            return None;
        }
        one(mapped, Choice::find(mapped, choice.start), index == 0, seen, &mut edits)?;
    }
    let in_groq = match &places.x_groq {
        Some(groq) => object(body, groq)?.and_then(|start| scan::member(body, start, "usage")),
        None => None,
    };
    let report = [places.usage.as_ref(), in_groq.as_ref()].into_iter().flatten();
    if let Some(report) = report.into_iter().find_map(|place| usage::read(text(body, place)?)) {
        if let Some(place) = &places.usage {
            tidy::completion_tokens(body, place, &report.usage, &mut edits);
        }
        seen.usage = Some(report.usage);
        seen.reported_cost = report.cost;
    }
    seen.response_id = string(body, places.id.as_ref())?;
    seen.model = string(body, places.model.as_ref())?;
    seen.service_tier = string(body, places.service_tier.as_ref())?;
    Some(with_model(body, view, places.model, edits))
}

impl Places {
    /// `None` if a member stands there twice.
    fn find(body: Text<'_>) -> Option<Self> {
        let mut places = Self::default();
        for member in body.members(0) {
            let place = match scan::key(body.bytes, &member) {
                b"id" => &mut places.id,
                b"model" => &mut places.model,
                b"service_tier" => &mut places.service_tier,
                b"choices" => &mut places.choices,
                b"usage" => &mut places.usage,
                b"x_groq" => &mut places.x_groq,
                _ => continue,
            };
            if place.replace(member).is_some() {
                return None;
            }
        }
        Some(places)
    }
}

/// Takes note of one choice and of the edits that it needs.
fn one(mapped: Text<'_>, choice: Choice, first: bool, seen: &mut Observed, edits: &mut Edits) -> Option<()> {
    let body = mapped.bytes;
    let reason = string(body, choice.finish_reason.as_ref())?;
    if first {
        seen.finish = reason.map(|word| finish::read(&word).reason);
    }
    let message = match &choice.message {
        Some(message) => object(body, message)?,
        None => None,
    };
    let mut calls = None;
    for member in message.into_iter().flat_map(|start| mapped.members(start)) {
        match scan::key(body, &member) {
            b"content" | b"reasoning_content" => seen.output_bytes += length(body, &member),
            b"tool_calls" => {
                seen.output_bytes += length(body, &member);
                calls = Some(member);
            }
            _ => {}
        }
    }
    choice.tidy(body, calls.as_ref(), edits);
    Some(())
}

/// Bytes of generated text, roughly: strings are counted as they are escaped.
fn length(body: &[u8], member: &Member) -> u64 {
    if body.get(member.value.clone()) == Some(b"null") { 0 } else { member.value.len().saturating_sub(2) as u64 }
}

fn text<'a>(body: &'a [u8], member: &Member) -> Option<&'a str> {
    std::str::from_utf8(body.get(member.value.clone())?).ok()
}

/// A string, or nothing where there is `null` or no member; `None` if it is something else.
fn string(body: &[u8], member: Option<&Member>) -> Option<Option<String>> {
    let Some(member) = member else { return Some(None) };
    let raw = text(body, member)?;
    match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Some(Some(plain.to_owned())),
        _ => serde_json::from_str(raw).ok(),
    }
}

/// Where an array begins; `None` if it is none.
fn array(body: &[u8], member: &Member) -> Option<usize> {
    (body.get(member.value.start) == Some(&b'[')).then_some(member.value.start)
}

/// Where an object begins, or nothing where there is `null`; `None` if it is something else.
fn object(body: &[u8], member: &Member) -> Option<Option<usize>> {
    match body.get(member.value.start)? {
        b'{' => Some(Some(member.value.start)),
        b'n' => Some(None),
        _ => None,
    }
}

fn with_model(body: &Bytes, view: &ClientView, model: Option<Member>, mut edits: Edits) -> Bytes {
    let mut out = BytesMut::with_capacity(body.len() + view.model.len() + 16);
    if view.model.is_empty() {
        edits.apply(body, &mut out);
        return out.freeze();
    }
    let mut name = BytesMut::with_capacity(view.model.len() + 2);
    json::string(&view.model, &mut name);
    if let Some(model) = model {
        edits.replace(model.value, name);
    } else if let Some(first) = scan::members(body, 0).next() {
        let at = first.key.start;
        edits.replace(at..at, [b"\"model\":".as_slice(), &name, b","].concat());
    }
    edits.apply(body, &mut out);
    out.freeze()
}

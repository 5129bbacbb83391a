//! The same dialect on both sides: bytes pass, only the model's name is replaced, and usage is noted.

use crate::frame::write_anew;
use crate::openai_chat::relay::splice::Edits;
use crate::openai_chat::response::unusable;
use crate::openai_chat::scan::{self, Member};
use crate::openai_chat::stream::{DONE, may_be_error, write_failure};
use crate::openai_chat::{error, finish, json, usage};
use crate::{DialectError, Observed, StreamBridge};
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tianji_core::Error;
use tianji_core::generate::ClientView;
use tianji_wire::Frame;

/// Passes a whole reply on.
pub(super) fn response(body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
    let glance: Glance<'_> = serde_json::from_slice(body).map_err(|_| unusable(body))?;
    let Some(choices) = &glance.choices else { return Err(unusable(body)) };
    let first = choices.first().and_then(|choice| choice.finish_reason.as_deref());
    seen.finish = first.map(|word| finish::read(word).reason);
    seen.output_bytes = choices.iter().filter_map(|choice| choice.text).map(string_bytes).sum();
    if let Some(report) = glance.usage.and_then(|raw| usage::read(raw.get())) {
        seen.usage = Some(report.usage);
        seen.reported_cost = report.cost;
    }
    seen.response_id = glance.id;
    seen.model = glance.model;
    if view.model.is_empty() {
        return Ok(body.clone());
    }
    let name = quoted(&view.model);
    let mut edits = Edits::default();
    if let Some(model) = scan::member(body, 0, "model") {
        edits.replace(model.value, name);
    } else if let Some(first) = scan::members(body, 0).next() {
        let at = first.key.start;
        edits.replace(at..at, [b"\"model\":".as_slice(), &name, b","].concat());
    }
    let mut out = BytesMut::with_capacity(body.len() + view.model.len() + 16);
    edits.apply(body, &mut out);
    Ok(out.freeze())
}

/// The relay of one stream.
#[derive(Debug)]
pub(super) struct TextRelay {
    /// The model's name as JSON; empty if the upstream's own shall be shown.
    model: BytesMut,
    include_usage: bool,
    seen: Observed,
    /// Numbers of the answers, and whether each has ended.
    answers: Vec<(u32, bool)>,
    edited: BytesMut,
}

impl TextRelay {
    /// Before the first frame.
    pub(super) fn new(view: ClientView) -> Self {
        Self {
            model: if view.model.is_empty() { BytesMut::new() } else { quoted(&view.model) },
            include_usage: view.include_usage,
            seen: Observed::default(),
            answers: Vec::with_capacity(1),
            edited: BytesMut::new(),
        }
    }

    /// Notes what a chunk shows and passes it on, unless it brings nothing but a usage that the client did not ask for.
    fn chunk(&mut self, data: &[u8], out: &mut BytesMut) {
        let (mut model, mut choices, mut report) = (None, None, None);
        for member in scan::members(data, 0) {
            let key = data.get(member.key.clone()).unwrap_or_default();
            match key {
                b"\"model\"" => model = Some(member),
                b"\"choices\"" => choices = Some(member),
                b"\"usage\"" => report = usage_of(data, &member),
                b"\"id\"" if self.seen.response_id.is_none() => self.seen.response_id = text(data, &member),
                _ => {}
            }
        }
        let mut answered = false;
        for element in choices.into_iter().flat_map(|choices| scan::elements(data, choices.value.start)) {
            answered = true;
            self.choice(data, element.start);
        }
        let counted = report.is_some();
        if let Some(report) = report {
            self.seen.usage = Some(report.usage);
            self.seen.reported_cost = report.cost.or(self.seen.reported_cost);
        }
        if self.seen.model.is_none() {
            self.seen.model = model.as_ref().and_then(|member| text(data, member));
        }
        if counted && !answered && !self.include_usage {
            return;
        }
        self.pass(data, model, out);
    }

    fn choice(&mut self, data: &[u8], start: usize) {
        let (mut index, mut ended) = (0, None);
        for member in scan::members(data, start) {
            let key = data.get(member.key.clone()).unwrap_or_default();
            match key {
                b"\"index\"" => index = number(data, &member).unwrap_or(0),
                b"\"text\"" => self.seen.output_bytes += (member.value.len() as u64).saturating_sub(2),
                b"\"finish_reason\"" => ended = text(data, &member),
                _ => {}
            }
        }
        let place = self.answers.iter().position(|(known, _)| *known == index).unwrap_or_else(|| {
            self.answers.push((index, false));
            self.answers.len() - 1
        });
        if let (Some(word), Some((_, finished))) = (ended, self.answers.get_mut(place)) {
            *finished = true;
            if index == 0 {
                self.seen.finish = Some(finish::read(&word).reason);
            }
        }
    }

    fn pass(&mut self, data: &[u8], model: Option<Member>, out: &mut BytesMut) {
        let place = model.map(|member| member.value).filter(|_| !self.model.is_empty());
        let Some(place) = place else { return write_anew(None, data, out) };
        self.edited.clear();
        self.edited.extend_from_slice(data.get(..place.start).unwrap_or_default());
        self.edited.extend_from_slice(&self.model);
        self.edited.extend_from_slice(data.get(place.end..).unwrap_or_default());
        write_anew(None, &self.edited, out);
    }

    fn terminate(&mut self, out: &mut BytesMut) {
        self.seen.ended = true;
        out.extend_from_slice(b"data: [DONE]\n\n");
    }
}

impl StreamBridge for TextRelay {
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error> {
        let data: &[u8] = frame.data.trim_ascii();
        if data.is_empty() || self.seen.ended {
            return Ok(());
        }
        if data == DONE {
            if self.answers.is_empty() {
                return Err(DialectError::Cut.of_reply());
            }
            self.terminate(out);
            return Ok(());
        }
        if may_be_error(data) {
            let value: Value = serde_json::from_slice(data).map_err(|cause| {
                DialectError::Reply(format!("a stream frame is not a completion: {cause}")).of_reply()
            })?;
            if error::is_error(&value) {
                return Err(error::of_stream(&value));
            }
        }
        self.chunk(data, out);
        Ok(())
    }

    fn end(&mut self, out: &mut BytesMut) -> Result<(), Error> {
        if self.seen.ended {
            return Ok(());
        }
        if self.answers.is_empty() || !self.answers.iter().all(|(_, finished)| *finished) {
            return Err(DialectError::Cut.of_reply());
        }
        self.terminate(out);
        Ok(())
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        write_failure(error, out);
    }

    fn observed(&self) -> &Observed {
        &self.seen
    }
}

fn usage_of(data: &[u8], member: &Member) -> Option<usage::Report> {
    let raw = data.get(member.value.clone()).filter(|raw| raw.starts_with(b"{"))?;
    usage::read(std::str::from_utf8(raw).ok()?)
}

/// A member that is a string and not empty.
fn text(data: &[u8], member: &Member) -> Option<String> {
    let raw = data.get(member.value.clone()).filter(|raw| raw.starts_with(b"\""))?;
    serde_json::from_slice(raw).ok().filter(|text: &String| !text.is_empty())
}

fn number(data: &[u8], member: &Member) -> Option<u32> {
    std::str::from_utf8(data.get(member.value.clone())?).ok()?.parse().ok()
}

fn quoted(text: &str) -> BytesMut {
    let mut out = BytesMut::with_capacity(text.len() + 2);
    json::string(text, &mut out);
    out
}

/// Bytes of a string between its quotes, as it is escaped.
fn string_bytes(raw: &RawValue) -> u64 {
    if raw.get().starts_with('"') { raw.get().len() as u64 - 2 } else { 0 }
}

/// What is looked at in a reply that passes.
#[derive(Deserialize)]
struct Glance<'a> {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(borrow, default)]
    choices: Option<Vec<GlanceChoice<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct GlanceChoice<'a> {
    #[serde(default)]
    finish_reason: Option<String>,
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
}

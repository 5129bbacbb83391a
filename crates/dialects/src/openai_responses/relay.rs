//! The same dialect on both sides: bytes pass, only the model's name is replaced, and usage is noted.

use super::response::{finish_of, unusable};
use super::stream::DONE;
use super::types::{Event, WireResponse};
use super::{error, ids, items};
use crate::frame::{pass, write_anew};
use crate::openai_chat::relay::splice::Edits;
use crate::openai_chat::{json, scan};
use crate::{DialectError, Observed, StreamBridge};
use bytes::{Bytes, BytesMut};
use memchr::memmem;
use serde_json::value::RawValue;
use tianji_core::Error;
use tianji_core::generate::{ClientView, Part};
use tianji_wire::Frame;

/// Passes a whole reply on.
pub(super) fn response(body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
    let mut wire: WireResponse<'_> = serde_json::from_slice(body).map_err(|_| unusable(body))?;
    if let Some(raw) = wire.error.filter(|_| wire.status.as_deref().is_none_or(|status| status == "failed")) {
        return Err(DialectError::Failed(Box::new(error::of_stream(raw))));
    }
    if wire.output.is_none() {
        return Err(unusable(body));
    }
    note(&mut wire, seen);
    let mut edits = Edits::default();
    name_model(body, 0, view, &mut edits);
    let mut out = BytesMut::with_capacity(body.len() + view.model.len() + 2);
    edits.apply(body, &mut out);
    Ok(out.freeze())
}

/// The relay of one stream.
#[derive(Debug)]
pub(super) struct ResponsesRelay {
    view: ClientView,
    seen: Observed,
    /// Seconds since 1970, as the upstream says.
    created: Option<i64>,
    /// Data of the last event that passed.
    last: Bytes,
}

impl ResponsesRelay {
    /// Before the first frame.
    pub(super) fn new(view: ClientView) -> Self {
        Self { view, seen: Observed::default(), created: None, last: Bytes::new() }
    }

    /// Reads an event that is more than the growth of something, and passes it on. Gives the error that the upstream
    /// reports with it.
    fn event(&mut self, frame: &Frame, data: &[u8], out: &mut BytesMut) -> Result<Option<Error>, DialectError> {
        let event: Event<'_> = serde_json::from_slice(data)
            .map_err(|cause| DialectError::Reply(format!("a stream event is not what it should be: {cause}")))?;
        let kind = event.kind.as_deref().unwrap_or_default();
        let nested = event.error.filter(|raw| raw.get() != "null");
        if kind == "error" || (kind.is_empty() && nested.is_some()) {
            let top = serde_json::from_slice::<&RawValue>(data).ok();
            return Ok(nested.or(top).map(error::of_stream));
        }
        let Some(raw) = event.response else {
            if kind.ends_with(".delta") {
                self.seen.output_bytes += event.delta.map_or(0, |delta| delta.len() as u64);
            }
            pass(frame, out);
            return Ok(None);
        };
        let mut response: WireResponse<'_> = serde_json::from_str(raw.get()).map_err(|cause| {
            DialectError::Reply(format!("the response of an event is not what it should be: {cause}"))
        })?;
        if kind == "response.failed" {
            let cause = response.error.filter(|raw| raw.get() != "null");
            return Ok(Some(cause.map_or_else(|| error::of_stream(raw), error::of_stream)));
        }
        self.created = response.created_at.map(|seconds| seconds as i64).or(self.created);
        let ends = matches!(kind, "response.completed" | "response.incomplete" | "response.cancelled");
        if ends {
            note(&mut response, &mut self.seen);
        } else {
            note_names(&mut response, &mut self.seen);
        }
        let mut edits = Edits::default();
        if let Some(member) = scan::member(data, 0, "response") {
            name_model(data, member.value.start, &self.view, &mut edits);
        }
        let mut edited = BytesMut::with_capacity(data.len() + self.view.model.len() + 2);
        edits.apply(data, &mut edited);
        let name = frame.event.as_deref().and_then(|name| std::str::from_utf8(name).ok());
        write_anew(name, &edited, out);
        if ends {
            self.seen.ended = true;
            out.extend_from_slice(b"data: [DONE]\n\n");
        }
        Ok(None)
    }
}

impl StreamBridge for ResponsesRelay {
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error> {
        let data = frame.data.trim_ascii();
        // What follows the end is not this reply's; the terminator was written with it.
        if self.seen.ended || data == DONE {
            return Ok(());
        }
        if data.is_empty() {
            pass(frame, out);
            return Ok(());
        }
        let head = data.get(..HEAD_BYTES).unwrap_or(data);
        if memmem::find(head, b".delta\"").is_some() && memmem::find(head, b"\"response\"").is_none() {
            self.seen.output_bytes += growth_bytes(data);
            pass(frame, out);
        } else if let Some(error) = self.event(frame, data, out).map_err(DialectError::of_reply)? {
            return Err(error);
        }
        self.last = frame.data.clone();
        Ok(())
    }

    fn end(&mut self, _out: &mut BytesMut) -> Result<(), Error> {
        if self.seen.ended { Ok(()) } else { Err(DialectError::Cut.of_reply()) }
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        let id = self.seen.response_id.as_deref().unwrap_or_default();
        let failed = error::Failed {
            id: &ids::response(id, &self.view),
            created: self.created.unwrap_or(self.view.created),
            model: &self.view.model,
            sequence: sequence_after(&self.last),
        };
        error::write(failed, error, out);
    }

    fn observed(&self) -> &Observed {
        &self.seen
    }
}

fn note_names(response: &mut WireResponse<'_>, seen: &mut Observed) {
    seen.response_id = response.id.take().or(seen.response_id.take());
    seen.model = response.model.take().or(seen.model.take());
    seen.service_tier = response.service_tier.take().or(seen.service_tier.take());
}

fn note(response: &mut WireResponse<'_>, seen: &mut Observed) {
    note_names(response, seen);
    seen.usage = response.usage().or(seen.usage);
    let output = response.output.as_deref().unwrap_or_default();
    let calls = output.iter().any(|raw| is_call(raw));
    if seen.output_bytes == 0 && seen.usage.is_none() {
        let parts = output.iter().flat_map(|raw| items::read(raw, &mut Vec::new()));
        seen.output_bytes = parts.map(|part| part_bytes(&part)).sum();
    }
    seen.finish = Some(finish_of(response, calls).reason);
}

fn is_call(raw: &RawValue) -> bool {
    let kind = scan::member(raw.get().as_bytes(), 0, "type").and_then(|member| raw.get().get(member.value));
    matches!(kind, Some(r#""function_call""# | r#""custom_tool_call""#))
}

fn part_bytes(part: &Part) -> u64 {
    let bytes = match part {
        Part::Text(text) => text.text.len(),
        Part::Thinking(thinking) => thinking.text.len(),
        Part::ToolCall(call) => call.name.len() + call.arguments.len(),
        Part::Refusal(words) => words.len(),
        _ => 0,
    };
    bytes as u64
}

/// Puts the client's model name into the response that begins at `start`, unless the upstream's shall be shown.
fn name_model(text: &[u8], start: usize, view: &ClientView, edits: &mut Edits) {
    if let Some(model) = scan::member(text, start, "model").filter(|_| !view.model.is_empty()) {
        let mut name = BytesMut::with_capacity(view.model.len() + 2);
        json::string(&view.model, &mut name);
        edits.replace(model.value, name);
    }
}

/// Bytes of text in an event that grows something, as escaped. Only for estimates where a stream breaks off before its
/// report of usage.
fn growth_bytes(data: &[u8]) -> u64 {
    let key: &[u8] = b"\"delta\":";
    let growth = memmem::find_iter(data, key).find_map(|at| {
        let start = at + key.len();
        let blanks = data.get(start..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        scan::string_at(data, start + blanks)
    });
    growth.map_or(0, |text| text.len().saturating_sub(2) as u64)
}

/// The number that follows the one of an event.
fn sequence_after(data: &[u8]) -> u64 {
    let number = scan::member(data, 0, "sequence_number").and_then(|member| data.get(member.value));
    let number = number.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u64>().ok());
    number.map_or(0, |number| number.saturating_add(1))
}

/// Where the `type` of an event stands, whatever the spacing.
const HEAD_BYTES: usize = 64;

//! The same dialect on both sides: bytes pass, only the model's name is replaced, and usage is noted.

use super::error;
use super::fields::{Fields, Place};
use super::finish;
use super::stream::write_error;
use super::types::{Event, MessageStart, UsageReport, WireUsage};
use crate::frame::{pass, write_anew};
use crate::{DialectError, Observed, StreamBridge};
use bytes::{BufMut, Bytes, BytesMut};
use memchr::memmem;
use serde_json::value::RawValue;
use std::ops::Range;
use tianji_core::Error;
use tianji_core::generate::{ClientView, Part};
use tianji_wire::Frame;

/// Passes a whole reply on.
pub(super) fn response(body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
    let mut fields = Fields::parse(body)?;
    let root = Place::ROOT;
    let model = fields.take("model");
    seen.model = model.and_then(text);
    seen.response_id = fields.take("id").and_then(text);
    if let Some(report) = fields.read::<UsageReport>("usage", &root, "an object of counts")? {
        seen.usage = Some(report.usage.canonical());
        seen.service_tier = report.service_tier;
    }
    seen.finish = fields.take("stop_reason").and_then(text).map(|word| finish::read(word, None).reason);
    match fields.take("content") {
        Some(content) if seen.usage.is_none() => {
            let parts = super::request::content(content)?;
            seen.output_bytes = parts.iter().map(part_bytes).sum();
        }
        Some(_) => {}
        None => {
            let cause = fields.take("error").map_or_else(|| "it has no content".to_owned(), error::words);
            return Err(DialectError::Reply(cause));
        }
    }
    let named = model.filter(|_| !view.model.is_empty());
    let Some(range) = named.and_then(|model| place_in(body, model)) else { return Ok(body.clone()) };
    Ok(splice(body, range, &view.model).freeze())
}

/// The relay of one stream.
pub(super) struct Relay {
    view: ClientView,
    usage: WireUsage,
    seen: Observed,
}

impl Relay {
    /// Before the first frame.
    pub(super) fn new(view: ClientView) -> Self {
        Self { view, usage: WireUsage::default(), seen: Observed::default() }
    }

    /// Reads an event that is more than the growth of a block, and passes it on. Gives the error that the upstream
    /// reports with it.
    fn event(&mut self, frame: &Frame, data: &[u8], out: &mut BytesMut) -> Result<Option<Error>, DialectError> {
        let event: Event<'_> = serde_json::from_slice(data)
            .map_err(|cause| DialectError::Reply(format!("a stream event is not what it should be: {cause}")))?;
        match event.kind.as_deref() {
            Some("message_start") => {
                let model = event.message.as_ref().and_then(|message| message.model);
                if let Some(message) = event.message {
                    self.start(message);
                }
                let named = model.filter(|_| !self.view.model.is_empty());
                if let Some(range) = named.and_then(|model| place_in(data, model)) {
                    let data = splice(data, range, &self.view.model);
                    write_anew(Some("message_start"), &data, out);
                    return Ok(None);
                }
            }
            Some("message_delta") => {
                if let Some(usage) = event.usage {
                    self.usage.update(&usage);
                    self.seen.usage = Some(self.usage.canonical());
                }
                let word = event.delta.and_then(|delta| delta.stop_reason);
                self.seen.finish = word.map(|word| finish::read(word, None).reason).or(self.seen.finish);
            }
            Some("message_stop") => self.seen.ended = true,
            // Without a `type` it may still be an error, as in a reply without a stream.
            _ => {
                if let Some(cause) = event.error {
                    return Ok(Some(error::of_stream(cause)));
                }
            }
        }
        pass(frame, out);
        Ok(None)
    }

    fn start(&mut self, message: MessageStart<'_>) {
        self.seen.response_id = message.id;
        self.seen.model = message.model.and_then(text);
        if let Some(report) = message.usage {
            self.usage = report.usage;
            self.seen.usage = Some(report.usage.canonical());
            self.seen.service_tier = report.service_tier;
        }
    }
}

impl StreamBridge for Relay {
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error> {
        let data = frame.data.trim_ascii();
        // What follows the end is not this reply's. Some vendors of this dialect add OpenAI's terminator.
        if self.seen.ended || data == b"[DONE]" {
            return Ok(());
        }
        let head = data.get(..HEAD_BYTES).unwrap_or(data);
        if memmem::find(head, b"\"content_block_delta\"").is_some() {
            self.seen.output_bytes += growth_bytes(data);
            pass(frame, out);
            return Ok(());
        }
        if data.is_empty() || memmem::find(head, b"\"content_block_st").is_some() {
            pass(frame, out);
            return Ok(());
        }
        match self.event(frame, data, out).map_err(DialectError::of_reply)? {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn end(&mut self, _out: &mut BytesMut) -> Result<(), Error> {
        if self.seen.ended { Ok(()) } else { Err(DialectError::Cut.of_reply()) }
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        write_error(error, out);
    }

    fn observed(&self) -> &Observed {
        &self.seen
    }
}

/// Where `part`, which was borrowed from `whole`, stands in it.
fn place_in(whole: &[u8], part: &RawValue) -> Option<Range<usize>> {
    let start = (part.get().as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let end = start.checked_add(part.get().len())?;
    (whole.get(start..end)? == part.get().as_bytes()).then_some(start..end)
}

/// `whole` with the model's name in place of `range`.
fn splice(whole: &[u8], range: Range<usize>, model: &str) -> BytesMut {
    let mut out = BytesMut::with_capacity(whole.len() + model.len() + 2);
    out.extend_from_slice(whole.get(..range.start).unwrap_or_default());
    // Memory takes every write, and strings always serialise: this cannot fail.
    let _ = serde_json::to_writer((&mut out).writer(), model);
    out.extend_from_slice(whole.get(range.end..).unwrap_or_default());
    out
}

fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

fn part_bytes(part: &Part) -> u64 {
    let bytes = match part {
        Part::Text(text) => text.text.len(),
        Part::Thinking(thinking) => thinking.text.len(),
        Part::ToolCall(call) => call.name.len() + call.arguments.len(),
        _ => 0,
    };
    bytes as u64
}

/// Bytes of text in a `content_block_delta`, escapes included: from the value of the delta's second member on. Only for
/// estimates where a stream breaks off before its last report of usage.
fn growth_bytes(data: &[u8]) -> u64 {
    let after = |text: &'static [u8], rest: &[u8]| memmem::find(rest, text).map(|at| at + text.len());
    let delta = after(b"\"delta\"", data).and_then(|at| data.get(at..)).unwrap_or_default();
    let rest = after(b"_delta\"", delta).and_then(|at| delta.get(at..)).unwrap_or_default();
    let value = memchr::memchr(b':', rest).and_then(|colon| rest.get(colon + 1..)).unwrap_or_default();
    value.trim_ascii_start().len().saturating_sub(CLOSING_BYTES) as u64
}

/// Where the `type` of an event stands, whatever the spacing.
const HEAD_BYTES: usize = 48;

/// The quotes around the text and the two braces after it.
const CLOSING_BYTES: usize = 4;

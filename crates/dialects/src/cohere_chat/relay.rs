//! The same dialect on both sides: bytes pass, which name no model; what they show is noted.

use super::response::{decode, unusable};
use super::stream::DONE;
use super::types::{Event, EventDelta, WireReply};
use super::{error, finish};
use crate::frame::pass;
use crate::{DialectError, Observed, StreamBridge};
use bytes::{Bytes, BytesMut};
use memchr::memmem;
use tianji_core::Error;
use tianji_core::generate::{ClientView, FinishReason, Part};
use tianji_wire::{Frame, write_event};

/// Passes a whole reply on.
pub(super) fn response(body: &Bytes, seen: &mut Observed) -> Result<Bytes, DialectError> {
    let wire: WireReply<'_> = serde_json::from_slice(body).map_err(|_| unusable(body))?;
    let message = wire.message.as_ref().ok_or_else(|| unusable(body))?;
    let calls = message.tool_calls.as_ref().is_some_and(|calls| !calls.is_empty());
    let finish = wire.finish_reason.as_deref().map(|word| finish::read(word, calls)).transpose();
    seen.finish = finish.map_err(DialectError::Failed)?.map(|finish| finish.reason);
    seen.usage = wire.usage.as_ref().and_then(|usage| usage.canonical());
    seen.response_id = wire.id;
    if seen.usage.is_none() {
        let choices = decode(body)?.choices;
        seen.output_bytes = choices.iter().flat_map(|choice| &choice.parts).map(part_bytes).sum();
    }
    Ok(body.clone())
}

/// The relay of one stream.
#[derive(Debug)]
pub(super) struct CohereRelay {
    seen: Observed,
    called: bool,
}

impl CohereRelay {
    /// Before the first frame.
    pub(super) fn new(_: ClientView) -> Self {
        Self { seen: Observed::default(), called: false }
    }

    /// Reads an event that is more than the growth of a block, and passes it on.
    fn event(&mut self, frame: &Frame, data: &[u8], out: &mut BytesMut) -> Result<(), DialectError> {
        let event: Event<'_> = serde_json::from_slice(data)
            .map_err(|cause| DialectError::Reply(format!("a stream event is not what it should be: {cause}")))?;
        if event.is_error() {
            return Err(DialectError::Failed(Box::new(error::of_stream(data))));
        }
        let kind = event.kind.as_deref().map_or(frame.event.as_deref(), |kind| Some(kind.as_bytes()));
        match kind {
            Some(b"message-start") => self.seen.response_id = event.id,
            Some(b"tool-call-start") => self.called = true,
            Some(b"message-end") => {
                self.message_end(event.delta.unwrap_or_default())?;
                pass(frame, out);
                write_event(out, None, DONE);
                return Ok(());
            }
            _ => {}
        }
        pass(frame, out);
        Ok(())
    }

    fn message_end(&mut self, delta: EventDelta<'_>) -> Result<(), DialectError> {
        self.seen.usage = delta.usage.and_then(|usage| usage.canonical());
        if let Some(words) = delta.error {
            let body = serde_json::json!({ "message": words }).to_string();
            return Err(DialectError::Failed(Box::new(error::of_stream(body.as_bytes()))));
        }
        let finish = delta.finish_reason.map(|word| finish::read(&word, self.called)).transpose();
        let reason: Option<FinishReason> = finish.map_err(DialectError::Failed)?.map(|finish| finish.reason);
        self.seen.finish = reason;
        self.seen.ended = true;
        Ok(())
    }
}

impl StreamBridge for CohereRelay {
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error> {
        let data = frame.data.trim_ascii();
        // What follows the end is not this reply's; the terminator was written with it.
        if self.seen.ended || data == DONE {
            return Ok(());
        }
        let head = data.get(..HEAD_BYTES).unwrap_or(data);
        if data.is_empty() || memmem::find(head, b"-delta\"").is_some() {
            self.seen.output_bytes += growth_bytes(data);
            pass(frame, out);
            return Ok(());
        }
        self.event(frame, data, out).map_err(DialectError::of_reply)
    }

    fn end(&mut self, _out: &mut BytesMut) -> Result<(), Error> {
        if self.seen.ended { Ok(()) } else { Err(DialectError::Cut.of_reply()) }
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        error::write(error, out);
    }

    fn observed(&self) -> &Observed {
        &self.seen
    }
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

/// Bytes of text in an event that grows something, as escaped: the last string of the event is what grows. Only for
/// estimates where a stream breaks off before its report of usage.
fn growth_bytes(data: &[u8]) -> u64 {
    let end = data.iter().rposition(|byte| *byte == b'"').unwrap_or_default();
    let before = data.get(..end).unwrap_or_default();
    let mut start = 0;
    for at in memchr::memchr_iter(b'"', before) {
        let slashes = before.get(..at).unwrap_or_default().iter().rev().take_while(|byte| **byte == b'\\').count();
        if slashes % 2 == 0 {
            start = at + 1;
        }
    }
    (end - start) as u64
}

/// Where the `type` of an event stands, whatever the spacing.
const HEAD_BYTES: usize = 48;

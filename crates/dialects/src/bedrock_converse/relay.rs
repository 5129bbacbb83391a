//! The same dialect on both sides: bytes pass as they are, since they do not name the model; usage is noted.

use super::response::{content_of, read};
use super::stream::{event_of, failure_of, write_event};
use super::types::thinking_tokens;
use super::{error, finish, request};
use crate::{DialectError, Observed, StreamBridge};
use bytes::{Bytes, BytesMut};
use memchr::{memchr2, memmem};
use tianji_core::Error;
use tianji_core::generate::Part;
use tianji_wire::Frame;

/// Passes a whole reply on.
pub(super) fn response(body: &Bytes, seen: &mut Observed) -> Result<Bytes, DialectError> {
    let reply = read(body)?;
    let content = content_of(&reply)?;
    let reasoning = thinking_tokens(reply.additional_model_response_fields.as_ref());
    seen.usage = reply.usage.as_ref().map(|usage| usage.canonical(reasoning));
    if seen.usage.is_none() {
        seen.output_bytes = request::content(content)?.iter().map(part_bytes).sum();
    }
    seen.finish = reply.stop_reason.map(|word| finish::read(word).reason);
    seen.service_tier = reply.service_tier.and_then(|tier| tier.kind);
    Ok(body.clone())
}

/// The relay of one stream.
#[derive(Debug, Default)]
pub(super) struct Relay {
    /// `messageStop` was seen.
    stopped: bool,
    /// Tokens of the output that were thought.
    reasoning: Option<u64>,
    seen: Observed,
}

impl StreamBridge for Relay {
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error> {
        if self.seen.ended {
            return Ok(());
        }
        let name = frame.event.as_deref().and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default();
        match name {
            "contentBlockDelta" => self.seen.output_bytes += growth_bytes(&frame.data),
            "messageStart" | "contentBlockStart" | "contentBlockStop" => {}
            "messageStop" => {
                let event = event_of(frame).map_err(DialectError::of_reply)?;
                self.stopped = true;
                self.reasoning = thinking_tokens(event.additional_model_response_fields.as_ref());
                self.seen.finish = event.stop_reason.map(|word| finish::read(word).reason);
            }
            "metadata" => {
                let event = event_of(frame).map_err(DialectError::of_reply)?;
                let usage = event.usage.map(|usage| usage.canonical(self.reasoning));
                self.seen.usage = usage.or(self.seen.usage);
                self.seen.service_tier = event.service_tier.and_then(|tier| tier.kind);
                self.seen.ended = self.stopped;
            }
            name => {
                if let Some(error) = failure_of(frame, name) {
                    return Err(error);
                }
            }
        }
        if frame.raw.is_empty() {
            write_event(name, &frame.data, out);
        } else {
            out.extend_from_slice(&frame.raw);
        }
        Ok(())
    }

    fn end(&mut self, _out: &mut BytesMut) -> Result<(), Error> {
        // Usage follows the end of the message; a stream without it is whole all the same.
        if self.stopped { Ok(()) } else { Err(DialectError::Cut.of_reply()) }
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

/// Bytes of text in a delta, escapes included. Only for estimates where a stream breaks off before its usage.
fn growth_bytes(data: &[u8]) -> u64 {
    let after = |mark: &[u8]| memmem::find(data, mark).and_then(|at| data.get(at + mark.len()..));
    let Some(value) = after(b"\"text\":").or_else(|| after(b"\"input\":")) else { return 0 };
    let Some(text) = value.trim_ascii_start().strip_prefix(b"\"") else { return 0 };
    let mut length = 0;
    while let Some(rest) = text.get(length..)
        && let Some(found) = memchr2(b'"', b'\\', rest)
    {
        length += found;
        if rest.get(found) == Some(&b'"') {
            break;
        }
        length += 2;
    }
    length.min(text.len()) as u64
}

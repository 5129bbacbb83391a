//! The same dialect on both sides: bytes pass, only the model's name is replaced, and usage is noted.

use super::types::Reply;
use super::{response, write_error};
use crate::openai_chat::scan::{self, Member};
use crate::openai_chat::{error, json};
use crate::{DialectError, Observed, StreamBridge};
use bytes::{Bytes, BytesMut};
use serde_json::Value;
use tianji_core::Error;
use tianji_core::generate::ClientView;
use tianji_wire::Frame;

/// Passes a whole reply on.
pub(super) fn response(body: &Bytes, view: &ClientView, seen: &mut Observed) -> Result<Bytes, DialectError> {
    let mut reply = response::read(body)?;
    note(&mut reply, seen);
    let mut out = BytesMut::with_capacity(body.len() + view.model.len() + 2);
    with_model(body, scan::member(body, 0, "model"), &quoted(&view.model), &mut out);
    Ok(out.freeze())
}

/// The relay of one stream.
#[derive(Debug)]
pub(super) struct OllamaRelay {
    /// The model's name as JSON; empty if the upstream's own shall be shown.
    model: BytesMut,
    seen: Observed,
    calls: bool,
}

impl OllamaRelay {
    /// Before the first line.
    pub(super) fn new(view: &ClientView) -> Self {
        Self { model: quoted(&view.model), seen: Observed::default(), calls: false }
    }

    fn line(&mut self, data: &[u8], out: &mut BytesMut) -> Result<(), DialectError> {
        let (mut model, mut done) = (None, false);
        for member in scan::members(data, 0) {
            let value = || data.get(member.value.clone()).unwrap_or_default();
            match data.get(member.key.clone()).unwrap_or_default() {
                b"\"model\"" => model = Some(member),
                b"\"message\"" => self.said(data, &member),
                b"\"done\"" => done = value() == b"true",
                b"\"error\"" if value() != b"null" => {
                    let value: Value = serde_json::from_slice(data).map_err(|cause| unreadable(&cause))?;
                    return Err(DialectError::Failed(Box::new(error::of_stream(&value))));
                }
                _ => {}
            }
        }
        let Some(model) = model else {
            let cause = serde_json::from_slice::<Reply<'_>>(data).err();
            return Err(cause.map_or_else(
                || DialectError::Reply("a line of the stream has no model".to_owned()),
                |cause| unreadable(&cause),
            ));
        };
        if done {
            let mut reply: Reply<'_> = serde_json::from_slice(data).map_err(|cause| unreadable(&cause))?;
            let (bytes, calls) = (self.seen.output_bytes, self.calls);
            note(&mut reply, &mut self.seen);
            self.seen.output_bytes = bytes;
            self.seen.finish = Some(reply.finish(calls).reason);
            self.seen.ended = true;
        }
        with_model(data, Some(model), &self.model, out);
        out.extend_from_slice(b"\n");
        Ok(())
    }

    fn said(&mut self, data: &[u8], message: &Member) {
        for member in scan::members(data, message.value.start) {
            match data.get(member.key.clone()).unwrap_or_default() {
                b"\"content\"" | b"\"thinking\"" => {
                    self.seen.output_bytes += (member.value.len() as u64).saturating_sub(2);
                }
                b"\"tool_calls\"" => {
                    self.calls = true;
                    self.seen.output_bytes += member.value.len() as u64;
                }
                _ => {}
            }
        }
    }
}

impl StreamBridge for OllamaRelay {
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error> {
        let data = frame.data.trim_ascii();
        if data.is_empty() || self.seen.ended {
            return Ok(());
        }
        self.line(data, out).map_err(DialectError::of_reply)
    }

    fn end(&mut self, _: &mut BytesMut) -> Result<(), Error> {
        if self.seen.ended { Ok(()) } else { Err(DialectError::Cut.of_reply()) }
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        write_error(error, out);
        out.extend_from_slice(b"\n");
    }

    fn observed(&self) -> &Observed {
        &self.seen
    }
}

fn note(reply: &mut Reply<'_>, seen: &mut Observed) {
    seen.model = reply.model.take();
    seen.usage = reply.usage().or(seen.usage);
    let said = reply.message.as_ref();
    let calls = said.and_then(|said| said.tool_calls.as_ref()).is_some_and(|calls| !calls.is_empty());
    seen.finish = Some(reply.finish(calls).reason);
    let text = said.map(|said| [&said.content, &said.thinking]).into_iter().flatten().flatten();
    seen.output_bytes = text.map(|text| text.len() as u64).sum();
}

fn with_model(data: &[u8], model: Option<Member>, name: &[u8], out: &mut BytesMut) {
    let Some(place) = model.map(|member| member.value).filter(|_| !name.is_empty()) else {
        return out.extend_from_slice(data);
    };
    out.extend_from_slice(data.get(..place.start).unwrap_or_default());
    out.extend_from_slice(name);
    out.extend_from_slice(data.get(place.end..).unwrap_or_default());
}

/// A name as JSON; nothing for no name.
fn quoted(text: &str) -> BytesMut {
    if text.is_empty() {
        return BytesMut::new();
    }
    let mut out = BytesMut::with_capacity(text.len() + 2);
    json::string(text, &mut out);
    out
}

fn unreadable(cause: &serde_json::Error) -> DialectError {
    DialectError::Reply(format!("a line of the stream is no reply: {cause}"))
}

//! Putting two dialects together: whole replies and streams from any upstream dialect to any client dialect.

use crate::{
    Dialect, DialectError, EncodedRequest, Fixups, Observed, StreamBridge, StreamDecoder, StreamEncoder, dialect,
    fixups,
};
use bytes::{Bytes, BytesMut};
use tianji_core::generate::{ClientView, Delta, GenerateRequest, GenerateResponse, Part, StreamEvent, Target};
use tianji_core::{DialectId, Error, Kind, Losses};
use tianji_wire::Frame;

/// Writes a request for an upstream. What the upstream's dialect cannot say goes into `losses`.
///
/// # Errors
/// When the request holds content that the target cannot say.
pub fn request(
    upstream: DialectId,
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    dialect(upstream).encode_request(request, target, losses)
}

/// Translates a whole reply and notes what it shows.
pub fn response(
    upstream: DialectId,
    client: DialectId,
    body: &Bytes,
    view: &ClientView,
    fixups: &Fixups,
    seen: &mut Observed,
) -> Result<Bytes, DialectError> {
    if upstream == client && fixups.is_empty() {
        return dialect(client).relay_response(body, view, seen);
    }
    translated_response(upstream, client, body, view, fixups, seen)
}

/// The same without ever passing bytes on: for upstreams that speak the client's dialect with an accent (reasoning
/// under another name, or in tags within the text).
pub fn translated_response(
    upstream: DialectId,
    client: DialectId,
    body: &Bytes,
    view: &ClientView,
    fixups: &Fixups,
    seen: &mut Observed,
) -> Result<Bytes, DialectError> {
    let mut decoded = dialect(upstream).decode_response(body)?;
    note(&decoded, seen);
    fixups.undo(&mut decoded);
    dialect(client).encode_response(&decoded, view)
}

/// A translator for one stream.
pub fn stream(upstream: DialectId, client: DialectId, view: ClientView, fixups: Fixups) -> Box<dyn StreamBridge> {
    if upstream == client && fixups.is_empty() {
        return dialect(client).stream_relay(view);
    }
    translated_stream(upstream, client, view, fixups)
}

/// The same without ever passing bytes on, for the upstreams of [`translated_response`].
pub fn translated_stream(
    upstream: DialectId,
    client: DialectId,
    view: ClientView,
    fixups: Fixups,
) -> Box<dyn StreamBridge> {
    let (from, to): (&dyn Dialect, &dyn Dialect) = (dialect(upstream), dialect(client));
    Box::new(Transcoder {
        decoder: from.stream_decoder(),
        encoder: to.stream_encoder(view),
        fixups: fixups.stream(),
        events: Vec::with_capacity(4),
        seen: Observed::default(),
    })
}

fn note(response: &GenerateResponse, seen: &mut Observed) {
    seen.response_id = Some(response.id.clone());
    seen.model = Some(response.model.clone());
    seen.usage = response.usage;
    seen.service_tier.clone_from(&response.service_tier);
    let first = response.choices.first();
    seen.finish = first.and_then(|choice| choice.finish.as_ref()).map(|finish| finish.reason);
    seen.output_bytes = response.choices.iter().flat_map(|choice| &choice.parts).map(part_bytes).sum();
}

fn part_bytes(part: &Part) -> u64 {
    let bytes = match part {
        Part::Text(text) => text.text.len(),
        Part::Thinking(thinking) => thinking.text.len(),
        Part::ToolCall(call) => call.name.len() + call.arguments.len(),
        Part::Refusal(text) => text.len(),
        _ => 0,
    };
    bytes as u64
}

/// Decoder → fixups → encoder.
struct Transcoder {
    decoder: Box<dyn StreamDecoder>,
    encoder: Box<dyn StreamEncoder>,
    fixups: fixups::StreamFixups,
    events: Vec<StreamEvent>,
    seen: Observed,
}

impl Transcoder {
    fn drain(&mut self, out: &mut BytesMut) -> Result<(), Error> {
        for event in self.events.drain(..) {
            if let StreamEvent::Error(error) = event {
                return Err(error);
            }
            observe(&event, &mut self.seen);
            self.fixups.undo(event, &mut |event| self.encoder.encode(&event, out));
        }
        Ok(())
    }
}

impl StreamBridge for Transcoder {
    fn frame(&mut self, frame: &Frame, out: &mut BytesMut) -> Result<(), Error> {
        self.decoder.decode(frame, &mut self.events).map_err(DialectError::of_reply)?;
        self.drain(out)
    }

    fn end(&mut self, out: &mut BytesMut) -> Result<(), Error> {
        let ended = self.decoder.finish(&mut self.events);
        self.drain(out)?;
        ended.map_err(|cause| Error { kind: Kind::MidStream, ..cause.of_reply() })?;
        self.encoder.finish(out);
        Ok(())
    }

    fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        self.encoder.fail(error, out);
    }

    fn observed(&self) -> &Observed {
        &self.seen
    }
}

fn observe(event: &StreamEvent, seen: &mut Observed) {
    match event {
        StreamEvent::Start { id, model, usage, .. } => {
            seen.response_id = Some(id.clone());
            seen.model = Some(model.clone());
            seen.usage = seen.usage.or(*usage);
        }
        StreamEvent::Usage(usage) => seen.usage = Some(*usage),
        StreamEvent::Finish { choice: 0, finish } => seen.finish = Some(finish.reason),
        StreamEvent::Delta { delta, .. } => {
            let bytes = match delta {
                Delta::Text(text) | Delta::Arguments(text) | Delta::Thinking(text) | Delta::Refusal(text) => text.len(),
                Delta::Signature(_) | Delta::Citation(_) => 0,
            };
            seen.output_bytes += bytes as u64;
        }
        _ => {}
    }
}

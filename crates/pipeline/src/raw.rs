//! A reply that is passed on as it comes: sound, pictures as streams of events, streams of Bedrock's.

use crate::receipt::Receipt;
use crate::words;
use bytes::{Bytes, BytesMut};
use http::HeaderValue;
use std::io;
use std::task::{Context, Poll, ready};
use tianji_core::{DialectId, Error, Framing, Kind, Usage};
use tianji_dialects::{Observed, dialect};
use tianji_http::{HttpError, UpstreamBody};
use tianji_providers::kinds::{usage_of, usage_of_chunk};
use tianji_wire::event_stream::EventStreamSplitter;
use tianji_wire::{Frame, RawObject, Splitter, SseSplitter};

/// The body with the receipt of its call.
pub struct RawBody {
    body: UpstreamBody,
    receipt: Receipt,
    /// Whatever the call holds besides, released at the end.
    _busy: crate::dispatch::InFlight,
    /// Reads along in a stream of events.
    events: Option<Splitter>,
    client: DialectId,
    usage: Option<Usage>,
    over: bool,
}

impl RawBody {
    /// A body of this media type.
    pub(crate) fn new(
        body: UpstreamBody,
        usage: Usage,
        kind: &HeaderValue,
        client: DialectId,
        mut receipt: Receipt,
        busy: crate::dispatch::InFlight,
    ) -> Self {
        receipt.first_token();
        let usage = Some(usage).filter(|usage| *usage != Usage::default());
        Self { body, receipt, _busy: busy, events: splitter(kind), client, usage, over: false }
    }

    /// The next piece. A stream of events that breaks ends in an error event; of anything else the connection is
    /// broken off, because a short file would pass for a whole one.
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if self.over {
            return Poll::Ready(None);
        }
        match ready!(self.body.poll_data(cx)) {
            Some(Ok(piece)) => {
                self.read_along(&piece);
                Poll::Ready(Some(Ok(piece)))
            }
            None => {
                self.over = true;
                self.receipt.succeed(&self.observed());
                Poll::Ready(None)
            }
            Some(Err(cause)) => Poll::Ready(Some(self.break_off(cause))),
        }
    }

    fn break_off(&mut self, cause: HttpError) -> io::Result<Bytes> {
        self.over = true;
        let error = Error { kind: Kind::MidStream, status: Kind::MidStream.status(), ..cause.into_error() };
        let seen = self.observed();
        self.receipt.fail(&error, Some(&seen));
        if !matches!(self.events, Some(Splitter::Sse(_))) {
            return Err(io::Error::other(error.message));
        }
        let mut out = BytesMut::from(&b"event: error\ndata: "[..]);
        out.extend_from_slice(&dialect(self.client).encode_error(&error));
        out.extend_from_slice(b"\n\n");
        Ok(out.freeze())
    }

    fn read_along(&mut self, piece: &Bytes) {
        let Some(splitter) = &mut self.events else { return };
        let usage_in = if matches!(splitter, Splitter::EventStream(_)) { of_chunk } else { of_event };
        splitter.push(piece.clone());
        while let Ok(Some(frame)) = splitter.next_frame() {
            self.usage = usage_in(&frame).or(self.usage);
        }
    }

    fn observed(&self) -> Observed {
        Observed { usage: self.usage, ended: true, ..Observed::default() }
    }
}

/// What cuts a stream into events, of the kinds that are read.
fn splitter(kind: &HeaderValue) -> Option<Splitter> {
    match words::framing_of(kind.as_bytes())? {
        Framing::Sse => Some(Splitter::Sse(SseSplitter::default())),
        Framing::EventStream => Some(Splitter::EventStream(EventStreamSplitter::default())),
        Framing::Ndjson | Framing::JsonArray => None,
    }
}

/// Usage comes in the last event of a stream (OpenAI, "Image generation streaming", "Streaming transcriptions").
fn of_event(frame: &Frame) -> Option<Usage> {
    memchr::memmem::find(&frame.data, b"\"usage\"")?;
    RawObject::parse(frame.data.clone()).ok()?.raw("usage").and_then(usage_of)
}

fn of_chunk(frame: &Frame) -> Option<Usage> {
    usage_of_chunk(&frame.data)
}

impl Drop for RawBody {
    fn drop(&mut self) {
        let seen = self.observed();
        self.receipt.cancel(Some(&seen));
    }
}

impl std::fmt::Debug for RawBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawBody").field("over", &self.over).finish_non_exhaustive()
    }
}

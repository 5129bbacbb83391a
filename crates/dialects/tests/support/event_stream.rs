//! Streams of every framing, written as text: binary messages stand as events of `text/event-stream`.

use bytes::{Bytes, BytesMut};
use tianji_core::{DialectId, Framing};
use tianji_dialects::dialect;
use tianji_wire::event_stream::{EventStreamSplitter, is_failure, write_message};
use tianji_wire::{Frame, LineSplitter, Splitter, SseSplitter, write_event};

/// The bytes that a dialect puts on the wire for a stream in text.
pub(crate) fn wire(of: DialectId, text: &[u8]) -> Bytes {
    if dialect(of).framing() != Framing::EventStream {
        return Bytes::copy_from_slice(text);
    }
    let mut out = BytesMut::new();
    for frame in cut(Splitter::Sse(SseSplitter::default()), text, text.len()) {
        let name = String::from_utf8(frame.event.unwrap_or_default().to_vec()).unwrap();
        let (kind, header) = match name.ends_with("Exception") {
            true => ("exception", ":exception-type"),
            false => ("event", ":event-type"),
        };
        let headers = [(header, name.as_str()), (":content-type", "application/json"), (":message-type", kind)];
        write_message(&mut out, &headers, &frame.data);
    }
    out.freeze()
}

/// Cuts a dialect's stream into frames, fed in pieces of that size.
pub(crate) fn frames(of: DialectId, stream: &[u8], size: usize) -> Vec<Frame> {
    let splitter = match dialect(of).framing() {
        Framing::Sse | Framing::JsonArray => Splitter::Sse(SseSplitter::default()),
        Framing::Ndjson => Splitter::Ndjson(LineSplitter::default()),
        Framing::EventStream => Splitter::EventStream(EventStreamSplitter::default()),
    };
    cut(splitter, stream, size)
}

/// A dialect's stream as text.
pub(crate) fn text(of: DialectId, stream: &[u8]) -> String {
    if dialect(of).framing() != Framing::EventStream {
        return String::from_utf8(stream.to_vec()).unwrap();
    }
    let mut out = BytesMut::new();
    for frame in frames(of, stream, stream.len().max(1)) {
        let name = String::from_utf8(frame.event.clone().unwrap_or_default().to_vec()).unwrap();
        assert_eq!(is_failure(&frame.raw), name.ends_with("Exception"), "{name}");
        write_event(&mut out, Some(&name), &frame.data);
    }
    String::from_utf8(out.to_vec()).unwrap()
}

fn cut(mut splitter: Splitter, stream: &[u8], size: usize) -> Vec<Frame> {
    let mut frames = Vec::new();
    for piece in stream.chunks(size) {
        splitter.push(Bytes::copy_from_slice(piece));
        while let Some(frame) = splitter.next_frame().unwrap() {
            frames.push(frame);
        }
    }
    frames.extend(splitter.finish().unwrap());
    frames
}

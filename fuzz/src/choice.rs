//! What the first bytes of an input choose.

use bytes::{Bytes, BytesMut};
use serde::de::IgnoredAny;
use tianji_core::generate::ClientView;
use tianji_core::{DialectId, Framing};
use tianji_dialects::dialect;
use tianji_wire::event_stream::{EventStreamSplitter, write_message};
use tianji_wire::{Frame, LineSplitter, Splitter, SseSplitter, WireError};

/// Every dialect, in the order of the digits that choose them.
pub(crate) const ALL: [DialectId; 8] = [
    DialectId::OpenAiChat,
    DialectId::OpenAiText,
    DialectId::OpenAiResponses,
    DialectId::AnthropicMessages,
    DialectId::Gemini,
    DialectId::BedrockConverse,
    DialectId::CohereChat,
    DialectId::OllamaChat,
];

/// The dialect that the first byte chooses (`0` the first, `7` the last), and the rest.
pub(crate) fn chosen(input: &[u8]) -> Option<(DialectId, &[u8])> {
    let (first, rest) = input.split_first()?;
    Some((ALL[usize::from(*first) % ALL.len()], rest))
}

/// A client.
pub(crate) fn view() -> ClientView {
    ClientView {
        model: "my-\"model\"".to_owned(),
        minted_id: "minted".to_owned(),
        created: 1_700_000_000,
        include_usage: true,
        ..ClientView::default()
    }
}

/// Whether a text is JSON, however deep.
pub(crate) fn is_json(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok() && serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// A stream as a dialect has it on the wire. Streams of binary messages are given as text, one event for each message,
/// because no mutation survives their checksums.
pub(crate) fn wire(of: DialectId, text: &[u8]) -> Bytes {
    if dialect(of).framing() != Framing::EventStream {
        return Bytes::copy_from_slice(text);
    }
    let mut out = BytesMut::new();
    for frame in cut(Splitter::Sse(SseSplitter::default()), text, usize::MAX).0 {
        let name = String::from_utf8_lossy(frame.event.as_deref().unwrap_or_default()).into_owned();
        let (kind, header) = match name.ends_with("Exception") {
            true => ("exception", ":exception-type"),
            false => ("event", ":event-type"),
        };
        let headers = [(header, name.as_str()), (":content-type", "application/json"), (":message-type", kind)];
        write_message(&mut out, &headers, &frame.data);
    }
    out.freeze()
}

/// The frames of a dialect's stream that arrives in pieces of that size, and how it ends.
pub(crate) fn frames(of: DialectId, stream: &[u8], size: usize) -> (Vec<Frame>, Result<(), WireError>) {
    let splitter = match dialect(of).framing() {
        Framing::Sse | Framing::JsonArray => Splitter::Sse(SseSplitter::default()),
        Framing::Ndjson => Splitter::Ndjson(LineSplitter::default()),
        Framing::EventStream => Splitter::EventStream(EventStreamSplitter::default()),
    };
    cut(splitter, stream, size)
}

/// The frames that a splitter makes of a stream in pieces of that size, and how it ends.
pub(crate) fn cut(mut splitter: Splitter, stream: &[u8], size: usize) -> (Vec<Frame>, Result<(), WireError>) {
    let mut frames = Vec::new();
    let mut read = || {
        for piece in stream.chunks(size) {
            splitter.push(Bytes::copy_from_slice(piece));
            while let Some(frame) = splitter.next_frame()? {
                frames.push(frame);
            }
        }
        while let Some(frame) = splitter.finish()? {
            frames.push(frame);
        }
        Ok(())
    };
    let end = read();
    (frames, end)
}

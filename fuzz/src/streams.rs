//! Streams of upstreams: cut into frames, read as events, written for every client. The first byte chooses the upstream's
//! dialect, the second the size of the pieces that the stream arrives in.

use super::choice::{ALL, chosen, frames, is_json, view, wire};
use super::events::are_in_order;
use bytes::BytesMut;
use tianji_core::Framing;
use tianji_core::generate::StreamEvent;
use tianji_dialects::dialect;
use tianji_wire::Frame;

/// Frames do not depend on the pieces, events come in their order, and what a client gets is frames of JSON.
pub fn check(input: &[u8]) {
    let Some((upstream, rest)) = chosen(input) else { return };
    let Some((size, text)) = rest.split_first() else { return };
    let stream = wire(upstream, text);
    let (whole, ended) = frames(upstream, &stream, usize::MAX);
    let pieces = frames(upstream, &stream, usize::from(*size).max(1));
    assert_eq!((&whole, &ended), (&pieces.0, &pieces.1), "{upstream:?}");
    let mut decoder = dialect(upstream).stream_decoder();
    let mut events: Vec<StreamEvent> = Vec::new();
    let failed = whole.iter().any(|frame| decoder.decode(frame, &mut events).is_err() || has_failed(&events));
    if !failed {
        let _ = decoder.finish(&mut events);
    }
    are_in_order(&events);
    for client in ALL {
        let mut encoder = dialect(client).stream_encoder(view());
        let mut out = BytesMut::new();
        events.iter().for_each(|event| encoder.encode(event, &mut out));
        encoder.finish(&mut out);
        let (told, ended) = frames(client, &out, usize::MAX);
        assert!(ended.is_ok(), "{upstream:?} to {client:?}: {ended:?}");
        let readable = told.iter().all(|frame| is_readable(frame, dialect(client).framing()));
        assert!(readable, "{upstream:?} to {client:?}: {}", String::from_utf8_lossy(&out));
    }
}

fn has_failed(events: &[StreamEvent]) -> bool {
    matches!(events.last(), Some(StreamEvent::Error(_)))
}

fn is_readable(frame: &Frame, framing: Framing) -> bool {
    is_json(&frame.data) || (framing == Framing::Sse && frame.data == "[DONE]")
}

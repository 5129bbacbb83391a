//! Bytes that no client and no upstream should send.

use crate::golden::{files, frames, streams, view};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tianji_dialects::Dialect;
use tianji_dialects::gemini::Gemini;

/// Reads bytes in every way there is; all that matters is that nothing panics.
fn read(body: &Bytes) {
    if let Ok(request) = Gemini.decode_request(body) {
        let _ = crate::golden::encode(&request, "gemini-3-pro");
    }
    let _ = tianji_dialects::gemini::decode_count_request(body);
    let _ = tianji_dialects::gemini::decode_count_tokens(body);
    let _ = Gemini.decode_response(body);
    let _ = Gemini.relay_response(body, &view(), &mut Default::default());
    let _ = Gemini.decode_error(400, body);
}

fn replay(stream: &[u8]) {
    let (mut decoder, mut relay) = (Gemini.stream_decoder(), Gemini.stream_relay(view()));
    let mut encoder = Gemini.stream_encoder(view());
    let (mut events, mut out) = (Vec::new(), BytesMut::new());
    for frame in frames(stream, 64) {
        let _ = decoder.decode(&frame, &mut events);
        let _ = relay.frame(&frame, &mut out);
    }
    for event in &events {
        encoder.encode(event, &mut out);
    }
    encoder.finish(&mut out);
}

/// Replaces some bytes of a text.
fn damaged(text: &Bytes, hits: &[(usize, u8)]) -> Bytes {
    let mut text = text.to_vec();
    for (at, byte) in hits {
        let at = at % text.len();
        text[at] = *byte;
    }
    text.into()
}

proptest! {
    #[test]
    fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&body.into());
    }

    #[test]
    fn no_damage_panics(hits in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6)) {
        for (_, body) in files("requests", "json").into_iter().chain(files("responses", "json")) {
            read(&damaged(&body, &hits));
        }
        for (_, stream) in streams() {
            replay(&damaged(&stream, &hits));
        }
    }
}

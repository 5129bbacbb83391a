//! Bytes that nobody meant to send: every decoder gives an answer or an error, never a panic.

use crate::golden::{files, frames, view};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tianji_core::generate::StreamEvent;
use tianji_dialects::anthropic_messages::{AnthropicMessages, decode_count_tokens};
use tianji_dialects::{Dialect, Observed};

/// A fixture with some bytes changed and its end perhaps cut off.
fn mutated(fixtures: Vec<Bytes>) -> impl Strategy<Value = Bytes> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (prop::sample::select(fixtures), changes, any::<Option<prop::sample::Index>>()).prop_map(|(body, changes, end)| {
        let mut body = body.to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if let Some(end) = end {
            body.truncate(end.index(body.len()));
        }
        body.into()
    })
}

fn bodies() -> Vec<Bytes> {
    files("requests", "json").into_iter().chain(files("responses", "json")).map(|(_, body)| body).collect()
}

fn streams() -> Vec<Bytes> {
    files("streams", "sse").into_iter().map(|(_, body)| body).collect()
}

proptest! {
    #[test]
    fn bodies_never_panic(body in prop_oneof![mutated(bodies()), prop::collection::vec(any::<u8>(), 0..64).prop_map(Bytes::from)]) {
        let _ = AnthropicMessages.decode_request(&body);
        if let Ok(reply) = AnthropicMessages.decode_response(&body) {
            prop_assert!(AnthropicMessages.encode_response(&reply, &view()).is_ok());
        }
        let _ = AnthropicMessages.relay_response(&body, &view(), &mut Observed::default());
        let _ = decode_count_tokens(&body);
        let read = AnthropicMessages.decode_error(500, &body);
        prop_assert!(read.status.as_u16() >= 400);
    }

    #[test]
    fn streams_never_panic(stream in mutated(streams()), size in 1usize..99) {
        let mut decoder = AnthropicMessages.stream_decoder();
        let mut encoder = AnthropicMessages.stream_encoder(view());
        let mut relay = AnthropicMessages.stream_relay(view());
        let (mut events, mut out): (Vec<StreamEvent>, BytesMut) = Default::default();
        for frame in frames(&stream, size) {
            let _ = decoder.decode(&frame, &mut events);
            let _ = relay.frame(&frame, &mut out);
        }
        let _ = decoder.finish(&mut events);
        for event in &events {
            encoder.encode(event, &mut out);
        }
        encoder.finish(&mut out);
    }
}

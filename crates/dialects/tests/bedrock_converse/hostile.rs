//! Bytes that nobody meant to send: every decoder gives an answer or an error, never a panic.

use crate::event_stream::{frames, wire};
use crate::golden::{Model, files};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tianji_core::DialectId;
use tianji_core::generate::{ClientView, StreamEvent};
use tianji_dialects::bedrock_converse::BedrockConverse;
use tianji_dialects::{Dialect, Observed};
use tianji_wire::Frame;

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
    files("requests").into_iter().chain(files("responses")).map(|(_, body)| body).collect()
}

/// The payloads of all streams.
fn payloads() -> Vec<Frame> {
    let streams = files("streams").into_iter().map(|(_, stream)| wire(DialectId::BedrockConverse, &stream));
    streams.flat_map(|stream| frames(DialectId::BedrockConverse, &stream, stream.len())).collect()
}

proptest! {
    #[test]
    fn bodies_never_panic(body in prop_oneof![mutated(bodies()), prop::collection::vec(any::<u8>(), 0..64).prop_map(Bytes::from)]) {
        if let Ok(request) = BedrockConverse.decode_request(&body) {
            let _ = Model::claude().gets(&request);
        }
        if let Ok(reply) = BedrockConverse.decode_response(&body) {
            prop_assert!(BedrockConverse.encode_response(&reply, &ClientView::default()).is_ok());
        }
        let _ = BedrockConverse.relay_response(&body, &ClientView::default(), &mut Observed::default());
        prop_assert!(BedrockConverse.decode_error(500, &body).status.as_u16() >= 400);
    }

    #[test]
    fn streams_never_panic(
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let known = payloads();
        let mut decoder = BedrockConverse.stream_decoder();
        let mut encoder = BedrockConverse.stream_encoder(ClientView::default());
        let mut relay = BedrockConverse.stream_relay(ClientView::default());
        let (mut events, mut out): (Vec<StreamEvent>, BytesMut) = Default::default();
        for at in order {
            let frame = &known[at.index(known.len())];
            let mut data = frame.data.to_vec();
            for (at, byte) in &damage {
                let at = at.index(data.len());
                data[at] = *byte;
            }
            let frame = Frame { raw: Bytes::new(), event: frame.event.clone(), data: data.into() };
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

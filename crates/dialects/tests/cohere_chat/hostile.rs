//! Bytes that no client and no upstream should send.

use crate::golden::{files, frames, streams, view};
use crate::streams::check_protocol;
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use tianji_core::Json;
use tianji_core::generate::{Delta, PartKind, StreamEvent, ToolCallKind};
use tianji_dialects::Dialect;
use tianji_dialects::cohere_chat::CohereChat;

/// Reads bytes in every way there is; all that matters is that nothing panics.
fn read(body: &Bytes) {
    let _ = CohereChat.decode_request(body);
    let _ = CohereChat.decode_response(body);
    let _ = CohereChat.relay_response(body, &view(), &mut Default::default());
    let _ = CohereChat.decode_error(400, body);
}

fn replay(stream: &[u8]) {
    let (mut decoder, mut relay) = (CohereChat.stream_decoder(), CohereChat.stream_relay(view()));
    let mut encoder = CohereChat.stream_encoder(view());
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

    #[test]
    fn whatever_events_come_the_protocol_is_kept(steps in prop::collection::vec((0u8..10, 0u32..4), 0..30)) {
        let mut encoder = CohereChat.stream_encoder(view());
        let mut out = BytesMut::new();
        for (what, index) in steps {
            let start = |kind| StreamEvent::PartStart { choice: 0, index, kind };
            let delta = |delta| StreamEvent::Delta { choice: 0, index, delta };
            let event = match what {
                0 => start(PartKind::Text),
                1 => start(PartKind::Thinking),
                2 => start(PartKind::ToolCall { id: "c".into(), name: "f".into(), kind: ToolCallKind::Function }),
                3 => start(PartKind::Refusal),
                4 => delta(Delta::Text("a".into())),
                5 => delta(Delta::Arguments("1".into())),
                6 => delta(Delta::Thinking("t".into())),
                7 => delta(Delta::Signature("s".into())),
                8 => delta(Delta::Citation(Json::parse(r#"{"sources":[]}"#).unwrap())),
                _ => StreamEvent::PartEnd { choice: 0, index },
            };
            encoder.encode(&event, &mut out);
        }
        encoder.finish(&mut out);
        check_protocol(&out);
    }
}

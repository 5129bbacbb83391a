//! The same dialect on both sides.

use crate::golden::{files, folder, frames, streams, view, ways};
use bytes::{Bytes, BytesMut};
use serde_json::json;
use tianji_core::generate::FinishReason;
use tianji_core::{Kind, Usage};
use tianji_dialects::cohere_chat::CohereChat;
use tianji_dialects::{Dialect, DialectError, Observed};

#[test]
fn a_reply_passes_untouched() {
    for (name, body) in files("responses", "json") {
        let mut seen = Observed::default();
        assert_eq!(CohereChat.relay_response(&body, &view(), &mut seen).unwrap(), body, "{name}");
        let calls = name == "tools";
        let finish = if calls { FinishReason::ToolCalls } else { FinishReason::Stop };
        assert_eq!((seen.finish, seen.response_id.is_some()), (Some(finish), true));
        let usage = seen.usage.unwrap();
        assert_eq!((usage.input(), usage.output()), if calls { (8, 5) } else { (11, 5) });
        assert_eq!((usage.cache_read(), usage.counters.search_units), if calls { (0, 1) } else { (4, 0) });
    }
    let unmetered =
        json!({"id": "r", "message": {"content": [{"type": "text", "text": "four"}]}, "finish_reason": "COMPLETE"});
    let mut seen = Observed::default();
    CohereChat.relay_response(&Bytes::from(unmetered.to_string()), &view(), &mut seen).unwrap();
    assert_eq!((seen.usage, seen.output_bytes), (None, 4));
}

#[test]
fn a_reply_that_says_that_it_failed_is_an_error() {
    for (word, kind) in [("ERROR", Kind::InternalServer), ("TIMEOUT", Kind::GatewayTimeout)] {
        let body = Bytes::from(json!({"id": "r", "message": {"content": []}, "finish_reason": word}).to_string());
        let relayed = CohereChat.relay_response(&body, &view(), &mut Observed::default()).unwrap_err();
        let decoded = CohereChat.decode_response(&body).unwrap_err();
        for failed in [relayed, decoded] {
            assert!(matches!(failed, DialectError::Failed(error) if error.kind == kind), "{word}");
        }
    }
    let strange = Bytes::from_static(br#"{"message":"model not ready"}"#);
    let error = CohereChat.relay_response(&strange, &view(), &mut Observed::default()).unwrap_err().of_reply();
    assert!(error.message.contains("model not ready"), "{}", error.message);
}

#[test]
fn every_stream_passes_untouched() {
    for (name, stream) in streams() {
        for frames in ways(&stream) {
            let mut relay = CohereChat.stream_relay(view());
            let mut out = BytesMut::new();
            let failed = frames.iter().find_map(|frame| relay.frame(frame, &mut out).err());
            let text = String::from_utf8(out.to_vec()).unwrap().replace("\r\n", "\n");
            let mut expected = String::from_utf8(stream.to_vec()).unwrap();
            let last = match (name.as_str(), failed.map(|error| error.kind)) {
                ("failed", kind) => (kind == Some(Kind::InternalServer)).then_some("event: message-end"),
                ("timeout", kind) => (kind == Some(Kind::GatewayTimeout)).then_some("event: message-end"),
                ("error", kind) => (kind == Some(Kind::ContextWindowExceeded)).then_some(r#"data: {"message":"#),
                (_, kind) => {
                    assert_eq!((kind, relay.end(&mut out).is_ok()), (None, name != "cut"), "{name}");
                    if !expected.contains("[DONE]") && name != "cut" {
                        expected.push_str("data: [DONE]\n\n");
                    }
                    Some("no such line")
                }
            };
            expected.truncate(expected.find(last.unwrap()).unwrap_or(expected.len()));
            assert_eq!(text, expected, "{name}");
        }
    }
}

#[test]
fn the_relay_sees_what_was_used_and_why_it_ended() {
    let seen = |name: &str| {
        let stream = std::fs::read(folder(&format!("streams/{name}.sse"))).unwrap();
        let mut relay = CohereChat.stream_relay(view());
        let mut out = BytesMut::new();
        for frame in frames(&stream, 64) {
            let _ = relay.frame(&frame, &mut out);
        }
        relay.observed().clone()
    };
    let text = seen("text");
    assert_eq!((text.response_id.as_deref(), text.usage), (Some("29f14a5a"), Some(Usage::of_text(9, 2))));
    assert_eq!((text.finish, text.ended), (Some(FinishReason::Stop), true));
    assert_eq!(text.output_bytes, "Héllo 🦀".len() as u64);
    assert_eq!(seen("tools").finish, Some(FinishReason::ToolCalls));
    assert_eq!(seen("tools").output_bytes, ("I will look.".len() + r#"{\"location\":\"Oslo\"}"#.len()) as u64);
    let cut = seen("cut");
    assert_eq!((cut.ended, cut.usage, cut.output_bytes), (false, None, 3));
}

//! The same dialect on both sides.

use crate::golden::{files, frames, stream, streams, view, ways};
use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use tianji_core::generate::{ClientView, FinishReason};
use tianji_core::{Error, Kind};
use tianji_dialects::openai_responses::OpenAiResponses;
use tianji_dialects::{Dialect, Observed};

#[test]
fn a_reply_passes_but_for_the_model() {
    let body = files("responses", "json").remove(0).1;
    let mut seen = Observed::default();
    let passed = OpenAiResponses.relay_response(&body, &view(), &mut seen).unwrap();
    let expected = std::str::from_utf8(&body).unwrap().replace("\"gpt-5-2025\"", r#""my-\"model\"""#);
    assert_eq!(std::str::from_utf8(&passed).unwrap(), expected);
    assert_eq!((seen.response_id.as_deref(), seen.model.as_deref()), (Some("resp_1"), Some("gpt-5-2025")));
    assert_eq!((seen.finish, seen.service_tier.as_deref()), (Some(FinishReason::ToolCalls), Some("flex")));
    assert_eq!(seen.usage.unwrap().total(), 130);
    let unnamed = ClientView { model: String::new(), ..view() };
    assert_eq!(OpenAiResponses.relay_response(&body, &unnamed, &mut seen).unwrap(), body);
    let unmetered = Bytes::from(
        json!({"id": "r", "output": [{"type": "message", "content": [{"type": "output_text", "text": "four"}]}]})
            .to_string(),
    );
    let mut seen = Observed::default();
    OpenAiResponses.relay_response(&unmetered, &view(), &mut seen).unwrap();
    assert_eq!((seen.usage, seen.output_bytes), (None, 4));
}

#[test]
fn every_stream_passes_but_for_the_model() {
    for (name, stream) in streams() {
        for frames in ways(&stream) {
            let mut relay = OpenAiResponses.stream_relay(view());
            let mut out = BytesMut::new();
            let failed = frames.iter().find_map(|frame| relay.frame(frame, &mut out).err());
            let text = String::from_utf8(out.to_vec()).unwrap().replace("\r\n", "\n");
            let mut expected = String::from_utf8(stream.to_vec()).unwrap();
            expected = expected.replace("\"o4-2025\"", r#""my-\"model\"""#);
            match (name.as_str(), failed) {
                ("failed", Some(error)) => {
                    assert_eq!((error.kind, error.message.as_str()), (Kind::RateLimit, "Slow down"));
                    expected.truncate(expected.find("event: response.failed").unwrap());
                }
                ("error", Some(error)) => {
                    assert_eq!((error.kind, error.message.as_str()), (Kind::InternalServer, "Oops"));
                    expected.truncate(expected.find("event: error").unwrap());
                }
                ("error_nested", Some(error)) => {
                    assert_eq!((error.kind, error.param.as_deref()), (Kind::ContextWindowExceeded, Some("input")));
                    expected.clear();
                }
                (_, failed) => {
                    assert!(failed.is_none(), "{name}: {failed:?}");
                    assert_eq!(relay.end(&mut out).is_ok(), name != "cut", "{name}");
                    if !expected.ends_with("data: [DONE]\n\n") && name != "cut" {
                        expected.push_str("data: [DONE]\n\n");
                    }
                }
            }
            if name == "loose" {
                expected = expected.replace("data:{", "data: {");
                assert_eq!(text.replace("data:{", "data: {"), expected);
            } else {
                assert_eq!(text, expected, "{name}");
            }
        }
    }
}

#[test]
fn the_relay_sees_what_was_used_and_why_it_ended() {
    let seen = |name: &str| {
        let mut relay = OpenAiResponses.stream_relay(view());
        let mut out = BytesMut::new();
        for frame in frames(&stream(name), 64) {
            let _ = relay.frame(&frame, &mut out);
        }
        relay.observed().clone()
    };
    let text = seen("text");
    assert_eq!((text.response_id.as_deref(), text.model.as_deref()), (Some("resp_1"), Some("o4-2025")));
    assert_eq!(
        (text.finish, text.ended, text.service_tier.as_deref()),
        (Some(FinishReason::Stop), true, Some("priority"))
    );
    let usage = text.usage.unwrap();
    assert_eq!((usage.in_text, usage.cache_read(), usage.out_text, usage.out_reasoning), (30, 20, 18, 12));
    assert_eq!(text.output_bytes, "Grüße 🦀\\n".len() as u64);
    assert_eq!(seen("loose").output_bytes, "Hello resp".len() as u64);
    assert_eq!(seen("incomplete").finish, Some(FinishReason::Length));
    assert_eq!(seen("filtered").finish, Some(FinishReason::ContentFilter));
    let cut = seen("cut");
    assert_eq!((cut.ended, cut.usage, cut.response_id.as_deref()), (false, None, Some("resp_1")));
}

#[test]
fn a_failure_goes_on_counting() {
    let mut relay = OpenAiResponses.stream_relay(view());
    let mut out = BytesMut::new();
    for frame in frames(&stream("cut"), 64) {
        relay.frame(&frame, &mut out).unwrap();
    }
    let before = out.len();
    relay.fail(&Error::provider(Kind::MidStream, "Broken"), &mut out);
    let tail = frames(&out[before..], 64);
    let events: Vec<Value> = tail.iter().map(|frame| serde_json::from_slice(&frame.data).unwrap()).collect();
    assert_eq!(events.len(), 2);
    assert_eq!((&events[0]["type"], &events[1]["type"]), (&json!("response.failed"), &json!("error")));
    assert_eq!((&events[0]["sequence_number"], &events[1]["sequence_number"]), (&json!(6), &json!(7)));
    let response = &events[0]["response"];
    assert_eq!((&response["id"], &response["model"]), (&json!("resp_1"), &json!("my-\"model\"")));
    assert_eq!((&response["created_at"], &response["error"]["code"]), (&json!(1_741_476_777), &json!("server_error")));
}

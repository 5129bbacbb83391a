//! The same dialect on both sides: bytes pass as they are.

use crate::golden::{files, frames, stream, streams, view, ways};
use bytes::{Bytes, BytesMut};
use serde_json::json;
use tianji_core::generate::FinishReason;
use tianji_dialects::gemini::Gemini;
use tianji_dialects::{Dialect, Observed};

#[test]
fn a_reply_passes_untouched() {
    for (name, body) in files("responses", "json") {
        let mut seen = Observed::default();
        assert_eq!(Gemini.relay_response(&body, &view(), &mut seen).unwrap(), body, "{name}");
        let decoded = Gemini.decode_response(&body).unwrap();
        assert_eq!(seen.usage, decoded.usage, "{name}");
        assert_eq!(seen.response_id, Some(decoded.id));
        assert_eq!(seen.finish, decoded.choices[0].finish.as_ref().map(|finish| finish.reason));
    }
    let unmetered = json!({ "candidates": [{ "content": { "parts": [{ "text": "four" }] }, "finishReason": "STOP" }] });
    let mut seen = Observed::default();
    Gemini.relay_response(&Bytes::from(unmetered.to_string()), &view(), &mut seen).unwrap();
    assert_eq!((seen.usage, seen.output_bytes), (None, 4));
}

#[test]
fn a_refused_prompt_passes_and_other_emptiness_does_not() {
    let blocked = Bytes::from(json!({ "promptFeedback": { "blockReason": "SAFETY" } }).to_string());
    let mut seen = Observed::default();
    assert_eq!(Gemini.relay_response(&blocked, &view(), &mut seen).unwrap(), blocked);
    assert_eq!(seen.finish, Some(FinishReason::ContentFilter));
    for body in [json!({}), json!({ "error": { "message": "no" } }), json!("x")] {
        assert!(Gemini.relay_response(&Bytes::from(body.to_string()), &view(), &mut seen).is_err());
    }
}

#[test]
fn every_stream_passes_untouched_and_is_metered() {
    for (name, stream) in streams() {
        for frames in ways(&stream) {
            let mut relay = Gemini.stream_relay(view());
            let mut out = BytesMut::new();
            let whole: Vec<u8> = frames.iter().flat_map(|frame| frame.raw.to_vec()).collect();
            for frame in &frames {
                relay.frame(frame, &mut out).unwrap();
            }
            relay.end(&mut out).unwrap();
            assert_eq!(out, whole, "{name}");
            let seen = relay.observed();
            assert!(seen.ended && seen.usage.is_some() && seen.response_id.is_some(), "{name}");
            let reason = match name.as_str() {
                "full" => FinishReason::ToolCalls,
                "blocked" => FinishReason::ContentFilter,
                _ => FinishReason::Stop,
            };
            assert_eq!(seen.finish, Some(reason), "{name}");
        }
    }
}

#[test]
fn words_of_the_model_are_no_members() {
    let text = r#"{"candidates":[{"content":{"parts":[{"text":"\"finishReason\": \"STOP\", \"usageMetadata\": {\"promptTokenCount\": 7}"}]},"index":0}]}"#;
    let mut relay = Gemini.stream_relay(view());
    for frame in frames(format!("data: {text}\n\n").as_bytes(), 64) {
        relay.frame(&frame, &mut BytesMut::new()).unwrap();
    }
    assert_eq!((relay.observed().finish, relay.observed().usage), (None, None));
    assert!(relay.observed().output_bytes > 0);
}

#[test]
fn the_last_usage_counts() {
    let stream = stream("full");
    let mut relay = Gemini.stream_relay(view());
    for frame in frames(&stream, stream.len()) {
        relay.frame(&frame, &mut BytesMut::new()).unwrap();
    }
    let usage = relay.observed().usage.unwrap();
    assert_eq!((usage.input(), usage.output(), usage.out_reasoning), (8, 9, 6));
}

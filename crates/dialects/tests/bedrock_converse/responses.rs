//! Replies, whole.

use crate::golden::{file, files};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{ClientView, FinishReason, Part};
use tianji_dialects::bedrock_converse::BedrockConverse;
use tianji_dialects::{Dialect, Observed};

#[test]
fn what_was_read_is_written_again() {
    for (name, body) in files("responses") {
        let reply = BedrockConverse.decode_response(&body).unwrap();
        let written = BedrockConverse.encode_response(&reply, &ClientView::default()).unwrap();
        let written: Value = serde_json::from_slice(&written).unwrap();
        let mut expected: Value = serde_json::from_slice(&body).unwrap();
        // Facts about the call, which the canonical model has no place for.
        for member in ["metrics", "trace", "additionalModelResponseFields"] {
            expected.as_object_mut().unwrap().remove(member);
        }
        assert_eq!(written, expected, "{name}: {written}");
    }
}

#[test]
fn usage_buckets_sum_to_the_vendors_totals() {
    for (name, body) in files("responses") {
        let usage = BedrockConverse.decode_response(&body).unwrap().usage.unwrap();
        let told: Value = serde_json::from_slice(&body).unwrap();
        let told = |member: &str| told["usage"][member].as_u64().unwrap_or_default();
        let input = told("inputTokens") + told("cacheReadInputTokens") + told("cacheWriteInputTokens");
        assert_eq!((usage.input(), usage.output(), usage.suspect), (input, told("outputTokens"), false), "{name}");
    }
    let usage = BedrockConverse.decode_response(&file("responses", "full")).unwrap().usage.unwrap();
    assert_eq!((usage.cache_write_1h, usage.cache_write_unspecified, usage.out_reasoning), (15, 5, 7));
}

#[test]
fn contradictions_are_cut_and_flagged() {
    let body = json!({
        "output": { "message": { "content": [] } }, "stopReason": "end_turn",
        "additionalModelResponseFields": { "usage": { "output_tokens_details": { "thinking_tokens": 9 } } },
        "usage": { "inputTokens": 1, "outputTokens": 2, "cacheWriteInputTokens": 3, "cacheDetails": [{ "ttl": "5m", "inputTokens": 4 }] },
    });
    let usage = BedrockConverse.decode_response(&Bytes::from(body.to_string())).unwrap().usage.unwrap();
    assert!(usage.suspect);
    assert_eq!((usage.input(), usage.output(), usage.cache_write_5m), (4, 2, 3));
}

#[test]
fn tools_that_the_vendor_ran_are_not_calls() {
    let reply = BedrockConverse.decode_response(&file("responses", "server_tool")).unwrap();
    let parts = &reply.choices[0].parts;
    assert!(matches!(parts.as_slice(), [Part::Opaque(_), Part::Opaque(_), Part::Text(_)]), "{parts:?}");
    assert_eq!(reply.choices[0].finish.as_ref().unwrap().reason, FinishReason::ContentFilter);
}

#[test]
fn relayed_replies_are_byte_for_byte_what_came() {
    for (name, body) in files("responses") {
        let mut seen = Observed::default();
        let out = BedrockConverse.relay_response(&body, &ClientView::default(), &mut seen).unwrap();
        assert_eq!(out, body, "{name}");
        assert_eq!(seen.usage, BedrockConverse.decode_response(&body).unwrap().usage, "{name}");
        assert!(seen.finish.is_some(), "{name}");
    }
    let body = Bytes::from_static(br#"{"output":{"message":{"content":[{"text":"four"}]}}}"#);
    let mut seen = Observed::default();
    BedrockConverse.relay_response(&body, &ClientView::default(), &mut seen).unwrap();
    assert_eq!((seen.usage, seen.output_bytes), (None, 4));
}

#[test]
fn what_is_no_reply_is_an_error() {
    for body in ["", "{", "[]", "{}", r#"{"output":{}}"#, r#"{"output":{"message":{"content":5}}}"#] {
        let body = Bytes::from_static(body.as_bytes());
        assert!(BedrockConverse.decode_response(&body).is_err(), "{body:?}");
    }
}

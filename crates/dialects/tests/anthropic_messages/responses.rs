//! Whole replies.

use crate::golden::{files, view};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{
    AudioPart, Choice, ClientView, Finish, FinishReason, GenerateResponse, Opaque, Part, TextPart, Thinking, ToolCall,
    ToolCallKind,
};
use tianji_core::{DialectId, Json, Usage};
use tianji_dialects::anthropic_messages::{AnthropicMessages, decode_count_tokens, encode_count_tokens};
use tianji_dialects::{Dialect, DialectError, Observed};

fn decode(body: &Value) -> Result<GenerateResponse, DialectError> {
    AnthropicMessages.decode_response(&Bytes::from(body.to_string()))
}

fn shown(response: &GenerateResponse) -> Value {
    serde_json::from_slice(&AnthropicMessages.encode_response(response, &view()).unwrap()).unwrap()
}

fn saying(parts: Vec<Part>) -> GenerateResponse {
    let choice = Choice { parts, ..Choice::default() };
    GenerateResponse { id: "chatcmpl-1".into(), choices: vec![choice], ..GenerateResponse::default() }
}

#[test]
fn decoding_and_encoding_give_the_same_reply() {
    for (name, body) in files("responses", "json") {
        let response = AnthropicMessages.decode_response(&body).unwrap();
        let mut expected: Value = serde_json::from_slice(&body).unwrap();
        expected["model"] = json!("my-\"model\"");
        assert_eq!(shown(&response), expected, "{name}");
    }
}

#[test]
fn a_reply_is_relayed_with_nothing_changed_but_the_model() {
    let body = Bytes::from(concat!(
        r#"{ "id":"msg_1", "type":"message", "content":[{"type":"text","text":"\u00fc", "model":"x"}],"#,
        r#" "model" : "claude-sonnet-4-5" , "stop_reason":"end_turn","#,
        r#" "usage":{"input_tokens":3,"output_tokens":2.0,"service_tier":"batch"}, "novel":1.50 }"#
    ));
    let mut seen = Observed::default();
    let relayed = AnthropicMessages.relay_response(&body, &view(), &mut seen).unwrap();
    let expected = String::from_utf8(body.to_vec()).unwrap().replace("\"claude-sonnet-4-5\"", r#""my-\"model\"""#);
    assert_eq!(relayed, expected);
    assert_eq!((seen.response_id.as_deref(), seen.model.as_deref()), (Some("msg_1"), Some("claude-sonnet-4-5")));
    assert_eq!((seen.finish, seen.service_tier.as_deref()), (Some(FinishReason::Stop), Some("batch")));
    let usage = seen.usage.unwrap();
    assert_eq!((usage.input(), usage.output(), seen.output_bytes), (3, 2, 0));

    let bare = Bytes::from(
        r#"{"content":[{"type":"text","text":"four"},{"type":"tool_use","id":"a","name":"b","input":{}}]}"#,
    );
    let mut seen = Observed::default();
    assert_eq!(AnthropicMessages.relay_response(&bare, &view(), &mut seen).unwrap(), bare);
    assert_eq!(seen.output_bytes, 7);
}

#[test]
fn what_is_no_reply_is_an_error() {
    for (body, words) in [
        ("<!doctype html>upstream", "Expecting value"),
        ("{}", "no content"),
        (r#"{"type":"error","error":{"type":"api_error","message":"boom"}}"#, "boom"),
        (r#"{"content":5}"#, "content"),
        (r#"{"content":[{"type":"text","text":5}]}"#, "content[0].text"),
    ] {
        let body = Bytes::from(body);
        let cause = AnthropicMessages.decode_response(&body).unwrap_err().of_reply();
        assert!(cause.message.contains(words), "{}", cause.message);
        assert_eq!(cause.status, 500);
    }
    for body in ["[]", "{}", r#"{"error":{"message":"boom"}}"#] {
        let mut seen = Observed::default();
        assert!(AnthropicMessages.relay_response(&Bytes::from(body), &view(), &mut seen).is_err(), "{body}");
    }
}

#[test]
fn usage_is_read_into_disjoint_buckets() {
    let usage = |usage: Value| decode(&json!({ "content": [], "usage": usage })).unwrap().usage.unwrap();
    let read = usage(
        json!({ "input_tokens": 10, "output_tokens": 5, "cache_creation_input_tokens": 20, "cache_read_input_tokens": 30 }),
    );
    let buckets = (read.in_text, read.cache_read_text, read.cache_write_unspecified, read.input(), read.total());
    assert_eq!(buckets, (10, 30, 20, 60, 65));
    let lives = usage(json!({
        "input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 20,
        "cache_creation": { "ephemeral_5m_input_tokens": 12, "ephemeral_1h_input_tokens": 5 },
    }));
    assert_eq!((lives.cache_write_5m, lives.cache_write_1h, lives.cache_write_unspecified), (12, 5, 3));
    let odd = usage(
        json!({ "input_tokens": -4, "output_tokens": 3, "output_tokens_details": { "thinking_tokens": 9 }, "server_tool_use": null }),
    );
    assert_eq!((odd.in_text, odd.out_text, odd.out_reasoning, odd.suspect), (0, 0, 3, true));
    assert_eq!(decode(&json!({ "content": [] })).unwrap().usage, None);
}

#[test]
fn stop_reasons_are_translated_both_ways() {
    for (word, reason) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::StopSequence),
        ("max_tokens", FinishReason::Length),
        ("tool_use", FinishReason::ToolCalls),
        ("refusal", FinishReason::Refusal),
        ("pause_turn", FinishReason::PauseTurn),
        ("model_context_window_exceeded", FinishReason::ContextExceeded),
    ] {
        let read = decode(&json!({ "content": [], "stop_reason": word })).unwrap();
        let finish = read.choices[0].finish.clone().unwrap();
        assert_eq!((finish.reason, finish.native.as_str()), (reason, word));
        assert_eq!(shown(&read)["stop_reason"], word);
    }
    let novel = decode(&json!({ "content": [], "stop_reason": "novel" })).unwrap();
    assert_eq!(novel.choices[0].finish, Some(Finish::new(FinishReason::Other, "novel")));
    assert_eq!(shown(&novel)["stop_reason"], "end_turn");
    let mut filtered = saying(vec![Part::text("x")]);
    filtered.choices[0].finish = Some(Finish::new(FinishReason::ContentFilter, "content_filter"));
    assert_eq!(shown(&filtered)["stop_reason"], "refusal");
}

#[test]
fn foreign_replies_are_written_in_blocks() {
    let call = |arguments: &str, kind| {
        Part::ToolCall(ToolCall {
            id: "a".into(),
            name: "t".into(),
            arguments: arguments.into(),
            kind,
            ..ToolCall::default()
        })
    };
    let function = ToolCallKind::Function;
    let annotation = Json::parse(r#"{"type":"url_citation","url_citation":{"url":"u"}}"#).unwrap();
    let cited = TextPart { text: "T".into(), cache: None, citations: vec![annotation] };
    let spoken = AudioPart { data: "AA".into(), format: "wav".into(), id: None, transcript: Some("Hi".into()) };
    let foreign = Opaque { dialect: DialectId::OpenAiChat, type_name: "x".into(), raw: Json::parse("{}").unwrap() };
    let mut response = saying(vec![
        Part::Thinking(Thinking { text: "Hm".into(), signature: None }),
        Part::text(""),
        Part::Text(cited),
        Part::Refusal("No".into()),
        call("{\"x\": 1.50}", function),
        call("", function),
        call("{\"cut", function),
        call("free", ToolCallKind::Custom),
        Part::Audio(spoken),
        Part::Opaque(foreign),
    ]);
    response.usage = Some(Usage { in_text: 7, cache_read_text: 4, out_text: 2, ..Usage::default() });
    response.service_tier = Some("default".into());
    let input = |input: Value| json!({ "type": "tool_use", "id": "a", "name": "t", "input": input });
    let expected = json!({
        "id": "msg_minted", "type": "message", "role": "assistant", "model": "my-\"model\"",
        "content": [
            { "type": "thinking", "thinking": "Hm", "signature": "" },
            { "type": "text", "text": "T" },
            { "type": "text", "text": "No" },
            input(json!({ "x": 1.5 })),
            input(json!({})),
            input(json!({ "INVALID_JSON": "{\"cut" })),
            input(json!({ "input": "free" })),
            { "type": "text", "text": "Hi" },
        ],
        "stop_reason": null, "stop_sequence": null,
        "usage": { "input_tokens": 7, "output_tokens": 2, "cache_read_input_tokens": 4, "service_tier": "standard" },
    });
    assert_eq!(shown(&response), expected);
    let no_id = ClientView { minted_id: String::new(), ..view() };
    let body = AnthropicMessages.encode_response(&response, &no_id).unwrap();
    assert!(body.starts_with(b"{\"id\":\"chatcmpl-1\""));
}

#[test]
fn token_counts_go_both_ways() {
    assert_eq!(encode_count_tokens(14, "provider"), r#"{"input_tokens":14,"litellm_count_source":"provider"}"#);
    assert_eq!(decode_count_tokens(&Bytes::from(r#"{"input_tokens":14,"x":1}"#)).unwrap(), 14);
    for body in ["{}", "[]", r#"{"input_tokens":"x"}"#] {
        assert!(decode_count_tokens(&Bytes::from(body)).is_err(), "{body}");
    }
}

#[test]
fn without_a_name_to_show_the_upstreams_own_stays() {
    let unnamed = ClientView { model: String::new(), ..view() };
    let response = GenerateResponse { model: "gpt-4o-2024".to_owned(), ..saying(vec![Part::text("x")]) };
    let body = AnthropicMessages.encode_response(&response, &unnamed).unwrap();
    assert_eq!(AnthropicMessages.relay_response(&body, &unnamed, &mut Observed::default()).unwrap(), body);
    assert_eq!(decode(&serde_json::from_slice(&body).unwrap()).unwrap().model, "gpt-4o-2024");
}

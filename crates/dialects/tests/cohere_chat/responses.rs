//! Whole replies.

use crate::golden::{files, view};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{
    Choice, Finish, FinishReason, GenerateResponse, Part, TextPart, Thinking, ToolCall, ToolCallKind,
};
use tianji_core::{Json, Usage};
use tianji_dialects::Dialect;
use tianji_dialects::cohere_chat::CohereChat;

fn decode(body: &Value) -> GenerateResponse {
    CohereChat.decode_response(&Bytes::from(body.to_string())).unwrap()
}

fn encode(response: &GenerateResponse) -> Value {
    serde_json::from_slice(&CohereChat.encode_response(response, &view()).unwrap()).unwrap()
}

fn reply(parts: Vec<Part>, finish: FinishReason) -> GenerateResponse {
    let finish = Some(Finish::new(finish, ""));
    GenerateResponse { choices: vec![Choice { parts, finish, ..Choice::default() }], ..GenerateResponse::default() }
}

#[test]
fn decoding_and_encoding_is_the_identity() {
    for (name, body) in files("responses", "json") {
        let expected: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(encode(&decode(&expected)), expected, "{name}");
    }
}

#[test]
fn finish_reasons_both_ways() {
    for (word, reason) in [
        ("COMPLETE", FinishReason::Stop),
        ("STOP_SEQUENCE", FinishReason::StopSequence),
        ("MAX_TOKENS", FinishReason::Length),
        ("TOOL_CALL", FinishReason::ToolCalls),
        ("NOVEL", FinishReason::Other),
    ] {
        let read = decode(&json!({"id": "r", "message": {"content": "x"}, "finish_reason": word}));
        let finish = read.choices[0].finish.clone().unwrap();
        assert_eq!((finish.reason, finish.native.as_str()), (reason, word));
        let shown = if word == "NOVEL" { "COMPLETE" } else { word };
        assert_eq!(encode(&read)["finish_reason"], json!(shown));
    }
    for (reason, word) in [
        (FinishReason::ContentFilter, "ERROR"),
        (FinishReason::ContextExceeded, "MAX_TOKENS"),
        (FinishReason::Refusal, "COMPLETE"),
        (FinishReason::PauseTurn, "COMPLETE"),
    ] {
        assert_eq!(encode(&reply(vec![], reason))["finish_reason"], json!(word));
    }
    let called =
        json!({"message": {"tool_calls": [{"id": "c", "function": {"name": "f"}}]}, "finish_reason": "COMPLETE"});
    assert_eq!(decode(&called).choices[0].finish.as_ref().unwrap().reason, FinishReason::ToolCalls);
}

#[test]
fn usage_is_what_the_model_saw_or_else_what_is_billed() {
    let usage = |usage: Value| decode(&json!({"message": {}, "usage": usage})).usage;
    let both = json!({"billed_units": {"input_tokens": 8, "output_tokens": 5}, "tokens": {"input_tokens": 11.0, "output_tokens": 5.0}});
    assert_eq!(usage(both), Some(Usage::of_text(11, 5)));
    assert_eq!(usage(json!({"billed_units": {"input_tokens": 8, "output_tokens": 5}})), Some(Usage::of_text(8, 5)));
    let cached = usage(json!({"tokens": {"input_tokens": 10, "output_tokens": 1}, "cached_tokens": 4})).unwrap();
    assert_eq!((cached.in_text, cached.cache_read_text, cached.suspect), (6, 4, false));
    let more = usage(json!({"tokens": {"input_tokens": 1}, "cached_tokens": 4})).unwrap();
    assert_eq!((more.input(), more.suspect), (1, true));
    assert_eq!(usage(json!({})), None);
    assert_eq!(usage(json!("many")), None);
}

#[test]
fn what_other_vendors_say_is_said_in_this_dialect() {
    let cited = json!({"type": "url_citation", "url_citation": {"start_index": 1, "end_index": 4, "url": "https://a", "title": "A"}});
    let text = TextPart {
        text: "Grüße".into(),
        cache: None,
        citations: vec![Json::of(&cited).unwrap(), Json::of("?").unwrap()],
    };
    let parts = vec![
        Part::Thinking(Thinking { text: "Hm".into(), signature: Some("s".into()) }),
        Part::Thinking(Thinking { text: String::new(), signature: Some("s".into()) }),
        Part::RedactedThinking { data: "d".into() },
        Part::Text(text),
        Part::Refusal("No.".into()),
    ];
    assert_eq!(
        encode(&reply(parts, FinishReason::Stop))["message"],
        json!({
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm"},
                {"type": "text", "text": "Grüße"},
                {"type": "text", "text": "No."},
            ],
            "citations": [{
                "start": 1, "end": 4, "text": "rüß", "content_index": 1, "type": "TEXT_CONTENT",
                "sources": [{"type": "document", "id": "https://a", "document": {"id": "https://a", "title": "A", "url": "https://a"}}],
            }],
        })
    );
    assert_eq!(encode(&reply(vec![], FinishReason::Stop))["message"]["content"], json!([{"type": "text", "text": ""}]));
    assert_eq!(encode(&GenerateResponse::default())["id"], json!("minted"));
}

#[test]
fn text_before_calls_is_the_plan() {
    let call = |id: &str, arguments: &str, kind| {
        Part::ToolCall(ToolCall {
            id: id.into(),
            name: "f".into(),
            arguments: arguments.into(),
            kind,
            ..ToolCall::default()
        })
    };
    let parts = vec![
        Part::text("I look."),
        call("a", " ", ToolCallKind::Function),
        call("b", "free \"text\"", ToolCallKind::Custom),
        Part::text("After."),
    ];
    let message = &encode(&reply(parts, FinishReason::ToolCalls))["message"];
    assert_eq!(message["tool_plan"], json!("I look."));
    assert_eq!(message["content"], json!([{"type": "text", "text": "After."}]));
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], json!("{}"));
    let input: Value =
        serde_json::from_str(message["tool_calls"][1]["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(input, json!({"input": "free \"text\""}));
}

#[test]
fn log_probabilities_of_a_chunk_stand_as_one() {
    let read = decode(&json!({
        "message": {},
        "logprobs": [{"text": "Hé", "token_ids": [1, 2], "logprobs": [-0.5, -0.25]}, {"text": "!", "token_ids": [3]}],
    }));
    assert_eq!(
        read.choices[0].logprobs.as_ref().unwrap().value(),
        json!({"content": [{"token": "Hé", "logprob": -0.75, "bytes": [72, 195, 169], "top_logprobs": []}]})
    );
}

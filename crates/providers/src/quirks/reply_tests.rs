//! What quirks make of replies, whole and in streams.

use super::tests::provider;
use crate::endpoint::EndpointKind;
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_wire::Frame;

#[track_caller]
fn whole(quirk: Value, before: Value, after: Value) {
    let before = Bytes::from(before.to_string());
    let edited = provider(&quirk).edit_reply(EndpointKind::Chat, "id", &before);
    let edited: Value = serde_json::from_slice(&edited.unwrap_or(before)).unwrap();
    assert_eq!(edited, after, "{quirk}");
}

fn message(message: Value, finish: &str) -> Value {
    json!({ "choices": [{ "index": 0, "message": message, "finish_reason": finish }] })
}

#[test]
fn whole_replies() {
    whole(
        json!({ "reasoning_field": "reasoning" }),
        message(json!({ "content": "a", "reasoning": "t" }), "stop"),
        message(json!({ "content": "a", "reasoning_content": "t" }), "stop"),
    );
    whole(
        json!("think_tags"),
        message(json!({ "content": "\n<think>t</think>a" }), "stop"),
        message(json!({ "content": "a", "reasoning_content": "t" }), "stop"),
    );
    // Whole replies are read that way for all vendors, but for those whose clients look for the vendor's own member.
    let thought = || message(json!({ "content": "a", "reasoning": "t" }), "stop");
    whole(json!("flatten_text"), thought(), message(json!({ "content": "a", "reasoning_content": "t" }), "stop"));
    whole(json!({ "reasoning_field_in_streams": "reasoning" }), thought(), thought());
    whole(
        json!("think_tags"),
        message(json!({ "content": "a <think> b" }), "stop"),
        message(json!({ "content": "a <think> b" }), "stop"),
    );
    whole(
        json!("thinking_parts"),
        message(
            json!({ "content": [{ "type": "thinking", "thinking": [{ "type": "text", "text": "t" }] }, { "type": "text", "text": "a" }] }),
            "stop",
        ),
        message(json!({ "content": "a", "reasoning_content": "t" }), "stop"),
    );
    whole(
        json!("usage_variants"),
        json!({ "x_groq": { "id": "r", "usage": { "prompt_tokens": "3" } } }),
        json!({ "x_groq": { "id": "r" }, "usage": { "prompt_tokens": 3 } }),
    );
    let usage = |output: u64, total: u64| json!({ "usage": { "prompt_tokens": 20, "completion_tokens": output, "total_tokens": total, "completion_tokens_details": { "reasoning_tokens": 90 } } });
    whole(json!("reasoning_tokens_apart"), usage(5, 115), usage(95, 115));
    whole(json!("reasoning_tokens_apart"), usage(95, 115), usage(95, 115));
    let calls = json!({ "tool_calls": [{ "id": "c", "function": { "name": "w", "arguments": "{}" } }] });
    whole(json!("finish_on_tools"), message(calls.clone(), "stop"), message(calls.clone(), "tool_calls"));
    whole(
        json!("json_schema_as_tool"),
        message(
            json!({ "content": null, "tool_calls": [{ "function": { "name": "json_tool_call", "arguments": "{\"a\":1}" } }] }),
            "tool_calls",
        ),
        message(json!({ "content": "{\"a\":1}" }), "stop"),
    );
    whole(json!("json_schema_as_tool"), message(calls.clone(), "tool_calls"), message(calls, "tool_calls"));
}

/// Runs frames with these deltas (and a finish at the end) through a stream; returns the deltas and the last finish.
fn streamed(quirk: Value, deltas: &[Value], finish: &str) -> (Vec<Value>, Value) {
    let mut edit = provider(&quirk).stream_edit(EndpointKind::Chat, "id").unwrap();
    let mut out = Vec::new();
    let frame = |data: String| Frame { raw: Bytes::new(), event: None, data: data.into() };
    for delta in deltas {
        let data = json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] });
        edit.edit(frame(data.to_string()), &mut out);
    }
    let last = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": finish }] });
    edit.edit(frame(last.to_string()), &mut out);
    edit.edit(frame("[DONE]".to_owned()), &mut out);
    assert_eq!(out.pop().unwrap().data, "[DONE]");
    let frames: Vec<Value> = out.iter().map(|frame| serde_json::from_slice(&frame.data).unwrap()).collect();
    let finish = frames.last().unwrap()["choices"][0]["finish_reason"].clone();
    (frames.iter().map(|frame| frame["choices"][0]["delta"].clone()).collect(), finish)
}

fn joined(deltas: &[Value], name: &str) -> String {
    deltas.iter().filter_map(|delta| delta[name].as_str()).collect()
}

#[test]
fn think_tags_cut_anywhere() {
    let text = "<think>one < two</thought></think>\nanswer </think>";
    for size in 1..=text.len() {
        let pieces: Vec<Value> = text
            .as_bytes()
            .chunks(size)
            .map(|piece| json!({ "content": std::str::from_utf8(piece).unwrap() }))
            .collect();
        let (deltas, finish) = streamed(json!("think_tags"), &pieces, "stop");
        assert_eq!(joined(&deltas, "reasoning_content"), "one < two</thought>", "{size}");
        assert_eq!(joined(&deltas, "content"), "\nanswer </think>", "{size}");
        assert_eq!(finish, "stop");
    }
    let (deltas, _) = streamed(json!("think_tags"), &[json!({ "content": "<thi" })], "length");
    assert_eq!((joined(&deltas, "content"), joined(&deltas, "reasoning_content")), ("<thi".into(), String::new()));
    let (deltas, _) = streamed(json!("think_tags"), &[json!({ "content": "<think>a</thi" })], "length");
    assert_eq!((joined(&deltas, "content"), joined(&deltas, "reasoning_content")), (String::new(), "a</thi".into()));
}

#[test]
fn streams() {
    for (quirk, expected) in [
        ("reasoning_field", json!({ "reasoning_content": "Th" })),
        ("reasoning_field_in_streams", json!({ "reasoning_content": "Th" })),
        ("reasoning_field_beside", json!({ "reasoning": "Th", "reasoning_content": "Th" })),
    ] {
        let (deltas, _) = streamed(json!({ quirk: "reasoning" }), &[json!({ "reasoning": "Th" })], "stop");
        assert_eq!(deltas[0], expected, "{quirk}");
    }
    let call = |id: Value, name: Value, arguments: &str| json!({ "tool_calls": [{ "index": 0, "id": id, "function": { "name": name, "arguments": arguments } }] });
    let pieces = [
        call(json!("c"), json!("json_tool_call"), ""),
        call(Value::Null, Value::Null, "{\"a\":"),
        call(Value::Null, Value::Null, "1}"),
    ];
    let (deltas, finish) = streamed(json!("json_schema_as_tool"), &pieces, "tool_calls");
    assert_eq!((joined(&deltas, "content").as_str(), finish), ("{\"a\":1}", json!("stop")));
    assert!(deltas.iter().all(|delta| delta.get("tool_calls").is_none()));
    let (_, finish) = streamed(json!("finish_on_tools"), &[call(json!("c"), json!("w"), "{}")], "stop");
    assert_eq!(finish, "tool_calls");
    let (_, finish) = streamed(json!("finish_on_tools"), &[json!({ "content": "a" })], "stop");
    assert_eq!(finish, "stop");
}

#[test]
fn errors_in_streams_that_say_nothing_are_the_servers() {
    let mut edit = provider(&json!("stream_errors_of_server")).stream_edit(EndpointKind::Chat, "id").unwrap();
    let frame = |data: &Value| Frame { raw: Bytes::new(), event: None, data: data.to_string().into() };
    for (error, code) in [
        (json!({ "message": "m", "code": null }), json!(500)),
        (json!({ "message": "m", "code": "rate_limit_exceeded" }), json!("rate_limit_exceeded")),
    ] {
        let frame = frame(&json!({ "error": error }));
        assert!(edit.concerns(&frame));
        let mut out = Vec::new();
        edit.edit(frame, &mut out);
        let edited: Value = serde_json::from_slice(&out[0].data).unwrap();
        assert_eq!(edited["error"]["code"], code);
    }
    assert!(!edit.concerns(&frame(&json!({ "choices": [] }))));
}

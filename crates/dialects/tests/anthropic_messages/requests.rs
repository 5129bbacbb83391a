//! Requests of clients of this dialect: what is read, and that writing it again gives the same.

use crate::golden::{encode_for, files};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{Capabilities, GenerateRequest, MediaSource, Part, Reasoning, Role, Tool, ToolChoice};
use tianji_dialects::Dialect;
use tianji_dialects::DialectError;
use tianji_dialects::anthropic_messages::{AnthropicMessages, inspect, require_max_tokens};
use tianji_wire::RawObject;

fn decode(body: &Value) -> Result<GenerateRequest, DialectError> {
    AnthropicMessages.decode_request(&Bytes::from(body.to_string()))
}

fn with(member: &str, value: Value) -> Value {
    json!({ "model": "m", "max_tokens": 9, "messages": [{ "role": "user", "content": "x" }], member: value })
}

fn saying(content: Value) -> Value {
    with("messages", json!([{ "role": "user", "content": content }]))
}

#[test]
fn decoding_and_encoding_give_the_same_request() {
    for (name, body) in files("requests", "json") {
        let request = AnthropicMessages.decode_request(&body).unwrap();
        let encoded = encode_for(&request, &Capabilities::default()).unwrap();
        let expected: Value = serde_json::from_slice(&body).unwrap();
        let mut actual = encoded.body;
        actual["model"] = expected["model"].clone();
        assert_eq!(actual, expected, "{name}");
        assert!(encoded.losses.is_empty() && encoded.rest.fixups.is_empty(), "{name}: {:?}", encoded.losses);
    }
}

#[test]
fn numbers_keep_their_digits() {
    let body = r#"{"model":"m","max_tokens":1e2,"temperature":1.0,"top_p":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":{"x":1.500,"y":12345678901234567890123}}]},{"role":"user","content":"x"}],"zz":1.500}"#;
    let request = AnthropicMessages.decode_request(&Bytes::from(body)).unwrap();
    let encoded = encode_for(&request, &Capabilities::default()).unwrap();
    let text = String::from_utf8(encoded.rest.body.to_vec()).unwrap();
    for piece in
        [r#""temperature":1.0"#, r#""top_p":1,"#, r#""input":{"x":1.500,"y":12345678901234567890123}"#, r#""zz":1.500"#]
    {
        assert!(text.contains(piece), "{piece} in {text}");
    }
}

#[test]
fn max_tokens_may_be_absent_but_can_be_demanded() {
    let body = json!({ "model": "m", "messages": [{ "role": "user", "content": "x" }] });
    assert_eq!(decode(&body).unwrap().sampling.max_output_tokens, None);
    let raw = |body: &Value| RawObject::parse(Bytes::from(body.to_string())).unwrap();
    let missing = require_max_tokens(&raw(&body)).unwrap_err();
    assert!(matches!(missing, DialectError::Missing { param } if param == "max_tokens"));
    assert!(require_max_tokens(&raw(&with("max_tokens", json!(0)))).is_ok());
}

#[test]
fn inspecting_reads_the_top_level() {
    let raw = |body: Value| RawObject::parse(Bytes::from(body.to_string())).unwrap();
    let seen = inspect(&raw(json!({
        "model": "m", "max_tokens": 9.0, "stream": true, "messages": [], "metadata": { "user_id": "u", "x": 1 },
    })))
    .unwrap();
    assert_eq!((seen.model.as_deref(), seen.user.as_deref()), (Some("m"), Some("u")));
    assert_eq!((seen.stream, seen.include_usage, seen.max_output_tokens), (true, true, Some(9)));
    let odd =
        inspect(&raw(json!({ "model": 1, "stream": "x", "max_tokens": -1, "messages": 1, "metadata": 1 }))).unwrap();
    assert_eq!((odd.model, odd.stream, odd.max_output_tokens, odd.user), (None, false, None, None));
    assert!(matches!(inspect(&raw(json!({ "messages": null }))), Err(DialectError::Missing { .. })));
}

#[test]
fn wrong_values_are_named_by_their_path() {
    for (body, path) in [
        (json!({ "model": "m" }), "messages"),
        (with("messages", json!({})), "messages"),
        (with("messages", json!([1])), "messages[0]"),
        (with("messages", json!([{ "content": "x" }])), "messages[0].role"),
        (with("messages", json!([{ "role": "tool", "content": "x" }])), "messages[0].role"),
        (with("messages", json!([{ "role": "user" }])), "messages[0].content"),
        (saying(json!(5)), "messages[0].content"),
        (saying(json!([{ "text": "x" }])), "messages[0].content[0].type"),
        (saying(json!([{ "type": "text" }])), "messages[0].content[0].text"),
        (saying(json!([{ "type": "image" }])), "messages[0].content[0].source"),
        (saying(json!([{ "type": "image", "source": { "type": "url" } }])), "messages[0].content[0].source.url"),
        (saying(json!([{ "type": "tool_result" }])), "messages[0].content[0].tool_use_id"),
        (with("temperature", json!("abc")), "temperature"),
        (with("stop_sequences", json!("x")), "stop_sequences"),
        (with("stream", json!(1)), "stream"),
        (with("thinking", json!({ "type": "often" })), "thinking.type"),
        (with("thinking", json!({ "type": "enabled" })), "thinking.budget_tokens"),
        (with("tools", json!([{ "description": "x" }])), "tools[0].name"),
        (with("tool_choice", json!({ "type": "tool" })), "tool_choice.name"),
        (with("tool_choice", json!("auto")), "tool_choice"),
    ] {
        let cause = decode(&body).unwrap_err();
        let (DialectError::Missing { param } | DialectError::Invalid { param, .. }) = &cause else {
            panic!("{body}: {cause:?}")
        };
        assert_eq!(param, path, "{body}");
        assert_eq!(cause.of_request().status, 400);
    }
    for body in ["", "[]", "{", "nul", "\u{0}"] {
        let cause = AnthropicMessages.decode_request(&Bytes::from(body)).unwrap_err();
        assert!(matches!(cause, DialectError::Json(_)), "{body}");
    }
}

#[test]
fn content_that_nests_without_end_is_refused() {
    let open = r#"[{"type":"tool_result","tool_use_id":"a","content":"#.repeat(50_000);
    let close = "}]".repeat(50_000);
    let body = format!(r#"{{"messages":[{{"role":"user","content":{open}"x"{close}}}]}}"#);
    let cause = AnthropicMessages.decode_request(&Bytes::from(body)).unwrap_err();
    assert!(cause.to_string().contains("too deeply"), "{cause}");
}

#[test]
fn null_counts_as_absent() {
    let body = json!({
        "model": "m", "max_tokens": null, "stream": null, "system": null, "tools": null, "tool_choice": null,
        "metadata": null, "thinking": null, "output_config": null, "output_format": null, "temperature": null,
        "stop_sequences": null, "container": null, "unknown": null,
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": "x", "cache_control": null, "citations": null }] }],
    });
    let request = decode(&body).unwrap();
    let messages = json!([{ "role": "user", "content": [{ "type": "text", "text": "x" }] }]);
    let encoded = encode_for(&request, &Capabilities::default()).unwrap();
    assert_eq!(encoded.body, json!({ "model": "claude-x", "max_tokens": 4096, "messages": messages }));
}

#[test]
fn tool_results_become_turns_of_their_own() {
    let request = decode(&saying(json!([
        { "type": "tool_result", "tool_use_id": "a", "content": "1" },
        { "type": "tool_result", "tool_use_id": "b" },
        { "type": "text", "text": "x" },
    ])))
    .unwrap();
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::Tool, Role::Tool, Role::User]);
}

#[test]
fn blocks_without_a_canonical_word_stay_whole() {
    let blocks = json!([
        { "type": "search_result", "source": "s" },
        { "type": "image", "source": { "type": "novel" } },
        { "type": "document", "source": { "type": "content", "content": [{ "type": "image", "source": { "type": "url", "url": "u" } }] } },
    ]);
    let request = decode(&saying(blocks.clone())).unwrap();
    for (part, block) in request.messages[0].parts.iter().zip(blocks.as_array().unwrap()) {
        let Part::Opaque(own) = part else { panic!("{part:?}") };
        assert_eq!(&own.raw.value(), block);
        assert_eq!(own.type_name, block["type"]);
    }
}

#[test]
fn what_cannot_be_kept_is_noted_by_its_path() {
    let request = decode(&with(
        "messages",
        json!([{ "role": "user", "x": 1, "content": [
            { "type": "tool_use", "id": "a", "name": "b", "input": {}, "caller": { "type": "direct" } },
            { "type": "document", "source": { "type": "content", "content": [{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }] } },
        ] }]),
    ))
    .unwrap();
    let noted: Vec<&str> = request.anthropic_only.keys().map(String::as_str).collect();
    let expected = ["messages[0].content[0].caller", "messages[0].content[1].source.content", "messages[0].x"];
    assert_eq!(noted, expected);
    let Part::File(file) = &request.messages[0].parts[1] else { panic!() };
    assert_eq!(file.source, MediaSource::Text("a\nb".to_owned()));
}

#[test]
fn reasoning_is_read_from_three_places() {
    let budget = |number: u64| Some(Reasoning::Budget(number.into()));
    for (body, expected) in [
        (json!({ "thinking": { "type": "enabled", "budget_tokens": 7 } }), budget(7)),
        (json!({ "thinking": { "type": "disabled" } }), Some(Reasoning::Disabled)),
        (json!({ "thinking": { "type": "adaptive" } }), Some(Reasoning::Adaptive(None))),
        (json!({}), None),
    ] {
        let mut whole = with("x", Value::Null);
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        assert_eq!(decode(&whole).unwrap().reasoning, expected, "{body}");
    }
}

#[test]
fn choices_are_read() {
    for (choice, expected, parallel) in [
        (json!({ "type": "auto" }), ToolChoice::Auto, None),
        (json!({ "type": "any", "disable_parallel_tool_use": true }), ToolChoice::Required, Some(false)),
        (json!({ "type": "none" }), ToolChoice::None, None),
        (
            json!({ "type": "tool", "name": "t", "disable_parallel_tool_use": false }),
            ToolChoice::Named("t".into()),
            Some(true),
        ),
    ] {
        let request = decode(&with("tool_choice", choice)).unwrap();
        assert_eq!((request.tool_choice, request.parallel_tool_calls), (Some(expected), parallel));
    }
}

#[test]
fn web_searches_that_other_dialects_know_are_theirs_too() {
    let request = decode(&with(
        "tools",
        json!([
            { "type": "web_search_20250305", "name": "web_search", "max_uses": 10 },
            { "type": "web_search_20250305", "name": "web_search", "max_uses": 2 },
            { "type": "web_search_20250305", "name": "web_search", "blocked_domains": ["x"] },
            { "type": "web_search_20260209", "name": "web_search" },
        ]),
    ))
    .unwrap();
    assert!(matches!(&request.tools[0], Tool::WebSearch { context_size: Some(size), .. } if size == "high"));
    assert!(request.tools[1..].iter().all(|tool| matches!(tool, Tool::Server { .. })));
}

//! What models get from clients of other dialects.

use crate::golden::{Model, openai};
use serde_json::{Value, json};
use tianji_core::generate::{Capabilities, GenerateRequest, Message, Role};
use tianji_core::generate::{Part, Tool};
use tianji_core::{DialectId, Json};

fn user(content: Value) -> Value {
    json!({ "model": "m", "messages": [{ "role": "user", "content": content }] })
}

fn with(member: &str, value: Value) -> Value {
    let mut body = user(json!("x"));
    body[member] = value;
    body
}

fn image(url: &str) -> Value {
    user(json!([{ "type": "image_url", "image_url": { "url": url } }]))
}

fn file(name: &str, data: &str) -> Value {
    user(json!([{ "type": "file", "file": { "filename": name, "file_data": data } }]))
}

#[test]
fn media_in_the_vendors_words() {
    for (body, block) in [
        (image("data:image/jpg;base64,AA=="), json!({ "image": { "format": "jpeg", "source": { "bytes": "AA==" } } })),
        (
            image("s3://bucket/a.webp"),
            json!({ "image": { "format": "webp", "source": { "s3Location": { "uri": "s3://bucket/a.webp" } } } }),
        ),
        (
            file("q1 / 2026.pdf", "data:application/pdf;base64,AA=="),
            json!({ "document": { "format": "pdf", "name": "q1 - 2026", "source": { "bytes": "AA==" } } }),
        ),
        (
            file("x.png", "data:image/png;base64,AA=="),
            json!({ "image": { "format": "png", "source": { "bytes": "AA==" } } }),
        ),
        (
            file("x.mp4", "data:video/mp4;base64,AA=="),
            json!({ "video": { "format": "mp4", "source": { "bytes": "AA==" } } }),
        ),
        (
            user(json!([{ "type": "input_audio", "input_audio": { "data": "AA==", "format": "wav" } }])),
            json!({ "audio": { "format": "wav", "source": { "bytes": "AA==" } } }),
        ),
    ] {
        let (sent, _) = Model::claude().gets(&openai(&body)).unwrap();
        assert_eq!(sent["messages"][0]["content"][0], block, "{body}");
    }
}

#[test]
fn without_tools_on_offer_calls_and_results_are_told_as_text() {
    let mut body = json!({ "model": "m", "messages": [
        { "role": "user", "content": "x" },
        { "role": "assistant", "content": null, "tool_calls": [
            { "id": "c1", "type": "function", "function": { "name": "w", "arguments": "{\"a\":1}" } },
        ] },
        { "role": "tool", "tool_call_id": "c1", "content": "22" },
    ] });
    let (sent, _) = Model::claude().gets(&openai(&body)).unwrap();
    assert_eq!(sent["messages"][1]["content"], json!([{ "text": "[tool call c1: w({\"a\":1})]" }]));
    assert_eq!(sent["messages"][2]["content"], json!([{ "text": "[tool result for c1: 22]" }]));
    body["tools"] = json!([{ "type": "function", "function": { "name": "w" } }]);
    let (sent, _) = Model::claude().gets(&openai(&body)).unwrap();
    assert_eq!(sent["messages"][1]["content"][0]["toolUse"]["name"], json!("w"));
    let nobody = json!({ "model": "m", "messages": [{ "role": "system", "content": "x" }] });
    assert!(Model::claude().gets(&openai(&nobody)).is_err());
}

#[test]
fn what_cannot_be_said_is_refused() {
    let prefill = json!({ "model": "m", "messages": [
        { "role": "user", "content": "x" }, { "role": "assistant", "content": "y " },
    ] });
    let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
    let call = json!({ "model": "m", "tools": tools, "messages": [{ "role": "user", "content": "x" }, {
        "role": "assistant", "content": null,
        "tool_calls": [{ "id": "c9", "type": "function", "function": { "name": "f", "arguments": "{" } }],
    }] });
    for (body, words) in [
        (image("https://x/y.png"), "messages[0].content[0]: an image by its address"),
        (image("data:image/tiff;base64,AA=="), "image/tiff"),
        (image("s3://bucket/a"), "S3"),
        (file("x.zip", "data:application/zip;base64,AA=="), "application/zip"),
        (user(json!("  ")), "messages[0].content: the message is empty"),
        (prefill.clone(), "no trailing message"),
        (call, "tool_calls[c9]"),
    ] {
        let can = Capabilities { assistant_prefill: Some(false), ..Capabilities::default() };
        let error = Model { can, ..Model::claude() }.gets(&openai(&body)).unwrap_err().to_string();
        assert!(error.contains(words), "{body}: {error}");
    }
    let (sent, _) = Model::claude().gets(&openai(&prefill)).unwrap();
    assert_eq!(sent["messages"][1]["content"][0]["text"], "y");
}

#[test]
fn documents_have_names_of_their_own() {
    let part = json!({ "type": "file", "file": { "filename": "a.txt", "file_data": "data:text/plain;base64,AA==" } });
    let (sent, _) = Model::claude().gets(&openai(&user(json!([part, part])))).unwrap();
    let names: Vec<&Value> = (0..2).map(|at| &sent["messages"][0]["content"][at]["document"]["name"]).collect();
    assert_eq!(names, ["a", "a (2)"]);
}

#[test]
fn cache_marks_by_what_the_model_can() {
    let none = Capabilities::default();
    let caches = Model::claude().can;
    let old = "anthropic.claude-3-7-sonnet-20250219-v1:0";
    let new = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    for (id, can, ttl, point, losses) in [
        (new, &caches, None, json!({ "type": "default" }), vec![]),
        (new, &caches, Some("5m"), json!({ "type": "default" }), vec![]),
        (new, &caches, Some("1h"), json!({ "type": "default", "ttl": "1h" }), vec![]),
        (
            new,
            &caches,
            Some("12h"),
            json!({ "type": "default" }),
            vec!["hint messages[0].content[0].cache_control.ttl"],
        ),
        (old, &caches, Some("1h"), json!({ "type": "default" }), vec!["hint messages[0].content[0].cache_control.ttl"]),
        (new, &none, None, Value::Null, vec!["hint messages[0].content[0].cache_control"]),
    ] {
        let mut mark = json!({ "type": "ephemeral" });
        if let Some(ttl) = ttl {
            mark["ttl"] = ttl.into();
        }
        let body =
            user(json!([{ "type": "text", "text": "x", "cache_control": mark }, { "type": "text", "text": "y" }]));
        let (sent, lost) = Model { id, can: can.clone(), ..Model::claude() }.gets(&openai(&body)).unwrap();
        assert_eq!(sent["messages"][0]["content"][1]["cachePoint"], point, "{id} {ttl:?}");
        assert_eq!(lost, losses, "{id} {ttl:?}");
    }
}

#[test]
fn repairs_where_the_operator_allows_them() {
    let model = Model { repairs: true, ..Model::claude() };
    let (sent, _) = model.gets(&openai(&user(json!("")))).unwrap();
    assert_eq!(sent["messages"][0]["content"], json!([{ "text": "." }]));
    let history = json!({ "model": "m", "messages": [
        { "role": "user", "content": "x" },
        { "role": "assistant", "content": null,
          "tool_calls": [{ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } }] },
        { "role": "tool", "tool_call_id": "c", "content": "y" },
    ] });
    let (sent, _) = model.gets(&openai(&history)).unwrap();
    assert_eq!(sent["toolConfig"]["tools"][0]["toolSpec"]["name"], "f");
    let (sent, _) = Model::claude().gets(&openai(&history)).unwrap();
    assert_eq!(sent.get("toolConfig"), None);
}

#[test]
fn unknown_members_are_the_models_and_known_ones_this_dialects() {
    let mut body = user(json!("x"));
    body["additionalModelRequestFields"] = json!({ "a": 1, "b": 2 });
    body["b"] = json!(3);
    body["requestMetadata"] = json!({ "k": "v" });
    let (sent, losses) = Model::other().gets(&openai(&body)).unwrap();
    assert_eq!(sent["additionalModelRequestFields"], json!({ "a": 1, "b": 3 }));
    assert_eq!(sent["requestMetadata"], json!({ "k": "v" }));
    assert!(losses.is_empty(), "{losses:?}");
}

#[test]
fn allowed_parameters_go_to_the_model() {
    let model = Model { allowed: &["seed", "logit_bias", "reasoning_effort"], ..Model::other() };
    let mut body = with("seed", json!(9_007_199_254_740_993_i64));
    body["logit_bias"] = json!({ "1": 1 });
    body["reasoning_effort"] = json!("low");
    let (sent, losses) = model.gets(&openai(&body)).unwrap();
    let expected = json!({ "seed": 9_007_199_254_740_993_i64, "logit_bias": { "1": 1 }, "reasoning_effort": "low" });
    assert_eq!(sent["additionalModelRequestFields"], expected);
    assert!(losses.is_empty(), "{losses:?}");
}

#[test]
fn tiers() {
    for (tier, sent, losses) in [
        ("auto", json!({ "type": "default" }), vec![]),
        ("priority", json!({ "type": "priority" }), vec![]),
        ("standard_only", json!({ "type": "default" }), vec![]),
        ("scale", Value::Null, vec!["parameter service_tier"]),
    ] {
        let (body, lost) = Model::other().gets(&openai(&with("service_tier", json!(tier)))).unwrap();
        assert_eq!((&body["serviceTier"], lost), (&sent, losses.into_iter().map(str::to_owned).collect()), "{tier}");
    }
}

#[test]
fn thoughts_of_other_vendors_are_left_out() {
    let body = json!({ "model": "m", "messages": [
        { "role": "user", "content": "x" },
        { "role": "assistant", "content": "y", "thinking_blocks": [
            { "type": "thinking", "thinking": "", "signature": "s+/=" },
            { "type": "thinking", "thinking": "o", "signature": "rs_1#gAAA" },
            { "type": "redacted_thinking", "data": "EvcB" },
        ] },
        { "role": "user", "content": "z" },
    ] });
    let (sent, _) = Model::claude().gets(&openai(&body)).unwrap();
    let expected = json!([
        { "reasoningContent": { "reasoningText": { "text": "", "signature": "s+/=" } } },
        { "reasoningContent": { "redactedContent": "EvcB" } },
        { "text": "y" },
    ]);
    assert_eq!(sent["messages"][1]["content"], expected);
    let (sent, losses) = Model::other().gets(&openai(&body)).unwrap();
    assert_eq!((&sent["messages"][1]["content"], losses.len()), (&json!([{ "text": "y" }]), 3));
}

#[test]
fn tools_that_claude_knows_by_their_type() {
    let raw = json!({ "type": "computer_20250124", "name": "computer", "display_width_px": 9 });
    let tool = Tool::Server {
        dialect: DialectId::AnthropicMessages,
        type_name: "computer_20250124".to_owned(),
        raw: Json::of(&raw).unwrap(),
    };
    let mut request = GenerateRequest::new(DialectId::AnthropicMessages);
    request.messages.push(Message::of(Role::User, vec![Part::text("x")]));
    request.tools.push(tool);
    let (sent, losses) = Model::claude().gets(&request).unwrap();
    let expected = json!({ "tools": [raw], "anthropic_beta": ["computer-use-2025-01-24"] });
    assert_eq!((&sent["additionalModelRequestFields"], losses.len()), (&expected, 0));
    let (_, losses) = Model::other().gets(&request).unwrap();
    assert_eq!(losses, ["parameter tools[0]"]);
}

#[test]
fn system_text_where_the_model_has_none() {
    let can = Capabilities { system_messages: Some(false), ..Capabilities::default() };
    let body = json!({ "model": "m", "messages": [
        { "role": "system", "content": "S" }, { "role": "user", "content": "x" },
    ] });
    let (sent, _) = Model { can, ..Model::other() }.gets(&openai(&body)).unwrap();
    assert_eq!(sent["messages"], json!([{ "role": "user", "content": [{ "text": "S" }, { "text": "x" }] }]));
    assert_eq!(sent.get("system"), None);
}

#[test]
fn a_budget_needs_room_beside_it() {
    for (limit, budget, sent) in [
        (None, 2048, (json!(6144), json!(2048))),
        (Some(3000), 2048, (json!(3000), json!(2048))),
        (Some(2000), 2048, (json!(2000), json!(1999))),
        (Some(100), 2048, (json!(100), Value::Null)),
    ] {
        let mut body = with("thinking", json!({ "type": "enabled", "budget_tokens": budget }));
        if let Some(limit) = limit {
            body["max_tokens"] = json!(limit);
        }
        let (got, _) = Model::claude().gets(&openai(&body)).unwrap();
        let thinking = &got["additionalModelRequestFields"]["thinking"]["budget_tokens"];
        assert_eq!((&got["inferenceConfig"]["maxTokens"], thinking), (&sent.0, &sent.1), "{limit:?}");
    }
}

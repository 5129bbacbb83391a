//! Clients' requests.

use crate::golden::{Model, files, own};
use serde_json::{Value, json};
use tianji_core::generate::{MediaSource, Part, Reasoning, Role};
use tianji_dialects::Dialect;
use tianji_dialects::bedrock_converse::{BedrockConverse, inspect};
use tianji_wire::RawObject;

#[test]
fn what_was_read_is_written_again() {
    for (name, body) in files("requests") {
        let request = BedrockConverse.decode_request(&body).unwrap();
        let (written, losses) = Model::claude().gets(&request).unwrap();
        let expected: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(written, expected, "{name}: {written}");
        assert!(losses.is_empty(), "{name}: {losses:?}");
    }
}

#[test]
fn the_models_own_words_become_canonical() {
    let request = own(&json!({
        "messages": [{ "role": "user", "content": [{ "text": "x" }] }],
        "additionalModelRequestFields": {
            "thinking": { "type": "adaptive" }, "output_config": { "effort": "high" }, "top_k": 7, "other": 1.50,
        },
        "promptVariables": {},
    }))
    .unwrap();
    assert!(matches!(request.reasoning, Some(Reasoning::Adaptive(Some(_)))));
    assert_eq!(request.sampling.top_k, Some(7.into()));
    assert_eq!(request.extra.keys().collect::<Vec<_>>(), ["other"]);
    assert_eq!(request.unknown, ["promptVariables"]);
}

#[test]
fn results_become_turns_of_their_own() {
    let request = own(&json!({ "messages": [
        { "role": "user", "content": [
            { "text": "a" },
            { "toolResult": { "toolUseId": "t", "content": [{ "json": { "x": 1.0 } }], "status": "error" } },
            { "text": "b" },
        ] },
    ] }))
    .unwrap();
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::Tool, Role::User]);
    let Part::ToolResult(result) = &request.messages[1].parts[0] else { unreachable!() };
    assert_eq!((result.bare, result.is_error), (true, Some(true)));
    assert_eq!(result.parts, [Part::text(r#"{"x":1.0}"#)]);
}

#[test]
fn media_say_their_types() {
    let request = own(&json!({ "messages": [{ "role": "user", "content": [
        { "image": { "format": "jpeg", "source": { "bytes": "AA==" } } },
        { "document": { "format": "md", "name": "n", "source": { "bytes": "AA==" } } },
        { "video": { "format": "mov", "source": { "bytes": "AA==" } } },
    ] }] }))
    .unwrap();
    let mimes: Vec<&str> = request.messages[0]
        .parts
        .iter()
        .map(|part| match part {
            Part::Image(part) => &part.source,
            Part::File(part) => &part.source,
            Part::Video(part) => &part.source,
            other => unreachable!("{other:?}"),
        })
        .map(|source| match source {
            MediaSource::Base64 { mime, .. } => mime.as_str(),
            other => unreachable!("{other:?}"),
        })
        .collect();
    assert_eq!(mimes, ["image/jpeg", "text/markdown", "video/quicktime"]);
}

#[test]
fn a_leading_cache_point_is_reported() {
    let request = own(&json!({ "messages": [{ "role": "user", "content": [{ "cachePoint": {} }, { "text": "x" }] }] }));
    assert_eq!(request.unwrap().unknown, ["messages[0].content[0].cachePoint"]);
}

#[test]
fn what_is_malformed_is_named() {
    let message = |block: Value| json!({ "messages": [{ "role": "user", "content": [block] }] });
    let mut deep = json!({ "text": "x" });
    for _ in 0..12 {
        deep = json!({ "toolResult": { "toolUseId": "t", "content": [deep] } });
    }
    for (body, words) in [
        (json!({}), "'messages'"),
        (json!({ "messages": 1 }), "'messages'"),
        (json!({ "messages": [{ "role": "tool", "content": [] }] }), "'messages[0].role'"),
        (json!({ "messages": [{ "role": "user" }] }), "'messages[0].content'"),
        (json!({ "messages": [{ "role": "user", "content": "bare" }] }), "'messages[0].content'"),
        (message(json!({})), "'messages[0].content[0]'"),
        (message(json!({ "text": 1 })), "'messages[0].content[0].text'"),
        (message(json!({ "toolUse": { "name": "f" } })), "'messages[0].content[0].toolUse.toolUseId'"),
        (message(json!({ "image": { "format": "png" } })), "'messages[0].content[0].image.source'"),
        (message(deep), "nests too deeply"),
        (json!({ "messages": [], "inferenceConfig": { "maxTokens": "9" } }), "'inferenceConfig.maxTokens'"),
        (json!({ "messages": [], "toolConfig": { "toolChoice": {} } }), "'toolConfig.toolChoice'"),
        (json!({ "messages": [], "toolConfig": { "tools": [{ "toolSpec": {} }] } }), "tools[0].toolSpec.name'"),
        (
            json!({ "messages": [], "outputConfig": { "textFormat": { "structure": { "jsonSchema": { "schema": "{" } } } } }),
            "jsonSchema.schema'",
        ),
    ] {
        let error = own(&body).unwrap_err().to_string();
        assert!(error.contains(words), "{body}: {error}");
    }
}

#[test]
fn the_top_level_is_inspected() {
    let body = |text: &'static str| RawObject::parse(text.into()).unwrap();
    let seen = inspect(&body(r#"{"messages":[],"inferenceConfig":{"maxTokens":7.0}}"#)).unwrap();
    assert_eq!((seen.max_output_tokens, seen.stream, seen.model), (Some(7), false, None));
    assert!(inspect(&body(r#"{"messages":null}"#)).is_err());
}

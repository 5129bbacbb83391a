//! Requests of clients, and requests for upstreams.

use crate::golden::{decode, encode, encode_for, files};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::DialectId;
use tianji_core::generate::{Capabilities, GenerateRequest, MediaSource, Part, Reasoning, Role};
use tianji_dialects::cohere_chat::{CohereChat, inspect};
use tianji_dialects::{DialectError, dialect};
use tianji_wire::RawObject;

/// A request of a chat client.
fn chat(body: &Value) -> GenerateRequest {
    dialect(DialectId::OpenAiChat).decode_request(&Bytes::from(body.to_string())).unwrap()
}

/// What becomes of members of a chat request that says `x`.
fn sent(members: Value) -> (Value, Vec<String>) {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let (mut sent, losses) = encode(&chat(&body), &Capabilities::default()).unwrap();
    let members = sent.as_object_mut().unwrap();
    members.remove("model");
    if members["messages"] == json!([{"role": "user", "content": "x"}]) {
        members.remove("messages");
    }
    (sent, losses)
}

#[test]
fn decoding_and_encoding_is_the_identity() {
    for (name, body) in files("requests", "json") {
        let mut expected: Value = serde_json::from_slice(&body).unwrap();
        let request = dialect(DialectId::CohereChat).decode_request(&body).unwrap();
        let (encoded, losses) = encode(&request, &Capabilities::default()).unwrap();
        expected["model"] = json!("command-a");
        assert_eq!(encoded, expected, "{name}");
        assert!(losses.is_empty(), "{name}: {losses:?}");
    }
}

#[test]
fn a_full_request_is_understood() {
    let (_, body) = files("requests", "json").remove(0);
    let request = dialect(DialectId::CohereChat).decode_request(&body).unwrap();
    assert_eq!(request.sampling.seed.as_ref().unwrap().to_string(), "9007199254740993");
    assert_eq!((request.stream, request.include_usage), (true, true));
    assert!(matches!(&request.reasoning, Some(Reasoning::Budget(tokens)) if tokens.as_u64() == Some(500)));
    let last = request.messages.last().unwrap();
    let shown: Vec<&str> = last
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::File(file) => match &file.source {
                MediaSource::Text(text) => Some(text.as_str()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(shown, ["Penguins swim.", r#"{ "title": "T", "snippet": "S", "n": 1.0 }"#]);
    assert_eq!((last.role, last.parts.len()), (Role::User, 3));
    assert_eq!(request.messages[2].parts.len(), 4, "thought, plan, two calls");
    assert_eq!(request.cohere_only.keys().collect::<Vec<_>>(), ["citation_options", "priority", "safety_mode"]);
    assert_eq!(request.extra.keys().collect::<Vec<_>>(), ["banana_level"]);
}

#[test]
fn wrong_requests_are_refused_by_name() {
    for (body, words) in [
        (json!({"model": "m"}), "messages"),
        (json!({"messages": [{"content": "x"}]}), "messages[0].role"),
        (json!({"messages": [{"role": "bot", "content": "x"}]}), "`bot` is no role"),
        (json!({"messages": [{"role": "tool", "content": "x"}]}), "messages[0].tool_call_id"),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
            "messages[0].content[0].image_url",
        ),
        (json!({"messages": [], "p": "high"}), "'p'"),
        (json!({"messages": [], "tool_choice": "SOME"}), "tool_choice"),
        (json!({"messages": [], "thinking": {"type": "maybe"}}), "thinking.type"),
        (json!({"messages": [], "documents": [1]}), "documents[0]"),
        (json!({"messages": [], "response_format": {"type": "xml"}}), "response_format.type"),
    ] {
        let refused = decode(&body).unwrap_err().of_request();
        assert!(refused.message.contains(words), "{body}: {}", refused.message);
    }
}

#[test]
fn parameters_of_openai_are_renamed() {
    let (body, losses) = sent(json!({
        "max_completion_tokens": 20, "temperature": 0.30, "top_p": 0.8, "top_k": 5, "stop": "X", "seed": 4,
        "frequency_penalty": 0.1, "presence_penalty": 0.2, "logprobs": true, "n": 1, "store": false,
        "banana_level": 1.5, "service_tier": "auto",
    }));
    let expected = json!({
        "max_tokens": 20, "temperature": 0.30, "p": 0.8, "k": 5, "stop_sequences": ["X"], "seed": 4,
        "frequency_penalty": 0.1, "presence_penalty": 0.2, "logprobs": true, "banana_level": 1.5,
    });
    assert_eq!((body, losses), (expected, vec!["hint store".to_owned()]));
}

#[test]
fn parameters_without_a_word_are_losses() {
    for (members, loss) in [
        (json!({"n": 2}), "parameter n"),
        (json!({"top_logprobs": 3}), "parameter top_logprobs"),
        (json!({"logit_bias": {"1": 2}}), "parameter logit_bias"),
        (json!({"user": "u"}), "parameter user"),
        (json!({"service_tier": "flex"}), "parameter service_tier"),
        (json!({"prompt_cache_key": "k"}), "hint prompt_cache_key"),
        (json!({"web_search_options": {}}), "parameter web_search_options"),
        (json!({"parallel_tool_calls": false}), "hint parallel_tool_calls"),
    ] {
        assert_eq!(sent(members.clone()), (json!({}), vec![loss.to_owned()]), "{members}");
    }
    let request = chat(&json!({"messages": [{"role": "user", "content": "x"}], "user": "u", "n": 2}));
    let (body, losses) = encode_for(&CohereChat, &request, &Capabilities::default(), &["user", "n"]).unwrap();
    assert_eq!((&body["user"], &body["n"], losses.is_empty()), (&json!("u"), &json!(2), true));
    assert_eq!(sent(json!({"service_tier": "priority"})), (json!({"priority": 0}), vec![]));
}

#[test]
fn tools_and_choices() {
    let tool = |name: &str| json!({"type": "function", "function": {"name": name}});
    let given = |name: &str| json!({"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}});
    let (a, b) = (given("a"), given("b"));
    for (choice, tools, word, loss) in [
        (json!("auto"), json!([a, b]), Value::Null, None),
        (json!("none"), json!([a, b]), json!("NONE"), None),
        (json!("required"), json!([a, b]), json!("REQUIRED"), None),
        (tool("b"), json!([b]), json!("REQUIRED"), Some("hint tool_choice.function.name")),
        (
            json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [tool("a")]}}),
            json!([a]),
            Value::Null,
            Some("hint tool_choice.allowed_tools"),
        ),
    ] {
        let (body, losses) = sent(json!({"tools": [tool("a"), tool("b")], "tool_choice": choice}));
        assert_eq!((&body["tools"], &body["tool_choice"]), (&tools, &word), "{choice}");
        assert_eq!(losses, loss.into_iter().map(str::to_owned).collect::<Vec<_>>(), "{choice}");
    }
    let strict = |strict: bool| json!({"type": "function", "function": {"name": "s", "strict": strict}});
    let (body, losses) = sent(json!({"tools": [strict(true)], "parallel_tool_calls": true}));
    assert_eq!((&body["strict_tools"], losses.is_empty()), (&json!(true), true));
    let (body, losses) = sent(json!({"tools": [strict(true), tool("a")], "parallel_tool_calls": false}));
    assert_eq!(body.get("strict_tools"), None);
    assert_eq!(losses, ["hint tools[0].function.strict", "parameter parallel_tool_calls"]);
    let custom = chat(
        &json!({"messages": [{"role": "user", "content": "x"}], "tools": [{"type": "custom", "custom": {"name": "c"}}]}),
    );
    let (body, _) = encode(&custom, &Capabilities::default()).unwrap();
    assert_eq!(body["tools"][0]["function"]["parameters"]["required"], json!(["input"]));
}

#[test]
fn thinking() {
    let off = json!({"thinking": {"type": "disabled"}});
    let on = |budget: u64| json!({"thinking": {"type": "enabled", "token_budget": budget}});
    for (members, thinking) in [
        (json!({"reasoning_effort": "none"}), off.clone()),
        (json!({"reasoning_effort": "low"}), on(1024)),
        (json!({"reasoning_effort": "max"}), on(16384)),
        (json!({"thinking": {"type": "enabled", "budget_tokens": 77}}), on(77)),
        (json!({"thinking": {"type": "disabled"}}), off),
        (json!({"thinking": {"type": "adaptive"}}), json!({"thinking": {"type": "enabled"}})),
    ] {
        assert_eq!(sent(members.clone()), (thinking, vec![]), "{members}");
    }
    let plain = Capabilities { reasoning: Some(false), ..Capabilities::default() };
    let request = chat(&json!({"messages": [{"role": "user", "content": "x"}], "reasoning_effort": "high"}));
    let (body, losses) = encode(&request, &plain).unwrap();
    assert_eq!((body.get("thinking"), losses), (None, vec!["hint reasoning_effort".to_owned()]));
}

#[test]
fn json_answers() {
    let schema = json!({"type": "object"});
    let format = json!({"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": true}});
    let (body, losses) = sent(json!({"response_format": format}));
    assert_eq!(body, json!({"response_format": {"type": "json_object", "json_schema": schema}}));
    assert!(losses.is_empty());
    let (body, _) = sent(json!({"response_format": {"type": "json_object"}}));
    assert_eq!(body, json!({"response_format": {"type": "json_object"}}));
}

#[test]
fn turns_of_a_chat_client() {
    let (body, losses) = sent(json!({"messages": [
        {"role": "developer", "content": "S"},
        {"role": "user", "name": "ada", "content": [
            {"type": "text", "text": "Look", "cache_control": {"type": "ephemeral"}},
            {"type": "image_url", "image_url": {"url": "data:image/jpg;base64,AAAA", "detail": "low"}},
        ]},
        {"role": "assistant", "content": "I look.", "reasoning_content": "Hm", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}},
        ]},
        {"role": "tool", "tool_call_id": "c1", "content": [
            {"type": "text", "text": "22"}, {"type": "image_url", "image_url": {"url": "https://x/i.png"}},
        ]},
        {"role": "assistant", "content": null, "refusal": "No."},
    ]}));
    assert_eq!(
        body["messages"],
        json!([
            {"role": "system", "content": "S"},
            {"role": "user", "content": [
                {"type": "text", "text": "Look"},
                {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,AAAA", "detail": "low"}},
            ]},
            {"role": "assistant", "tool_plan": "I look.", "content": [{"type": "thinking", "thinking": "Hm"}], "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            ]},
            {"role": "tool", "tool_call_id": "c1", "content": "22"},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/i.png"}}]},
            {"role": "assistant", "content": [{"type": "text", "text": "No."}]},
        ])
    );
    assert_eq!(losses, ["hint messages[1].name", "hint messages[1].content[0].cache_control"]);
}

#[test]
fn content_that_cannot_be_said_is_refused_with_its_place() {
    for part in [
        json!({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
        json!({"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}}),
        json!({"type": "video_url", "video_url": {"url": "https://x/v.mp4"}}),
        json!({"type": "novel"}),
    ] {
        let request = chat(&json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}, part]}]}));
        let refused = encode(&request, &Capabilities::default()).unwrap_err();
        let DialectError::Content { path, .. } = refused else { unreachable!("{refused}") };
        assert!(path.starts_with("messages[0].content[1]"), "{path}");
    }
}

#[test]
fn what_only_cohere_has_is_reported_elsewhere() {
    let mut body = json!({
        "messages": [{"role": "user", "content": "x"}], "max_tokens": 99,
        "safety_mode": "STRICT", "priority": 3, "citation_options": {"mode": "FAST"},
    });
    for target in [DialectId::OpenAiChat, DialectId::OpenAiResponses, DialectId::AnthropicMessages] {
        let request = decode(&body).unwrap();
        let (sent, losses) = encode_for(dialect(target), &request, &Capabilities::default(), &[]).unwrap();
        assert_eq!(losses, ["hint citation_options", "hint priority", "parameter safety_mode"], "{target:?}");
        assert_eq!(sent.get("safety_mode"), None);
        let (sent, _) = encode_for(dialect(target), &request, &Capabilities::default(), &["safety_mode"]).unwrap();
        assert_eq!(sent["safety_mode"], json!("STRICT"));
    }
    body["safety_mode"] = json!("CONTEXTUAL");
    let (_, losses) =
        encode_for(dialect(DialectId::OpenAiChat), &decode(&body).unwrap(), &Capabilities::default(), &[]).unwrap();
    assert!(losses.iter().all(|loss| loss.starts_with("hint")));
}

#[test]
fn a_look_at_the_top_level() {
    let look = |body: &str| inspect(&RawObject::parse(Bytes::from(body.to_owned())).unwrap());
    let seen = look(r#"{"model":"m","messages":[],"stream":true,"max_tokens":9.0}"#).unwrap();
    assert_eq!((seen.model.as_deref(), seen.stream, seen.include_usage), (Some("m"), true, true));
    assert_eq!(seen.max_output_tokens, Some(9));
    assert!(matches!(look(r#"{"messages":null}"#), Err(DialectError::Missing { .. })));
    assert!(matches!(look(r#"{"messages":"x"}"#), Err(DialectError::Invalid { .. })));
}

//! Requests there and back.

use crate::golden::{file, files, target, view};
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use tianji_core::generate::{
    CacheMark, Capabilities, Effort, EffortBudgets, FilePart, GenerateRequest, ImagePart, MediaSource, Message, Opaque,
    Part, Reasoning, Role, TextPart, Thinking, Tool, ToolCall, ToolResult,
};
use tianji_core::{DialectId, Json, Losses};
use tianji_dialects::openai_chat::OpenAiChat;
use tianji_dialects::{Dialect, DialectError};

fn decode(body: &Value) -> Result<GenerateRequest, DialectError> {
    OpenAiChat.decode_request(&Bytes::from(body.to_string()))
}

/// Body and `class path` of each loss.
fn encode_for(
    request: &GenerateRequest,
    model: &str,
    capabilities: &Capabilities,
    allowed: &[&str],
) -> Result<(Value, Vec<String>), DialectError> {
    let budgets = EffortBudgets::default();
    let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    let mut losses = Losses::default();
    let encoded = OpenAiChat.encode_request(request, &target(model, capabilities, &budgets, &allowed), &mut losses)?;
    let losses = losses.iter().map(|loss| format!("{:?} {}", loss.class, loss.path)).collect();
    Ok((serde_json::from_slice(&encoded.body).unwrap(), losses))
}

fn encode(request: &GenerateRequest) -> (Value, Vec<String>) {
    encode_for(request, "m", &Capabilities::default(), &[]).unwrap()
}

#[test]
fn encode_after_decode_is_the_identity_on_every_fixture() {
    for (name, body) in files("request", "json") {
        let request = OpenAiChat.decode_request(&body).unwrap();
        let (encoded, losses) = encode_for(&request, &request.model, &Capabilities::default(), &[]).unwrap();
        let original: Value = serde_json::from_slice(&body).unwrap();
        pretty_assert(&name, &encoded, &original);
        assert!(losses.is_empty(), "{name}: {losses:?}");
    }
}

fn pretty_assert(name: &str, actual: &Value, expected: &Value) {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    assert!(actual == expected, "{name}:\n{}\n--- expected:\n{}", pretty(actual), pretty(expected));
}

#[test]
fn the_full_request_decodes_into_canonical_words() {
    let request = OpenAiChat.decode_request(&file("request/full.json")).unwrap();
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles[..4], [Role::System, Role::Developer, Role::User, Role::Assistant]);
    let marked = CacheMark { ttl: Some("1h".to_owned()) };
    assert_eq!(
        request.messages[0].parts[1],
        Part::Text(TextPart { text: "B".to_owned(), cache: Some(marked), citations: Vec::new() })
    );
    let assistant = &request.messages[3].parts;
    let signature = Some("sigC==".to_owned());
    assert_eq!(assistant[0], Part::Thinking(Thinking { text: "I need tools".to_owned(), signature }));
    assert_eq!(assistant[1], Part::RedactedThinking { data: "b64==".to_owned() });
    assert_eq!(request.reasoning, Some(Reasoning::Budget(1024.into())));
    assert_eq!(request.sampling.seed, Some(9_007_199_254_740_993_u64.into()));
    assert_eq!(request.openai_only.len(), 8, "{:?}", request.openai_only.keys());
    assert_eq!(request.extra.keys().collect::<Vec<_>>(), ["banana_level", "guided_json"]);
    assert!(request.stream && request.include_usage && !request.legacy_functions);
    assert!(matches!(request.tools.last(), Some(Tool::WebSearch { context_size: Some(size), .. }) if size == "low"));
}

#[test]
fn null_is_absent_and_numbers_keep_their_digits() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"x","name":null,"tool_calls":null}],"temperature":null,
        "top_p":1.0,"max_tokens":7,"seed":9007199254740993,"stop":null,"stream":null,"tools":null,"x":1e2}"#;
    let request = OpenAiChat.decode_request(&Bytes::from_static(body.as_bytes())).unwrap();
    assert_eq!(request.sampling.temperature, None);
    assert_eq!(request.extra["x"].text(), "1e2");
    let budgets = EffortBudgets::default();
    let capabilities = Capabilities::default();
    let mut losses = Losses::default();
    let encoded = OpenAiChat.encode_request(&request, &target("m", &capabilities, &budgets, &[]), &mut losses).unwrap();
    let text = std::str::from_utf8(&encoded.body).unwrap();
    assert_eq!(
        text,
        r#"{"model":"m","messages":[{"role":"user","content":"x"}],"max_completion_tokens":7,"top_p":1.0,"seed":9007199254740993,"x":1e2}"#
    );
}

#[test]
fn wrong_bodies_are_named() {
    for (body, expected) in [
        (json!({"model": "m"}), "Missing required parameter: 'messages'."),
        (json!({"messages": "x"}), "Invalid value for 'messages'"),
        (json!({"messages": [{"content": "x"}]}), "Missing required parameter: 'messages[0].role'."),
        (json!({"messages": [{"role": "robot"}]}), "Invalid value for 'messages[0].role'"),
        (json!({"messages": [{"role": "user", "content": 1}]}), "Invalid value for 'messages[0].content'"),
        (json!({"messages": [{"role": "user", "content": [{"type": "text"}]}]}), "'messages[0].content[0].text'"),
        (json!({"messages": [], "temperature": "hot"}), "Invalid value for 'temperature'"),
        (json!({"messages": [], "tools": [{"type": "function"}]}), "'tools[0].function'"),
        (json!({"messages": [], "tool_choice": "maybe"}), "Invalid value for 'tool_choice'"),
        (json!({"messages": [], "response_format": {"type": "json_schema"}}), "'response_format.json_schema'"),
        (json!({"messages": [], "thinking": {"type": "deep"}}), "Invalid value for 'thinking.type'"),
    ] {
        let error = decode(&body).unwrap_err().to_string();
        assert!(error.contains(expected), "{body}: {error}");
    }
    for body in ["", "[1]", "{", "null", "\"x\""] {
        let error = OpenAiChat.decode_request(&Bytes::from_static(body.as_bytes())).unwrap_err();
        assert!(matches!(error, DialectError::Json(_)), "{body}: {error:?}");
    }
}

#[test]
fn small_variants_mean_the_same() {
    let decoded = |member: &str, value: Value| {
        let mut body = json!({"messages": []});
        body[member] = value;
        encode(&decode(&body).unwrap()).0
    };
    assert_eq!(decoded("stop", json!("X"))["stop"], json!(["X"]));
    assert_eq!(decoded("reasoning_effort", json!({"effort": "high", "summary": "auto"}))["reasoning_effort"], "high");
    assert_eq!(decoded("reasoning_effort", json!("ultra"))["reasoning_effort"], "ultra");
    assert_eq!(decoded("thinking", json!({"type": "disabled"}))["thinking"], json!({"type": "disabled"}));
    assert_eq!(decoded("tool_choice", json!("any"))["tool_choice"], "required");
    assert_eq!(decoded("tool_choice", json!({"type": "none"}))["tool_choice"], "none");
    let flat = json!({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]});
    assert_eq!(decoded("tool_choice", flat)["tool_choice"]["allowed_tools"]["tools"][0]["function"]["name"], "f");
    let flat = json!([{"type": "function", "name": "f", "parameters": {"type": "object"}}]);
    assert_eq!(decoded("tools", flat)["tools"][0]["function"]["name"], "f");
    let messages =
        json!([{"role": "user", "content": [{"type": "image_url", "image_url": "data:image/jpg;base64,AA"}]}]);
    let image = &decoded("messages", messages)["messages"][0]["content"][0]["image_url"];
    assert_eq!(image["url"], "data:image/jpeg;base64,AA");
}

#[test]
fn unknown_members_of_messages_are_reported() {
    let request = decode(&json!({"messages": [
        {"role": "user", "content": "x", "extra_field": 1},
        {"role": "assistant", "content": "y", "annotations": [], "provider_specific_fields": {}, "weight": 0},
    ]}))
    .unwrap();
    assert_eq!(encode(&request).1, ["Hint messages[0].extra_field", "Hint messages[1].weight"]);
}

#[test]
fn legacy_functions_become_tools() {
    let request = decode(&json!({"messages": [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "1"},
        {"role": "assistant", "content": null, "function_call": {"name": "g", "arguments": "{}"}},
        {"role": "function", "name": "g", "content": "2"},
    ], "functions": [{"name": "f", "parameters": {"type": "object"}}, {"name": "g"}], "function_call": {"name": "g"}}))
    .unwrap();
    assert!(request.legacy_functions);
    let (body, _) = encode(&request);
    assert_eq!(body["tools"][1], json!({"type": "function", "function": {"name": "g"}}));
    assert_eq!(body["tool_choice"], json!({"type": "function", "function": {"name": "g"}}));
    let messages = body["messages"].as_array().unwrap();
    for (call, result) in [(1, 2), (3, 4)] {
        assert_eq!(messages[call]["tool_calls"][0]["id"], messages[result]["tool_call_id"]);
    }
    assert_ne!(messages[1]["tool_calls"][0]["id"], messages[3]["tool_calls"][0]["id"]);
}

/// A request as Anthropic's dialect would give it.
fn foreign(messages: Vec<Message>) -> GenerateRequest {
    GenerateRequest { messages, ..GenerateRequest::new(DialectId::AnthropicMessages) }
}

fn result(call_id: &str, parts: Vec<Part>, is_error: Option<bool>) -> Part {
    Part::ToolResult(ToolResult { call_id: call_id.to_owned(), name: None, parts, bare: false, is_error, cache: None })
}

fn picture() -> Part {
    let source = MediaSource::Base64 { mime: "image/png".to_owned(), data: "AA".to_owned() };
    Part::Image(ImagePart { source, detail: None, cache: None })
}

#[test]
fn turns_of_other_dialects_are_unfolded() {
    let call = Part::ToolCall(ToolCall { id: "c1".to_owned(), name: "f".to_owned(), ..ToolCall::default() });
    let thought = Part::Thinking(Thinking { text: "hm".to_owned(), signature: Some("s".to_owned()) });
    let server = Opaque {
        dialect: DialectId::AnthropicMessages,
        type_name: "server_tool_use".to_owned(),
        raw: Json::parse("{}").unwrap(),
    };
    let request = foreign(vec![
        Message::of(Role::Assistant, vec![thought, Part::Opaque(server), Part::text("Looking."), call]),
        Message::of(
            Role::User,
            vec![
                result("c1", vec![Part::text("seen"), picture()], Some(true)),
                result("c2", vec![picture()], None),
                Part::text("and?"),
            ],
        ),
    ]);
    let (body, losses) = encode(&request);
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}});
    let expected = json!([
        {"role": "assistant", "content": "Looking.",
         "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "seen"},
        {"role": "tool", "tool_call_id": "c2", "content": "The result is shown in the next message."},
        {"role": "user", "content": [image, image, {"type": "text", "text": "and?"}]},
    ]);
    pretty_assert("turns", &body["messages"], &expected);
    assert_eq!(
        losses,
        ["Hint messages[0].content[1]", "Hint messages[0].content[0]", "Hint messages[1].content[0].is_error"]
    );
}

#[test]
fn thoughts_and_marks_go_only_where_they_are_known() {
    let mark = Some(CacheMark { ttl: None });
    let text = Part::Text(TextPart { text: "x".to_owned(), cache: mark.clone(), citations: Vec::new() });
    let thought = Part::Thinking(Thinking { text: "hm".to_owned(), signature: Some("s".to_owned()) });
    let mut request = foreign(vec![
        Message::of(Role::User, vec![text]),
        Message::of(Role::Assistant, vec![thought, Part::text("y")]),
    ]);
    request.cache = mark;
    let (body, losses) = encode(&request);
    assert_eq!(body["messages"][0]["content"][0], json!({"type": "text", "text": "x"}));
    assert_eq!(body["messages"][1].get("reasoning_content"), None);
    assert_eq!(
        losses,
        ["Hint messages[0].content[0].cache_control", "Hint messages[1].content[0]", "Hint cache_control"]
    );
    let allowed = ["cache_control", "reasoning_content"];
    let (body, _) = encode_for(&request, "m", &Capabilities::default(), &allowed).unwrap();
    assert_eq!(body["messages"][0]["content"][0]["cache_control"], json!({"type": "ephemeral"}));
    assert_eq!(body["messages"][1]["reasoning_content"], "hm");
    assert_eq!(body["messages"][1].get("thinking_blocks"), None);
}

#[test]
fn what_cannot_be_said_is_refused() {
    let file = |source| {
        Part::File(FilePart { source, filename: None, title: None, context: None, citations: None, cache: None })
    };
    let unknown = Opaque {
        dialect: DialectId::AnthropicMessages,
        type_name: "search_result".to_owned(),
        raw: Json::parse("{}").unwrap(),
    };
    for (part, expected) in [
        (Part::Opaque(unknown), "messages[0].content[0].type: a part of type `search_result`"),
        (file(MediaSource::Url("https://x/a.pdf".to_owned())), "messages[0].content[0]: files cannot"),
        (
            Part::Image(ImagePart { source: MediaSource::FileId("f".to_owned()), detail: None, cache: None }),
            "messages[0].content[0]: it must be given",
        ),
    ] {
        let request = foreign(vec![Message::of(Role::User, vec![part])]);
        let error = encode_for(&request, "m", &Capabilities::default(), &[]).unwrap_err();
        assert!(matches!(error, DialectError::Content { .. }), "{error:?}");
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    let text = foreign(vec![Message::of(Role::User, vec![file(MediaSource::Text("notes".to_owned()))])]);
    assert_eq!(encode(&text).0["messages"][0]["content"][0], json!({"type": "text", "text": "notes"}));
}

#[test]
fn another_vendors_parameters_are_losses() {
    let mut request = foreign(Vec::new());
    request.tools = vec![Tool::Server {
        dialect: DialectId::AnthropicMessages,
        type_name: "bash_20250124".to_owned(),
        raw: Json::parse(r#"{"type":"bash_20250124"}"#).unwrap(),
    }];
    request.anthropic_only.insert("container".to_owned(), Json::parse("1").unwrap());
    request.service_tier = Some("standard_only".to_owned());
    request.sampling.max_output_tokens = Some(9.into());
    let (body, losses) = encode(&request);
    assert_eq!(losses, ["Parameter tools[0]", "Hint container"]);
    assert_eq!(body, json!({"model": "m", "messages": [], "max_tokens": 9, "service_tier": "default"}));
    let (body, losses) = encode_for(&request, "m", &Capabilities::default(), &["tools", "container"]).unwrap();
    assert!(losses.is_empty());
    assert_eq!(body["tools"][0]["type"], "bash_20250124");
    assert_eq!(body["container"], 1);
}

#[test]
fn models_without_sampling_parameters_refuse_them() {
    let mut request = foreign(Vec::new());
    request.sampling.temperature = Some(1.into());
    request.sampling.top_p = serde_json::Number::from_f64(0.5);
    request.sampling.max_output_tokens = Some(9.into());
    let capabilities = Capabilities { sampling_params: Some(false), ..Capabilities::default() };
    let (body, losses) = encode_for(&request, "o3", &capabilities, &[]).unwrap();
    assert_eq!(body, json!({"model": "o3", "messages": [], "max_completion_tokens": 9, "temperature": 1}));
    assert_eq!(losses, ["Parameter top_p"]);
    request.sampling.temperature = serde_json::Number::from_f64(0.2);
    let (body, losses) = encode_for(&request, "o3", &capabilities, &["top_p"]).unwrap();
    assert_eq!((body["top_p"].as_f64(), losses), (Some(0.5), vec!["Parameter temperature".to_owned()]));
}

#[test]
fn thinking_becomes_effort() {
    let able = Capabilities { reasoning: Some(true), xhigh_reasoning_effort: Some(true), ..Capabilities::default() };
    for (reasoning, plain, with_xhigh) in [
        (Reasoning::Budget(1024.into()), Some("low"), Some("low")),
        (Reasoning::Budget(2048.into()), Some("medium"), Some("medium")),
        (Reasoning::Budget(2049.into()), Some("high"), Some("high")),
        (Reasoning::Budget(31999.into()), Some("high"), Some("xhigh")),
        (Reasoning::Adaptive(Some(Effort::Max)), Some("high"), Some("xhigh")),
        (Reasoning::Adaptive(None), None, None),
        (Reasoning::Disabled, None, None),
        (Reasoning::Effort(Effort::None), Some("none"), Some("none")),
    ] {
        let request = GenerateRequest { reasoning: Some(reasoning.clone()), ..foreign(Vec::new()) };
        assert_eq!(encode(&request).0.get("reasoning_effort").and_then(Value::as_str), plain, "{reasoning:?}");
        let (body, _) = encode_for(&request, "m", &able, &[]).unwrap();
        assert_eq!(body.get("reasoning_effort").and_then(Value::as_str), with_xhigh, "{reasoning:?}");
    }
    let request = GenerateRequest { reasoning: Some(Reasoning::Budget(9.into())), ..foreign(Vec::new()) };
    let unable = Capabilities { reasoning: Some(false), ..Capabilities::default() };
    assert_eq!(encode_for(&request, "m", &unable, &[]).unwrap().1, ["Hint thinking"]);
}

proptest! {
    /// No body makes the decoders panic, and what is decoded can be encoded.
    #[test]
    fn mutated_bodies_never_panic(which in 0usize..1000, flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let fixtures: Vec<_> = files("request", "json").into_iter().chain(files("response", "json")).collect();
        let mut bytes = fixtures[which % fixtures.len()].1.to_vec();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let body = Bytes::from(bytes);
        if let Ok(request) = OpenAiChat.decode_request(&body) {
            let _ = encode_for(&request, "m", &Capabilities::default(), &[]);
        }
        let _ = OpenAiChat.decode_error(400, &body);
        if let Ok(response) = OpenAiChat.decode_response(&body) {
            let encoded = OpenAiChat.encode_response(&response, &view()).unwrap();
            prop_assert!(serde_json::from_slice::<Value>(&encoded).is_ok());
        }
    }
}

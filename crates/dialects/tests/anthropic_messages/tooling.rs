//! Tools, the choice among them, and the form of the answer, for clients of another dialect.

use crate::golden::{encode, encode_for, foreign, plain};
use serde_json::{Value, json};
use tianji_core::generate::{
    CacheMark, Capabilities, GenerateRequest, Message, OutputFormat, Part, Reasoning, Role, Tool, ToolCall,
    ToolCallKind, ToolChoice,
};
use tianji_core::{DialectId, Json};

fn tool(name: &str) -> Tool {
    let schema = Json::parse(r#"{"type":"object","properties":{}}"#).ok();
    Tool::Function { name: name.into(), description: None, schema, strict: None, cache: None }
}

fn offering(tools: Vec<Tool>, choice: Option<ToolChoice>, parallel: Option<bool>) -> GenerateRequest {
    GenerateRequest { tools, tool_choice: choice, parallel_tool_calls: parallel, ..plain() }
}

fn server(dialect: DialectId, type_name: &str) -> Tool {
    let raw = Json::of(&json!({ "type": type_name, "name": "x" })).unwrap();
    Tool::Server { dialect, type_name: type_name.into(), raw }
}

#[test]
fn functions_get_a_schema() {
    let bare = Tool::Function {
        name: "a".into(),
        description: Some("d".into()),
        schema: None,
        strict: Some(false),
        cache: Some(CacheMark { ttl: Some("1h".into()) }),
    };
    let untyped = Tool::Function {
        name: "b".into(),
        description: None,
        schema: Json::parse(r#"{"properties":{"x":{}}}"#).ok(),
        strict: Some(true),
        cache: None,
    };
    let request = offering(vec![bare, untyped], None, None);
    let encoded = encode(&request);
    let expected = json!([
        { "name": "a", "description": "d", "input_schema": { "type": "object", "properties": {} }, "type": "custom",
          "cache_control": { "type": "ephemeral", "ttl": "1h" } },
        { "name": "b", "input_schema": { "type": "object", "properties": { "x": {} } }, "type": "custom" },
    ]);
    assert_eq!(encoded.body["tools"], expected);
    assert_eq!(encoded.losses, ["hint tools[1].function.strict"]);

    let native = Capabilities { native_structured_output: Some(true), ..Capabilities::default() };
    let encoded = encode_for(&request, &native).unwrap();
    assert_eq!(encoded.body["tools"][1]["strict"], json!(true));
    assert_eq!(encoded.body["tools"][1]["input_schema"]["additionalProperties"], json!(false));
    assert_eq!(encoded.rest.features, ["structured-outputs-2025-11-13"]);
}

#[test]
fn choices_are_translated() {
    let names = || vec!["a".to_owned()];
    for (choice, parallel, expected) in [
        (None, None, Value::Null),
        (None, Some(true), json!({ "type": "auto", "disable_parallel_tool_use": false })),
        (None, Some(false), json!({ "type": "auto", "disable_parallel_tool_use": true })),
        (Some(ToolChoice::Auto), None, json!({ "type": "auto" })),
        (Some(ToolChoice::None), Some(false), json!({ "type": "none" })),
        (Some(ToolChoice::Required), Some(false), json!({ "type": "any", "disable_parallel_tool_use": true })),
        (Some(ToolChoice::Named("a".into())), None, json!({ "type": "tool", "name": "a" })),
        (Some(ToolChoice::Allowed { required: true, names: names() }), None, json!({ "type": "any" })),
        (Some(ToolChoice::Allowed { required: false, names: names() }), None, json!({ "type": "auto" })),
    ] {
        let filtered = matches!(choice, Some(ToolChoice::Allowed { .. }));
        let encoded = encode(&offering(vec![tool("a"), tool("b")], choice, parallel));
        assert_eq!(encoded.body["tool_choice"], expected);
        assert_eq!(encoded.body["tools"].as_array().unwrap().len(), if filtered { 1 } else { 2 });
    }
    let none = encode(&offering(Vec::new(), Some(ToolChoice::Required), Some(false)));
    assert_eq!((&none.body["tool_choice"], &none.body["tools"]), (&Value::Null, &Value::Null));
    assert_eq!(none.losses, ["hint tool_choice", "hint parallel_tool_calls"]);
}

#[test]
fn a_conversation_about_tools_always_offers_one() {
    let call = ToolCall { id: "a".into(), name: "w".into(), arguments: "{}".into(), ..ToolCall::default() };
    let turns = vec![Message::text(Role::User, "x"), Message::of(Role::Assistant, vec![Part::ToolCall(call)])];
    let encoded = encode(&foreign(turns.clone()));
    assert_eq!(encoded.body["tools"][0]["name"], json!("dummy_tool"));
    assert_eq!(encoded.body["tool_choice"], Value::Null);
    let offered = GenerateRequest { tools: vec![tool("w")], ..foreign(turns) };
    assert_eq!(encode(&offered).body["tools"].as_array().unwrap().len(), 1);
    let nobody = foreign(vec![Message::text(Role::System, "x")]);
    let error = encode_for(&nobody, &Capabilities::default()).unwrap_err().to_string();
    assert!(error.contains("at least one message"), "{error}");
}

#[test]
fn names_and_ids_that_the_vendor_refuses_are_rewritten_everywhere() {
    let call = ToolCall { id: "call:1".into(), name: "my.tool".into(), arguments: "{}".into(), ..ToolCall::default() };
    let mut request = foreign(vec![
        Message::text(Role::User, "x"),
        Message::of(Role::Assistant, vec![Part::ToolCall(call)]),
        Message::text(Role::User, "y"),
    ]);
    request.tools = vec![tool("my.tool"), tool("fine")];
    request.tool_choice = Some(ToolChoice::Named("my.tool".into()));
    let encoded = encode(&request);
    let sent = encoded.body["tools"][0]["name"].as_str().unwrap().to_owned();
    assert!(sent.starts_with("my_tool_") && sent.len() <= 128, "{sent}");
    assert_eq!(encoded.body["messages"][1]["content"][0]["name"], json!(sent));
    assert_eq!(encoded.body["tool_choice"]["name"], json!(sent));
    assert!(!encoded.body["messages"][1]["content"][0]["id"].as_str().unwrap().contains(':'));
    assert_eq!(encoded.rest.fixups.tool_names, [(sent, "my.tool".to_owned())]);
}

#[test]
fn custom_tools_become_functions_with_one_string() {
    let call = ToolCall {
        id: "a".into(),
        name: "sql".into(),
        arguments: "SELECT 1".into(),
        kind: ToolCallKind::Custom,
        ..ToolCall::default()
    };
    let mut request = foreign(vec![
        Message::text(Role::User, "x"),
        Message::of(Role::Assistant, vec![Part::ToolCall(call)]),
        Message::text(Role::User, "y"),
    ]);
    let format = Json::parse(r#"{"type":"grammar","syntax":"lark"}"#).ok();
    request.tools = vec![Tool::Custom { name: "sql".into(), description: Some("d".into()), format }];
    let encoded = encode(&request);
    let schema = json!({ "type": "object", "properties": { "input": { "type": "string" } }, "required": ["input"] });
    let expected = json!([{ "name": "sql", "description": "d", "input_schema": schema, "type": "custom" }]);
    assert_eq!(encoded.body["tools"], expected);
    assert_eq!(encoded.body["messages"][1]["content"][0]["input"], json!({ "input": "SELECT 1" }));
    assert_eq!(encoded.losses, ["hint tools[0].custom.format"]);
    assert_eq!(encoded.rest.fixups.custom_tools, ["sql"]);
}

#[test]
fn vendor_tools_pass_if_they_are_this_vendors() {
    let tools = vec![
        server(DialectId::AnthropicMessages, "novel_20990101"),
        server(DialectId::OpenAiChat, "computer_20250124"),
        server(DialectId::OpenAiChat, "file_search"),
        Tool::WebSearch { context_size: Some("low".into()), user_location: None },
        Tool::WebSearch {
            context_size: None,
            user_location: Json::parse(r#"{"type":"approximate","approximate":{"city":"Oslo","region":null}}"#).ok(),
        },
    ];
    let encoded = encode(&offering(tools, None, None));
    let expected = json!([
        { "type": "novel_20990101", "name": "x" },
        { "type": "computer_20250124", "name": "x" },
        { "type": "web_search_20250305", "name": "web_search", "max_uses": 1 },
        { "type": "web_search_20250305", "name": "web_search", "user_location": { "type": "approximate", "city": "Oslo" } },
    ]);
    assert_eq!(encoded.body["tools"], expected);
    assert_eq!(encoded.losses, ["parameter tools[2]"]);
    assert_eq!(encoded.rest.features, ["computer-use-2025-01-24"]);
}

fn answering(schema: Option<&str>, tools: Vec<Tool>, choice: Option<ToolChoice>) -> GenerateRequest {
    let output = OutputFormat::JsonSchema {
        name: Some("n".into()),
        description: Some("D".into()),
        schema: schema.map(|text| Json::parse(text).unwrap()),
        strict: Some(true),
    };
    GenerateRequest { output, tools, tool_choice: choice, ..plain() }
}

const SCHEMA: &str = r#"{"type":"object","properties":{"a":{"type":"integer","minimum":1}}}"#;

#[test]
fn schemas_go_natively_where_the_model_takes_them() {
    let native = Capabilities { native_structured_output: Some(true), ..Capabilities::default() };
    let encoded = encode_for(&answering(Some(SCHEMA), vec![tool("a")], None), &native).unwrap();
    let schema = json!({
        "type": "object",
        "properties": { "a": { "type": "integer", "description": "minimum: 1" } },
        "additionalProperties": false,
    });
    assert_eq!(encoded.body["output_format"], json!({ "type": "json_schema", "schema": schema }));
    assert_eq!(encoded.rest.features, ["structured-outputs-2025-11-13"]);
    assert_eq!(encoded.rest.fixups.json_tool, None);
    assert_eq!(encoded.body["tools"].as_array().unwrap().len(), 1);
    let object = GenerateRequest { output: OutputFormat::JsonObject, ..plain() };
    assert_eq!(encode(&object).body.as_object().unwrap().len(), 3);
}

#[test]
fn schemas_become_a_forced_tool_elsewhere() {
    let encoded = encode(&answering(Some(SCHEMA), Vec::new(), None));
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let expected = json!([{ "name": "json_tool_call", "description": "D", "input_schema": schema }]);
    assert_eq!(encoded.body["tools"], expected);
    assert_eq!(encoded.body["tool_choice"], json!({ "type": "tool", "name": "json_tool_call" }));
    assert_eq!(encoded.rest.fixups.json_tool.as_deref(), Some("json_tool_call"));

    let beside = encode(&answering(Some(SCHEMA), vec![tool("json_tool_call")], None));
    assert_eq!(beside.body["tool_choice"], json!({ "type": "any" }));
    assert_eq!(beside.body["tools"][1]["name"], json!("json_tool_call_2"));
    assert_eq!(beside.rest.fixups.json_tool.as_deref(), Some("json_tool_call_2"));

    let named = encode(&answering(Some(SCHEMA), vec![tool("a")], Some(ToolChoice::Named("a".into()))));
    assert_eq!(named.body["tool_choice"], json!({ "type": "tool", "name": "a" }));

    let none = encode(&answering(Some(SCHEMA), vec![tool("a")], Some(ToolChoice::None)));
    assert_eq!(none.body["tool_choice"], json!({ "type": "tool", "name": "json_tool_call" }));

    let mut thinking = answering(None, Vec::new(), None);
    thinking.reasoning = Some(Reasoning::Budget(1024.into()));
    let thinking = encode(&thinking);
    assert_eq!(thinking.body["tool_choice"], Value::Null);
    assert_eq!(thinking.body["tools"][0]["input_schema"], json!({ "type": "object", "properties": {} }));
}

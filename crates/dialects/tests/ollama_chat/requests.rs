//! Requests, both ways.

use crate::OLLAMA;
use crate::support::encode;
use serde_json::{Value, json};
use tianji_core::generate::Capabilities;
use tianji_dialects::openai_chat::OpenAiChat;
use tianji_dialects::{Dialect, DialectError, ollama_chat};
use tianji_wire::RawObject;

/// A request of a Chat Completions client, encoded for this dialect.
fn of_chat(body: &Value, capabilities: &Capabilities) -> Result<(Value, Vec<String>), DialectError> {
    let request = OpenAiChat.decode_request(&body.to_string().into()).unwrap();
    encode(OLLAMA.dialect, &request, capabilities, &[])
}

#[test]
fn what_is_read_is_written_again() {
    for (name, body) in OLLAMA.files("requests") {
        let expected: Value = serde_json::from_slice(&body).unwrap();
        let request = OLLAMA.dialect.decode_request(&body).unwrap();
        let (written, losses) = encode(OLLAMA.dialect, &request, &Capabilities::default(), &[]).unwrap();
        assert_eq!((written, losses), (expected, Vec::<String>::new()), "{name}");
    }
}

#[test]
fn thinking_is_asked_for_as_the_model_takes_it() {
    let reasons = |reasoning| Capabilities { reasoning, ..Capabilities::default() };
    for (effort, reasoning, think, lost) in [
        (json!("high"), None, Some(json!(true)), 0),
        (json!("none"), None, Some(json!(false)), 0),
        (json!("high"), Some(false), None, 1),
        (json!("none"), Some(false), None, 0),
    ] {
        let body = json!({ "messages": [], "reasoning_effort": effort });
        let (sent, losses) = of_chat(&body, &reasons(reasoning)).unwrap();
        assert_eq!((sent.get("think"), losses.len()), (think.as_ref(), lost), "{effort} {reasoning:?}");
    }
}

#[test]
fn results_come_before_what_the_user_says_with_them() {
    let body = json!({ "messages": [
        { "role": "assistant", "content": null, "tool_calls": [
            { "id": "a", "type": "function", "function": { "name": "f", "arguments": "not json" } },
            { "id": "b", "type": "function", "function": { "name": "g", "arguments": "" } },
        ] },
        { "role": "tool", "tool_call_id": "b", "content": "2" },
        { "role": "tool", "tool_call_id": "a", "content": "1" },
    ] });
    let (sent, _) = of_chat(&body, &Capabilities::default()).unwrap();
    let calls = &sent["messages"][0]["tool_calls"];
    assert_eq!(calls[0]["function"]["arguments"], json!({ "input": "not json" }));
    assert_eq!(calls[1]["function"]["arguments"], json!({}));
    assert_eq!((&sent["messages"][1]["tool_name"], &sent["messages"][2]["tool_name"]), (&json!("g"), &json!("f")));
}

#[test]
fn without_tools_there_is_no_choice() {
    let tool = json!({ "type": "function", "function": { "name": "f", "parameters": {} } });
    let body = |choice: &str| json!({ "messages": [], "tools": [tool], "tool_choice": choice });
    let (sent, losses) = of_chat(&body("none"), &Capabilities::default()).unwrap();
    assert_eq!((sent.get("tools"), losses.len()), (None, 0));
    let (sent, losses) = of_chat(&body("required"), &Capabilities::default()).unwrap();
    assert_eq!((sent["tools"].as_array().unwrap().len(), losses), (1, vec!["hint tool_choice".to_owned()]));
}

#[test]
fn what_it_cannot_show_a_model_is_refused() {
    for part in [
        json!({ "type": "image_url", "image_url": { "url": "https://x/y.png" } }),
        json!({ "type": "input_audio", "input_audio": { "data": "AAAA", "format": "wav" } }),
        json!({ "type": "file", "file": { "file_id": "f" } }),
    ] {
        let refused =
            of_chat(&json!({ "messages": [{ "role": "user", "content": [part] }] }), &Capabilities::default());
        assert!(matches!(refused, Err(DialectError::Content { .. })), "{part}");
    }
}

#[test]
fn wrong_bodies_are_refused() {
    for (body, param) in [
        (json!({}), "messages"),
        (json!({ "messages": [{ "content": "a" }] }), "messages[0].role"),
        (json!({ "messages": [{ "role": "narrator" }] }), "messages[0].role"),
        (json!({ "messages": [], "think": 3 }), "think"),
        (json!({ "messages": [], "format": "yaml" }), "format"),
    ] {
        let error = OLLAMA.decode(&body).unwrap_err().of_request();
        assert_eq!((error.status.as_u16(), error.param.as_deref()), (400, Some(param)), "{body}");
    }
}

#[test]
fn streams_are_the_default() {
    let look = |body: Value| ollama_chat::inspect(&RawObject::parse(body.to_string().into()).unwrap());
    let seen = look(json!({ "model": "m", "messages": [], "options": { "num_predict": 9 } })).unwrap();
    assert_eq!((seen.model.as_deref(), seen.stream, seen.max_output_tokens), (Some("m"), true, Some(9)));
    assert!(!look(json!({ "messages": [], "stream": false, "options": { "num_predict": -1 } })).unwrap().stream);
    assert!(look(json!({ "messages": "hi" })).is_err() && look(json!({})).is_err());
}

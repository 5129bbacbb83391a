//! Requests, both ways.

use crate::TEXT;
use crate::support::encode;
use serde_json::{Value, json};
use tianji_core::generate::{Capabilities, Role};
use tianji_dialects::openai_chat::OpenAiChat;
use tianji_dialects::{Dialect, DialectError, openai_text};
use tianji_wire::RawObject;

#[test]
fn what_is_read_is_written_again() {
    for (name, body) in TEXT.files("requests") {
        let expected: Value = serde_json::from_slice(&body).unwrap();
        let request = TEXT.dialect.decode_request(&body).unwrap();
        let (written, losses) = encode(TEXT.dialect, &request, &Capabilities::default(), &[]).unwrap();
        assert_eq!((written, losses), (expected, Vec::<String>::new()), "{name}");
    }
}

#[test]
fn each_prompt_is_a_message_of_the_user() {
    let request = TEXT.decode(&json!({ "prompt": ["a", "b"] })).unwrap();
    assert_eq!(request.messages.len(), 2);
    assert!(request.messages.iter().all(|message| message.role == Role::User));
}

#[test]
fn prompts_that_cannot_be_translated_are_refused() {
    for (body, param) in [
        (json!({}), "prompt"),
        (json!({ "prompt": null }), "prompt"),
        (json!({ "prompt": [] }), "prompt"),
        (json!({ "prompt": [1, 2, 3] }), "prompt"),
        (json!({ "prompt": [[1, 2], [3]] }), "prompt"),
        (json!({ "prompt": { "text": "a" } }), "prompt"),
        (json!({ "prompt": "a", "logprobs": "many" }), "logprobs"),
        (json!({ "prompt": "a", "max_tokens": "9" }), "max_tokens"),
    ] {
        let error = TEXT.decode(&body).unwrap_err().of_request();
        assert_eq!((error.status.as_u16(), error.param.as_deref()), (400, Some(param)), "{body}");
    }
}

#[test]
fn a_conversation_with_more_than_text_has_no_prompt() {
    let user = |content: Value| json!({ "messages": [{ "role": "user", "content": content }] });
    let call = json!([{ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } }]);
    for body in [
        user(json!([{ "type": "image_url", "image_url": { "url": "https://x/y.png" } }])),
        json!({ "messages": [{ "role": "assistant", "tool_calls": call }] }),
        json!({ "messages": [{ "role": "tool", "tool_call_id": "c", "content": "x" }] }),
    ] {
        let request = OpenAiChat.decode_request(&body.to_string().into()).unwrap();
        let refused = encode(TEXT.dialect, &request, &Capabilities::default(), &[]);
        assert!(matches!(refused, Err(DialectError::Content { .. })), "{body}");
    }
}

#[test]
fn what_the_operator_allows_is_sent() {
    let body = json!({ "messages": [{ "role": "user", "content": "a" }], "verbosity": "low", "store": true, "logprobs": true });
    let request = OpenAiChat.decode_request(&body.to_string().into()).unwrap();
    let (sent, losses) = encode(TEXT.dialect, &request, &Capabilities::default(), &["verbosity"]).unwrap();
    assert_eq!(sent, json!({ "model": "gpt-5", "prompt": "a", "logprobs": 0, "verbosity": "low" }));
    assert_eq!(losses, ["parameter store"]);
    let echo = TEXT.decode(&json!({ "prompt": "a", "echo": true })).unwrap();
    let (sent, losses) = encode(&OpenAiChat, &echo, &Capabilities::default(), &["echo"]).unwrap();
    assert_eq!((&sent["echo"], losses.len()), (&json!(true), 0));
}

#[test]
fn a_look_at_the_top_level() {
    let look = |body: Value| openai_text::inspect(&RawObject::parse(body.to_string().into()).unwrap());
    let seen = look(json!({
        "model": "m", "prompt": [1, 2], "stream": true, "stream_options": { "include_usage": true }, "max_tokens": 9.0,
        "user": "u"
    }));
    let seen = seen.unwrap();
    assert_eq!((seen.model.as_deref(), seen.user.as_deref()), (Some("m"), Some("u")));
    assert_eq!((seen.stream, seen.include_usage, seen.max_output_tokens), (true, true, Some(9)));
    assert!(look(json!({ "prompt_embeds": "AAAA" })).is_ok());
    for nothing in [json!({}), json!({ "prompt": null })] {
        assert!(matches!(look(nothing), Err(DialectError::Missing { param }) if param == "prompt"));
    }
}

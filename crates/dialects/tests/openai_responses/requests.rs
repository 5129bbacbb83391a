//! Requests, both ways.

use crate::golden::{decode, encode, encode_for, files};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::DialectId;
use tianji_core::generate::{Capabilities, Part, Role, ToolChoice};
use tianji_dialects::anthropic_messages::AnthropicMessages;
use tianji_dialects::openai_chat::OpenAiChat;
use tianji_dialects::openai_responses::{OpenAiResponses, echo, inspect};
use tianji_dialects::{Dialect, DialectError};
use tianji_wire::RawObject;

#[test]
fn a_request_comes_out_as_it_went_in() {
    for (name, body) in files("requests", "json") {
        let request = OpenAiResponses.decode_request(&body).unwrap();
        let (written, losses) = encode(&request, &Capabilities::default()).unwrap();
        let sent: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(written, sent, "{name}: {written}");
        assert_eq!(losses, [""; 0], "{name}");
    }
}

#[test]
fn a_grammar_is_flat_here_and_nested_in_chat() {
    let flat = json!({"type": "grammar", "syntax": "lark", "definition": "start: /.+/"});
    let nested = json!({"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: /.+/"}});
    let tools = json!([{"type": "custom", "name": "sh", "format": flat}]);
    let request = decode(&json!({"model": "m", "input": "Hi", "tools": tools})).unwrap();
    let (body, _) = encode_for(&OpenAiChat, &request, &Capabilities::default(), &[]).unwrap();
    assert_eq!(body["tools"], json!([{"type": "custom", "custom": {"name": "sh", "format": nested}}]));
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "tools": body["tools"]});
    let request = OpenAiChat.decode_request(&Bytes::from(body.to_string())).unwrap();
    let (body, _) = encode(&request, &Capabilities::default()).unwrap();
    assert_eq!(body["tools"], tools);
}

#[test]
fn numbers_keep_their_digits() {
    let body =
        Bytes::from_static(br#"{"input":"x","temperature":0.50,"max_output_tokens":16.0,"seed":9007199254740993}"#);
    let request = OpenAiResponses.decode_request(&body).unwrap();
    assert_eq!(request.extra["seed"].text(), "9007199254740993");
    assert_eq!(request.echo["temperature"].text(), "0.50");
}

/// T34.
#[test]
fn instructions_and_a_bare_input_become_messages() {
    let request = decode(&json!({"model": "m", "instructions": "Be brief", "input": "Hi"})).unwrap();
    let (body, losses) = encode_for(&OpenAiChat, &request, &Capabilities::default(), &[]).unwrap();
    assert_eq!(body["messages"], json!([{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}]));
    assert_eq!(losses, [""; 0]);
}

/// T35.
#[test]
fn foreign_reasoning_is_dropped_and_calls_keep_their_results() {
    let request = decode(&json!({"model": "m", "input": [
        {"role": "user", "content": "x"},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{\"a\":1}"},
        {"type": "function_call_output", "call_id": "c1", "output": "ok"},
    ]}))
    .unwrap();
    let (body, losses) = encode_for(&AnthropicMessages, &request, &Capabilities::default(), &[]).unwrap();
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": [{"type": "text", "text": "x"}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "ok"}]},
        ])
    );
    assert_eq!(losses, ["hint messages[1].content[0]"]);
}

#[test]
fn what_the_model_said_in_a_row_is_one_turn() {
    let call = |id: &str| json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"});
    let says = |text: &str| json!({"role": "assistant", "content": text});
    let think = json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "t"}]});
    for (items, turns) in [
        (vec![think.clone(), says("a"), call("1"), call("2")], vec![4]),
        (vec![says("a"), says("b")], vec![1, 1]),
        (vec![call("1"), says("a"), think.clone()], vec![3]),
        (vec![says("a"), think, says("b")], vec![3]),
        (
            vec![call("1"), json!({"type": "function_call_output", "call_id": "1", "output": ""}), call("2")],
            vec![1, 1, 1],
        ),
    ] {
        let request = decode(&json!({"input": items})).unwrap();
        let found: Vec<usize> = request.messages.iter().map(|message| message.parts.len()).collect();
        assert_eq!(found, turns, "{items:?}");
    }
}

#[test]
fn signatures_of_other_vendors_travel_through_this_dialects_clients() {
    let request = decode(&json!({"input": [
        {"role": "user", "content": "x"},
        {"type": "reasoning", "id": "rs_x_0", "summary": [{"type": "summary_text", "text": "Hm"}], "encrypted_content": "signature#Eq+/=="},
        {"type": "reasoning", "id": "rs_x_1", "summary": [], "encrypted_content": "redacted#Em"},
        {"role": "assistant", "content": "a"},
        {"role": "user", "content": "y"},
    ]}))
    .unwrap();
    let (body, losses) = encode_for(&AnthropicMessages, &request, &Capabilities::default(), &[]).unwrap();
    assert_eq!(
        body["messages"][1]["content"],
        json!([
            {"type": "thinking", "thinking": "Hm", "signature": "Eq+/=="},
            {"type": "redacted_thinking", "data": "Em"},
            {"type": "text", "text": "a"},
        ])
    );
    assert_eq!(losses, [""; 0]);
}

#[test]
fn reasoning_items_travel_through_other_dialects_clients() {
    let item = json!({"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Look."}], "encrypted_content": "gAAA"});
    let anthropic = json!({"model": "m", "max_tokens": 99, "messages": [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "Look.", "signature": "rs_1#gAAA"}, {"type": "text", "text": "a"}]},
        {"role": "user", "content": "y"},
    ]});
    let chat = json!({"model": "m", "messages": [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": "a", "reasoning_content": "Look.", "thinking_blocks": [{"type": "thinking", "thinking": "Look.", "signature": "rs_1#gAAA"}]},
        {"role": "user", "content": "y"},
    ]});
    for (from, body) in [(&AnthropicMessages as &dyn Dialect, anthropic), (&OpenAiChat, chat)] {
        let request = from.decode_request(&Bytes::from(body.to_string())).unwrap();
        let (body, losses) = encode(&request, &Capabilities::default()).unwrap();
        assert_eq!(body["input"][1], item, "{body}");
        assert_eq!(losses, [""; 0]);
    }
}

#[test]
fn encrypted_thoughts_are_asked_for_where_the_model_thinks() {
    let capable = |reasoning| Capabilities { reasoning, ..Capabilities::default() };
    let plain = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]});
    let mut thinking = plain.clone();
    thinking["thinking"] = json!({"type": "enabled", "budget_tokens": 1024});
    let asked = json!(["reasoning.encrypted_content"]);
    for (body, reasoning, include) in [
        (&plain, Some(true), Some(&asked)),
        (&plain, None, None),
        (&plain, Some(false), None),
        (&thinking, None, Some(&asked)),
        (&thinking, Some(false), None),
    ] {
        let request = AnthropicMessages.decode_request(&Bytes::from(body.to_string())).unwrap();
        let (body, _) = encode(&request, &capable(reasoning)).unwrap();
        assert_eq!(body.get("include"), include, "{reasoning:?}");
        assert_eq!(body["store"], json!(false));
    }
}

#[test]
fn what_only_this_dialect_says_is_lost_elsewhere() {
    for (member, value, class) in [
        ("previous_response_id", json!("resp_0"), "parameter"),
        ("conversation", json!({"id": "conv"}), "parameter"),
        ("prompt", json!({"id": "p"}), "parameter"),
        ("background", json!(true), "parameter"),
        ("background", json!(false), "hint"),
        ("max_tool_calls", json!(3), "parameter"),
        ("tool_choice", json!({"type": "file_search"}), "parameter"),
        ("include", json!(["reasoning.encrypted_content"]), "hint"),
        ("truncation", json!("disabled"), "hint"),
    ] {
        let mut body = json!({"model": "m", "input": "x"});
        body[member] = value.clone();
        let request = decode(&body).unwrap();
        for to in [&OpenAiChat as &dyn Dialect, &AnthropicMessages] {
            let (written, losses) = encode_for(to, &request, &Capabilities::default(), &[]).unwrap();
            assert_eq!(losses, [format!("{class} {member}")], "{member}");
            assert_eq!(written.get(member), None);
            let (written, losses) = encode_for(to, &request, &Capabilities::default(), &[member]).unwrap();
            assert_eq!((written.get(member), losses.len()), (Some(&value), 0));
        }
    }
}

#[test]
fn what_only_others_say_is_lost_here() {
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "x", "name": "bob"}], "stop": ["a"], "seed": 1,
        "n": 2, "logit_bias": {"1": 2}, "modalities": ["text"], "presence_penalty": 0.5, "top_k": 3});
    let request = OpenAiChat.decode_request(&Bytes::from(chat.to_string())).unwrap();
    let (body, losses) = encode(&request, &Capabilities::default()).unwrap();
    assert_eq!(body["top_k"], json!(3));
    assert_eq!(
        losses,
        [
            "hint messages[0].name",
            "parameter presence_penalty",
            "parameter seed",
            "parameter n",
            "parameter stop",
            "parameter logit_bias",
            "hint modalities",
        ]
    );
    let (body, losses) =
        encode_for(&OpenAiResponses, &request, &Capabilities::default(), &["stop", "logit_bias"]).unwrap();
    assert_eq!((&body["stop"], &body["logit_bias"], losses.len()), (&json!(["a"]), &json!({"1": 2}), 5));
    let video = json!({"model": "m", "messages": [{"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://x"}}]}]});
    let request = OpenAiChat.decode_request(&Bytes::from(video.to_string())).unwrap();
    assert!(matches!(encode(&request, &Capabilities::default()), Err(DialectError::Content { .. })));
}

#[test]
fn a_reference_cannot_be_followed_elsewhere() {
    let request = decode(&json!({"input": [{"type": "item_reference", "id": "msg_1"}]})).unwrap();
    for to in [&OpenAiChat as &dyn Dialect, &AnthropicMessages] {
        let refused = encode_for(to, &request, &Capabilities::default(), &[]);
        assert!(matches!(refused, Err(DialectError::Content { .. })), "{refused:?}");
    }
}

#[test]
fn bad_requests_name_what_is_wrong() {
    for (body, param) in [
        (json!({"model": "m"}), "input"),
        (json!({"input": 3}), "input"),
        (json!({"input": [3]}), "input[0]"),
        (json!({"input": [{"content": "x"}]}), "input[0].role"),
        (json!({"input": [{"role": "king", "content": "x"}]}), "input[0].role"),
        (json!({"input": [{"role": "user", "content": 3}]}), "input[0].content"),
        (json!({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}), "input[0].content[0].text"),
        (json!({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}), "input[0].content[0].image_url"),
        (json!({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}), "input[0].content[0].file_data"),
        (json!({"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]}), "input[0].call_id"),
        (json!({"input": [{"type": "function_call", "call_id": "c", "arguments": "{}"}]}), "input[0].name"),
        (json!({"input": [{"type": "function_call_output", "output": ""}]}), "input[0].call_id"),
        (json!({"input": "x", "temperature": "hot"}), "temperature"),
        (json!({"input": "x", "tools": {}}), "tools"),
        (json!({"input": "x", "tools": [{"type": "function"}]}), "tools[0].name"),
        (json!({"input": "x", "tool_choice": {"type": "function"}}), "tool_choice.name"),
        (json!({"input": "x", "tool_choice": {}}), "tool_choice"),
        (json!({"input": "x", "text": {"format": {"type": "poem"}}}), "text.format.type"),
        (json!({"input": "x", "reasoning": {"effort": "huge"}}), "reasoning.effort"),
    ] {
        match decode(&body).map(drop) {
            Err(DialectError::Missing { param: found } | DialectError::Invalid { param: found, .. }) => {
                assert_eq!(found, param, "{body}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
    let broken = OpenAiResponses.decode_request(&Bytes::from_static(b"{\"input\": "));
    assert!(matches!(broken, Err(DialectError::Json(_))));
}

#[test]
fn choices_of_tools_are_read() {
    let named = |name: &str| Some(ToolChoice::Named(name.to_owned()));
    for (raw, choice) in [
        (json!("auto"), Some(ToolChoice::Auto)),
        (json!("none"), Some(ToolChoice::None)),
        (json!("required"), Some(ToolChoice::Required)),
        (json!({"type": "function", "name": "f"}), named("f")),
        (json!({"type": "function", "function": {"name": "f"}}), named("f")),
        (json!({"type": "custom", "name": "f"}), named("f")),
        (json!({"type": "mcp", "server_label": "s"}), None),
        (json!({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp", "server_label": "s"}]}), None),
    ] {
        let request = decode(&json!({"input": "x", "tool_choice": raw})).unwrap();
        assert_eq!(request.tool_choice, choice, "{raw}");
        assert_eq!(request.openai_only.contains_key("tool_choice"), choice.is_none());
    }
}

#[test]
fn cache_marks_are_taken_and_carried() {
    let request = decode(&json!({"input": [{"role": "user", "content": [
        {"type": "input_text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]}]}))
    .unwrap();
    assert_eq!((request.source, request.messages[0].role), (DialectId::OpenAiResponses, Role::User));
    let Part::Text(text) = &request.messages[0].parts[0] else { panic!("no text") };
    assert_eq!(text.cache.as_ref().and_then(|mark| mark.ttl.as_deref()), Some("1h"));
    let (_, losses) = encode(&request, &Capabilities::default()).unwrap();
    assert_eq!(losses, ["hint messages[0].content[0].cache_control"]);
}

#[test]
fn a_cheap_look_sees_what_routing_needs() {
    let body = |text: &'static str| RawObject::parse(Bytes::from_static(text.as_bytes())).unwrap();
    let seen =
        inspect(&body(r#"{"model":"m","input":"x","stream":true,"max_output_tokens":16.0,"user":"u"}"#)).unwrap();
    assert_eq!((seen.model.as_deref(), seen.stream, seen.include_usage), (Some("m"), true, true));
    assert_eq!((seen.max_output_tokens, seen.user.as_deref()), (Some(16), Some("u")));
    assert!(inspect(&body(r#"{"model":"m","previous_response_id":"resp_0"}"#)).is_ok());
    assert!(matches!(inspect(&body(r#"{"model":"m","input":null}"#)), Err(DialectError::Missing { .. })));
    let repeated = echo(&body(r#"{"model":"m","input":"x","temperature":0.50,"tools":[],"stream":true}"#));
    assert_eq!(repeated.keys().collect::<Vec<_>>(), ["temperature", "tools"]);
    assert_eq!(repeated["temperature"].text(), "0.50");
}

//! Signatures on their way through other dialects and back.

use crate::golden::{frames, view};
use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use tianji_core::generate::{Capabilities, ClientView, EffortBudgets, Target};
use tianji_core::{DialectId, LossClass, Losses};
use tianji_dialects::{Fixups, Observed, bridge, dialect};

/// Sends a reply of one upstream to a client, back in its history, and up again.
fn around(upstream: DialectId, client: DialectId, reply: &Value) -> Value {
    let body = Bytes::from(reply.to_string());
    let view = ClientView { minted_id: "msg_minted".to_owned(), ..view() };
    let shown = bridge::response(upstream, client, &body, &view, &Fixups::default(), &mut Observed::default()).unwrap();
    let shown: Value = serde_json::from_slice(&shown).unwrap();
    send(client, upstream, &history(client, &shown), "gemini-3-pro-preview")
}

fn history(client: DialectId, shown: &Value) -> Value {
    match client {
        DialectId::OpenAiChat => {
            let message = shown["choices"][0]["message"].clone();
            let mut messages = vec![json!({ "role": "user", "content": "x" }), message.clone()];
            for call in message["tool_calls"].as_array().into_iter().flatten() {
                messages.push(json!({ "role": "tool", "tool_call_id": call["id"], "content": "{}" }));
            }
            json!({ "model": "m", "messages": messages })
        }
        DialectId::AnthropicMessages => {
            let content = shown["content"].clone();
            let calls = content.as_array().unwrap().iter().filter(|block| block["type"] == "tool_use");
            let results =
                calls.map(|call| json!({ "type": "tool_result", "tool_use_id": call["id"], "content": "{}" }));
            let results: Vec<Value> = results.collect();
            json!({ "model": "m", "max_tokens": 9, "messages": [
                { "role": "user", "content": "x" }, { "role": "assistant", "content": content }, { "role": "user", "content": results },
            ] })
        }
        DialectId::OpenAiResponses => {
            let mut input = vec![json!({ "role": "user", "content": "x" })];
            for item in shown["output"].as_array().unwrap() {
                input.push(item.clone());
            }
            for item in shown["output"].as_array().unwrap().iter().filter(|item| item["type"] == "function_call") {
                input.push(json!({ "type": "function_call_output", "call_id": item["call_id"], "output": "{}" }));
            }
            json!({ "model": "m", "input": input })
        }
        DialectId::OpenAiText
        | DialectId::CohereChat
        | DialectId::OllamaChat
        | DialectId::BedrockConverse
        | DialectId::TextGeneration
        | DialectId::ReplicatePredictions => {
            panic!("no history of this dialect is built here")
        }
        DialectId::Gemini => {
            json!({ "contents": [{ "role": "user", "parts": [{ "text": "x" }] }, shown["candidates"][0]["content"]] })
        }
    }
}

fn send(client: DialectId, upstream: DialectId, body: &Value, model: &str) -> Value {
    send_with_losses(client, upstream, body, model).0
}

fn send_with_losses(client: DialectId, upstream: DialectId, body: &Value, model: &str) -> (Value, Losses) {
    let request = dialect(client).decode_request(&Bytes::from(body.to_string())).unwrap();
    let (budgets, capabilities) = (EffortBudgets::default(), Capabilities::default());
    let target = Target {
        provider: "x",
        model,
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    let mut losses = Losses::default();
    let encoded = dialect(upstream).encode_request(&request, &target, &mut losses).unwrap();
    (serde_json::from_slice(&encoded.body).unwrap(), losses)
}

fn reply(signature: &str) -> Value {
    json!({ "candidates": [{ "content": { "role": "model", "parts": [
        { "text": "Hm", "thought": true },
        { "text": "T", "thoughtSignature": "dGV4dA==" },
        { "functionCall": { "name": "f", "args": { "a": 1 } }, "thoughtSignature": signature },
        { "functionCall": { "name": "g", "args": {} } },
    ] }, "finishReason": "STOP" }], "responseId": "r1" })
}

#[test]
fn they_survive_the_way_through_chat() {
    for signature in ["c2lnMQ==".to_owned(), "x".repeat(4000)] {
        let sent = around(DialectId::Gemini, DialectId::OpenAiChat, &reply(&signature));
        let mut turn = sent["contents"][1].clone();
        // Calls without an id get one on the way.
        for part in turn["parts"].as_array_mut().unwrap() {
            part.get_mut("functionCall").and_then(Value::as_object_mut).map(|call| call.remove("id"));
        }
        assert_eq!(turn, reply(&signature)["candidates"][0]["content"]);
        let names: Vec<&str> = sent["contents"][2]["parts"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|it| it["functionResponse"]["name"].as_str())
            .collect();
        assert_eq!(names, ["f", "g"]);
    }
}

#[test]
fn signatures_of_calls_ride_in_ids_through_the_others() {
    for client in [DialectId::AnthropicMessages, DialectId::OpenAiResponses] {
        let sent = around(DialectId::Gemini, client, &reply("c2lnMQ=="));
        let parts = sent["contents"][1]["parts"].as_array().unwrap();
        let call = parts.iter().find(|part| part["functionCall"]["name"] == "f").unwrap();
        assert_eq!(call["thoughtSignature"], "c2lnMQ==", "{client:?} {sent}");
    }
}

#[test]
fn foreign_thoughts_survive_this_dialects_clients() {
    let content = json!([
        { "type": "thinking", "thinking": "Hm", "signature": "Eq+/==" },
        { "type": "redacted_thinking", "data": "EvcB+/" },
        { "type": "text", "text": "T" },
    ]);
    let reply = json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content, "stop_reason": "end_turn" });
    let sent = around(DialectId::AnthropicMessages, DialectId::Gemini, &reply);
    assert_eq!(sent["messages"][1]["content"], content);
}

#[test]
fn a_step_without_a_signature_bears_the_placeholder() {
    let body = json!({ "model": "m", "messages": [
        { "role": "user", "content": "x" },
        { "role": "assistant", "content": null, "tool_calls": [
            { "id": "a", "type": "function", "function": { "name": "f", "arguments": "{}" } },
            { "id": "b", "type": "function", "function": { "name": "f", "arguments": "{}" } },
        ] },
    ] });
    let signatures = |model: &str| {
        let sent = send(DialectId::OpenAiChat, DialectId::Gemini, &body, model);
        let parts = sent["contents"][1]["parts"].as_array().unwrap().clone();
        parts.into_iter().map(|part| part.get("thoughtSignature").cloned()).collect::<Vec<_>>()
    };
    assert_eq!(signatures("gemini-2.5-flash"), [None, None]);
    let placeholder = json!("c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=");
    assert_eq!(signatures("gemini-3-flash-preview"), [Some(placeholder), None]);
}

#[test]
fn a_streamed_calls_signature_reaches_every_client() {
    let frame = json!({ "candidates": [{ "content": { "parts": [
        { "functionCall": { "name": "f", "args": {} }, "thoughtSignature": "c2lnMQ==" },
    ] }, "finishReason": "STOP" }], "responseId": "r1" });
    for (client, words) in [
        (DialectId::OpenAiChat, "__thought__c2lnMQ==\""),
        (DialectId::OpenAiChat, r#""thought_signature":"c2lnMQ==""#),
        (DialectId::AnthropicMessages, "__thought__c2lnMQ==\""),
        (DialectId::OpenAiResponses, "__thought__c2lnMQ==\""),
        (DialectId::BedrockConverse, "__thought__c2lnMQ==\""),
        (DialectId::Gemini, r#""thoughtSignature":"c2lnMQ==""#),
    ] {
        let mut bridge = bridge::translated_stream(DialectId::Gemini, client, view(), Fixups::default());
        let mut out = BytesMut::new();
        for frame in frames(format!("data: {frame}\n\n").as_bytes(), 64) {
            bridge.frame(&frame, &mut out).unwrap();
        }
        bridge.end(&mut out).unwrap();
        let out = String::from_utf8_lossy(&out);
        assert!(out.contains(words), "{client:?}: {out}");
        assert!(!out.contains("signature_delta") && !out.contains("reasoningContent"), "{out}");
    }
}

#[test]
fn they_are_not_sent_to_other_vendors() {
    let history = json!({ "contents": [
        { "role": "user", "parts": [{ "text": "x" }] },
        { "role": "model", "parts": [{ "text": "T", "thoughtSignature": "dGV4dA==" }] },
        { "role": "user", "parts": [{ "text": "y" }] },
    ], "safetySettings": [{ "category": "C" }] });
    for upstream in [
        DialectId::OpenAiChat,
        DialectId::OpenAiResponses,
        DialectId::AnthropicMessages,
        DialectId::BedrockConverse,
        DialectId::CohereChat,
        DialectId::OpenAiText,
        DialectId::OllamaChat,
        DialectId::TextGeneration,
        DialectId::ReplicatePredictions,
    ] {
        let (sent, losses) = send_with_losses(DialectId::Gemini, upstream, &history, "m");
        assert!(!sent.to_string().contains("dGV4dA=="), "{upstream:?}: {sent}");
        assert!(losses.of(LossClass::Hint).any(|loss| loss.path == "safetySettings"), "{upstream:?}");
        assert_eq!(losses.of(LossClass::Hint).count(), losses.iter().count(), "{upstream:?}");
        assert!(losses.iter().count() >= 2, "{upstream:?}: {losses:?}");
    }
}

//! Whole replies: relayed, decoded, encoded.

use crate::golden::{file, files, view};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{
    Choice, ClientView, Finish, FinishReason, GenerateResponse, Opaque, Part, TextPart, Thinking, ToolCall,
};
use tianji_core::{DialectId, Json, Usage, Usd};
use tianji_dialects::openai_chat::OpenAiChat;
use tianji_dialects::{Dialect, DialectError, Observed};

fn relay(body: &'static str) -> Result<(String, Observed), DialectError> {
    let mut seen = Observed::default();
    let view = ClientView { model: "m".to_owned(), ..view() };
    let reply = OpenAiChat.relay_response(&Bytes::from_static(body.as_bytes()), &view, &mut seen)?;
    Ok((String::from_utf8(reply.to_vec()).unwrap(), seen))
}

fn encode(response: &GenerateResponse, view: &ClientView) -> Value {
    serde_json::from_slice(&OpenAiChat.encode_response(response, view).unwrap()).unwrap()
}

fn of_parts(parts: Vec<Part>, reason: FinishReason, native: &str) -> GenerateResponse {
    let finish = Some(Finish::new(reason, native));
    let choices = vec![Choice { parts, finish, ..Choice::default() }];
    GenerateResponse { id: "msg_1".to_owned(), model: "claude".to_owned(), choices, ..GenerateResponse::default() }
}

#[test]
fn the_relay_keeps_every_byte_but_the_model() {
    for (name, body) in files("response", "json") {
        let text = std::str::from_utf8(&body).unwrap();
        let view = ClientView { model: "m".to_owned(), ..view() };
        let mut seen = Observed::default();
        let relayed = OpenAiChat.relay_response(&body, &view, &mut seen).unwrap();
        assert_eq!(relayed, text.replace("gpt-4o-2024-08-06", "m"), "{name}");
        assert_eq!(seen.model.as_deref(), Some("gpt-4o-2024-08-06"));
        assert_eq!(seen.response_id.as_deref(), Some("chatcmpl-9fA2"));
    }
}

#[test]
fn the_relay_notes_what_it_sees() {
    let (text, seen) = relay(
        r#"{"choices":[{"message":{"content":"abcd","model":"no"},"finish_reason":"length"}],"model" : "x","service_tier":"flex","usage":{"prompt_tokens":"3","completion_tokens":2,"cost":0.00095,"prompt_cache_hit_tokens":1}}"#,
    )
    .unwrap();
    assert!(text.contains(r#""model":"no"},"#) && text.contains(r#""model" : "m","service"#), "{text}");
    let usage = seen.usage.unwrap();
    assert_eq!((usage.input(), usage.output(), usage.cache_read()), (3, 2, 1));
    assert_eq!(seen.reported_cost, Some(Usd::from_nanos(950_000)));
    assert_eq!((seen.finish, seen.output_bytes), (Some(FinishReason::Length), 4));
    assert_eq!(seen.service_tier.as_deref(), Some("flex"));
    let (text, seen) = relay(r#"{"choices":[],"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":1}}}"#).unwrap();
    assert_eq!(text, r#"{"model":"m","choices":[],"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":1}}}"#);
    assert_eq!(seen.usage.map(|usage| usage.total()), Some(2));
}

#[test]
fn the_relay_puts_right_what_sdks_stumble_over() {
    for (body, expected) in [
        (
            r#"{"model":"x","choices":[{"finish_reason":"eos"},{"finish_reason":"stop"}]}"#,
            r#"{"model":"m","choices":[{"finish_reason":"stop","provider_specific_fields":{"native_finish_reason":"eos"}},{"finish_reason":"stop"}]}"#,
        ),
        (
            r#"{"model":"x","choices":[{"finish_reason":"stop","content_filter_results":{"hate":1},"index":0}]}"#,
            r#"{"model":"m","choices":[{"finish_reason":"stop","provider_specific_fields":{"content_filter_results":{"hate":1}},"index":0}]}"#,
        ),
        (
            r#"{"model":"x","choices":[{"content_filter_results":{},"finish_reason":"max_tokens"}]}"#,
            r#"{"model":"m","choices":[{"provider_specific_fields":{"content_filter_results":{},"native_finish_reason":"max_tokens"},"finish_reason":"length"}]}"#,
        ),
        (
            r#"{"model":"x","choices":[{"message":{"tool_calls":[{"id":"a"},{"id":"b","type":"custom"}]}}]}"#,
            r#"{"model":"m","choices":[{"message":{"tool_calls":[{"type":"function","id":"a"},{"id":"b","type":"custom"}]}}]}"#,
        ),
        (
            r#"{"model":"x","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":14,"completion_tokens_details":{"reasoning_tokens":5}}}"#,
            r#"{"model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":7,"total_tokens":14,"completion_tokens_details":{"reasoning_tokens":5}}}"#,
        ),
    ] {
        assert_eq!(relay(body).unwrap().0, expected);
    }
}

#[test]
fn what_is_no_reply_is_an_error() {
    for (body, expected) in [
        ("", "the body is empty"),
        ("  \n", "the body is empty"),
        ("<html>busy</html>", "it is not JSON"),
        ("[]", "it has no `choices`"),
        (r#"{"id":"x"}"#, "it has no `choices`"),
        (r#"{"choices":null}"#, "it has no `choices`"),
        (r#"{"error":{"message":"quota used up","code":429}}"#, "quota used up"),
        (r#"{"object":"error","message":"too long","code":400}"#, "too long"),
        (r#"{"detail":"Not authorised"}"#, "Not authorised"),
    ] {
        let relayed = relay(body).unwrap_err();
        assert!(matches!(&relayed, DialectError::Reply(words) if words.contains(expected)), "{body}: {relayed}");
        let decoded = OpenAiChat.decode_response(&Bytes::from_static(body.as_bytes())).unwrap_err();
        assert_eq!(decoded.to_string(), relayed.to_string());
    }
}

#[test]
fn encode_after_decode_keeps_what_was_said() {
    for (name, body) in files("response", "json") {
        let decoded = OpenAiChat.decode_response(&body).unwrap();
        let view = ClientView { model: decoded.model.clone(), ..view() };
        let mut original: Value = serde_json::from_slice(&body).unwrap();
        let mut encoded = encode(&decoded, &view);
        for value in [&mut original, &mut encoded] {
            value.as_object_mut().unwrap().remove("usage");
            tidy(value);
        }
        assert_eq!(encoded, original, "{name}");
        let again = OpenAiChat.decode_response(&OpenAiChat.encode_response(&decoded, &view).unwrap()).unwrap();
        assert_eq!(again.usage, decoded.usage, "{name}");
    }
}

/// Without nulls, empty lists and the copy of the thoughts in `provider_specific_fields`.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(tidy);
            members.retain(|name, value| {
                !value.is_null() && *value != json!([]) && name != "provider_specific_fields" || name == "choices"
            });
        }
        Value::Array(list) => list.iter_mut().for_each(tidy),
        _ => {}
    }
}

#[test]
fn a_reply_decodes_into_canonical_words() {
    let reply = OpenAiChat.decode_response(&file("response/reasoning.json")).unwrap();
    let signature = Some("sig==".to_owned());
    assert_eq!(
        reply.choices[0].parts,
        [
            Part::Thinking(Thinking { text: "17*23".to_owned(), signature }),
            Part::RedactedThinking { data: "b64==".to_owned() },
            Part::text("391"),
        ]
    );
    let usage = reply.usage.unwrap();
    assert_eq!((usage.in_text, usage.cache_read_text, usage.cache_write_unspecified), (10, 30, 20));
    let odd = json!({"id": "x", "choices": [{"message": {"content": "<think>hm</think>\n\nyes", "tool_calls": [
        {"function": {"name": "f", "arguments": {"a": 1}}}, {"id": "c__thought__c2ln", "function": {"name": "g", "arguments": null}}]},
        "finish_reason": "stop"}]});
    let reply = OpenAiChat.decode_response(&Bytes::from(odd.to_string())).unwrap();
    let choice = &reply.choices[0];
    assert_eq!(choice.finish.as_ref().unwrap().reason, FinishReason::ToolCalls);
    let [Part::Thinking(thought), Part::Text(text), Part::ToolCall(f), Part::ToolCall(g)] = choice.parts.as_slice()
    else {
        panic!("{choice:?}");
    };
    assert_eq!((thought.text.as_str(), text.text.as_str()), ("hm", "yes"));
    assert_eq!((f.arguments.as_str(), g.arguments.as_str()), (r#"{"a":1}"#, ""));
    assert!(f.id.starts_with("call_") && f.id.len() == 29, "{}", f.id);
    assert_eq!((g.id.as_str(), g.signature.as_deref()), ("c", Some("c2ln")));
}

#[test]
fn a_foreign_reply_has_the_reference_proxys_shape() {
    let citation = Json::parse(r#"{"type":"web_search_result_location","url":"https://w/","title":"W"}"#).unwrap();
    let own = |kind: &str| {
        let raw = Json::parse(format!(r#"{{"type":"{kind}"}}"#)).unwrap();
        Part::Opaque(Opaque { dialect: DialectId::AnthropicMessages, type_name: kind.to_owned(), raw })
    };
    let mut response = of_parts(
        vec![
            Part::Thinking(Thinking { text: "hm".to_owned(), signature: Some("s".to_owned()) }),
            Part::RedactedThinking { data: "d".to_owned() },
            own("server_tool_use"),
            own("web_search_tool_result"),
            Part::text("Ä: "),
            Part::Text(TextPart { text: "born".to_owned(), cache: None, citations: vec![citation] }),
            Part::ToolCall(ToolCall { id: "t".to_owned(), name: "f".to_owned(), ..ToolCall::default() }),
        ],
        FinishReason::ToolCalls,
        "tool_use",
    );
    let mut usage = Usage { in_text: 10, cache_read_text: 30, cache_write_5m: 20, out_text: 4, ..Usage::default() };
    usage.counters.web_search = 1;
    response.usage = Some(usage);
    let blocks =
        json!([{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "redacted_thinking", "data": "d"}]);
    let expected = json!({
        "id": "chatcmpl-minted", "object": "chat.completion", "created": 1_700_000_000, "model": "my-\"model\"",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "role": "assistant", "content": "Ä: born", "reasoning_content": "hm", "thinking_blocks": blocks,
            "tool_calls": [{"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            "annotations": [{"type": "url_citation", "url_citation":
                {"start_index": 3, "end_index": 7, "title": "W", "url": "https://w/"}}],
            "provider_specific_fields": {
                "citations": [[{"type": "web_search_result_location", "url": "https://w/", "title": "W"}]],
                "thinking_blocks": blocks,
                "web_search_results": [{"type": "web_search_tool_result"}],
                "unknown_blocks": [{"type": "server_tool_use"}]}}}],
        "usage": {"completion_tokens": 4, "prompt_tokens": 60, "total_tokens": 64,
            "completion_tokens_details": {"reasoning_tokens": 0, "text_tokens": 4},
            "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20, "cache_creation_tokens": 20,
                "text_tokens": 10,
                "cache_creation_token_details": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 0}},
            "cache_creation_input_tokens": 20, "cache_read_input_tokens": 30,
            "server_tool_use": {"web_search_requests": 1}},
    });
    assert_eq!(encode(&response, &view()), expected);
}

#[test]
fn finish_reasons_keep_the_vendors_word_where_ours_says_less() {
    for (reason, native, word, kept) in [
        (FinishReason::Stop, "end_turn", "stop", None),
        (FinishReason::Length, "max_tokens", "length", None),
        (FinishReason::ToolCalls, "tool_use", "tool_calls", None),
        (FinishReason::ContentFilter, "content_filter", "content_filter", None),
        (FinishReason::ContentFilter, "SAFETY", "content_filter", Some("SAFETY")),
        (FinishReason::Refusal, "refusal", "content_filter", Some("refusal")),
        (FinishReason::PauseTurn, "pause_turn", "stop", Some("pause_turn")),
        (
            FinishReason::ContextExceeded,
            "model_context_window_exceeded",
            "length",
            Some("model_context_window_exceeded"),
        ),
        (FinishReason::Other, "abort", "stop", Some("abort")),
    ] {
        let body = encode(&of_parts(vec![Part::text("x")], reason, native), &view());
        let choice = &body["choices"][0];
        assert_eq!(choice["finish_reason"], word, "{native}");
        let extras = choice.get("provider_specific_fields");
        assert_eq!(extras.and_then(|extras| extras["native_finish_reason"].as_str()), kept, "{native}");
    }
}

#[test]
fn clients_of_legacy_functions_get_a_function_call() {
    let call =
        ToolCall { id: "t".to_owned(), name: "f".to_owned(), arguments: "{\"a\":1}".to_owned(), ..ToolCall::default() };
    let response = of_parts(vec![Part::ToolCall(call)], FinishReason::ToolCalls, "tool_use");
    let body = encode(&response, &ClientView { legacy_functions: true, ..view() });
    let choice = &body["choices"][0];
    assert_eq!(choice["message"]["function_call"], json!({"name": "f", "arguments": "{\"a\":1}"}));
    assert_eq!(choice["message"].get("tool_calls"), None);
    assert_eq!((&choice["message"]["content"], &choice["finish_reason"]), (&Value::Null, &json!("function_call")));
}

#[test]
fn without_a_name_to_show_the_upstreams_own_stays() {
    let unnamed = ClientView { model: String::new(), ..view() };
    let response = of_parts(vec![Part::text("x")], FinishReason::Stop, "end_turn");
    assert_eq!(encode(&response, &unnamed)["model"], "claude");
    let body = Bytes::from_static(
        br#"{"model":"gpt-4o-2024","choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}]}"#,
    );
    assert_eq!(OpenAiChat.relay_response(&body, &unnamed, &mut Observed::default()).unwrap(), body);
}

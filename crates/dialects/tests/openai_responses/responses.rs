//! Replies, both ways.

use crate::golden::{files, view};
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{
    AudioPart, Choice, ClientView, Finish, FinishReason, GenerateResponse, ImagePart, MediaSource, Part,
};
use tianji_core::{Extra, Json, Kind};
use tianji_dialects::openai_responses::OpenAiResponses;
use tianji_dialects::{Dialect, DialectError};

fn reply(output: Value) -> Value {
    json!({"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m", "output": output,
        "usage": {"input_tokens": 5, "output_tokens": 3}})
}

fn read(body: &Value) -> GenerateResponse {
    OpenAiResponses.decode_response(&Bytes::from(body.to_string())).unwrap()
}

fn write(response: &GenerateResponse, view: &ClientView) -> Value {
    serde_json::from_slice(&OpenAiResponses.encode_response(response, view).unwrap()).unwrap()
}

fn said(parts: Vec<Part>, reason: FinishReason) -> GenerateResponse {
    let choice = Choice { parts, finish: Some(Finish::new(reason, "x")), ..Choice::default() };
    GenerateResponse { id: "chatcmpl-1".to_owned(), choices: vec![choice], ..GenerateResponse::default() }
}

/// Without what the encoder mints or always says.
fn plain(mut body: Value, keep: &Value) -> Value {
    let object = body.as_object_mut().unwrap();
    object.retain(|name, _| keep.get(name).is_some());
    for item in object.get_mut("output").and_then(Value::as_array_mut).unwrap() {
        if item["type"] != "reasoning" && item["type"] != "web_search_call" {
            item.as_object_mut().unwrap().remove("id");
        }
    }
    body
}

#[test]
fn a_reply_comes_out_as_it_went_in() {
    for (name, body) in files("responses", "json") {
        let sent: Value = serde_json::from_slice(&body).unwrap();
        let response = OpenAiResponses.decode_response(&body).unwrap();
        let view = ClientView { model: "gpt-5-2025".to_owned(), ..view() };
        let written = write(&response, &view);
        // The thought in `content` has no encrypted content, so its item may be named anew; this one keeps its name.
        assert_eq!(plain(written, &sent), plain(sent.clone(), &sent), "{name}");
    }
}

#[test]
fn usage_is_split_into_buckets() {
    let body = files("responses", "json").remove(0).1;
    let usage = OpenAiResponses.decode_response(&body).unwrap().usage.unwrap();
    assert_eq!(
        (usage.in_text, usage.cache_read_text, usage.cache_write_30m, usage.cache_write_unspecified),
        (30, 40, 10, 20)
    );
    assert_eq!((usage.input(), usage.output(), usage.out_reasoning, usage.counters.web_search), (100, 30, 12, 1));
    let counted = read(
        &json!({"id": "r", "output": [], "usage": {"input_tokens": 5.0, "output_tokens": -1, "input_tokens_details": {"cached_tokens": 9}}, "tool_usage": {"web_search": {"num_requests": 4}}}),
    );
    let usage = counted.usage.unwrap();
    assert_eq!((usage.input(), usage.cache_read(), usage.output(), usage.suspect), (5, 5, 0, true));
    assert_eq!(usage.counters.web_search, 4);
    assert_eq!(read(&json!({"id": "r", "output": [], "usage": null})).usage, None);
}

/// T36.
#[test]
fn two_calls_are_two_items() {
    let chat = json!({"id": "chatcmpl-1", "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
    "role": "assistant", "content": null, "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "b", "type": "function", "function": {"name": "g", "arguments": ""}},
    ]}}]});
    let response = tianji_dialects::openai_chat::OpenAiChat.decode_response(&Bytes::from(chat.to_string())).unwrap();
    let written = write(&response, &view());
    assert_eq!(
        written["output"],
        json!([
            {"id": "fc_minted_0", "type": "function_call", "status": "completed", "call_id": "a", "name": "f", "arguments": "{}"},
            {"id": "fc_minted_1", "type": "function_call", "status": "completed", "call_id": "b", "name": "g", "arguments": "{}"},
        ])
    );
    assert_eq!((&written["id"], &written["status"]), (&json!("resp_minted"), &json!("completed")));
}

/// T37.
#[test]
fn a_reply_that_was_cut_is_incomplete() {
    for (reason, why) in [
        (FinishReason::Length, Some("max_output_tokens")),
        (FinishReason::ContextExceeded, Some("max_output_tokens")),
        (FinishReason::ContentFilter, Some("content_filter")),
        (FinishReason::Stop, None),
        (FinishReason::StopSequence, None),
        (FinishReason::ToolCalls, None),
        (FinishReason::Refusal, None),
        (FinishReason::PauseTurn, None),
        (FinishReason::Other, None),
    ] {
        let written = write(&said(vec![Part::text("a")], reason), &view());
        let status = if why.is_some() { "incomplete" } else { "completed" };
        assert_eq!(
            (&written["status"], &written["output"][0]["status"]),
            (&json!(status), &json!(status)),
            "{reason:?}"
        );
        assert_eq!(written["incomplete_details"]["reason"], json!(why));
    }
}

#[test]
fn statuses_are_read() {
    let call = json!([{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}]);
    for (status, details, output, reason) in [
        ("completed", Value::Null, json!([]), FinishReason::Stop),
        ("completed", Value::Null, call.clone(), FinishReason::ToolCalls),
        ("incomplete", json!({"reason": "max_output_tokens"}), call, FinishReason::Length),
        ("incomplete", json!({"reason": "content_filter"}), json!([]), FinishReason::ContentFilter),
        ("incomplete", json!({"reason": "new"}), json!([]), FinishReason::Other),
        ("incomplete", Value::Null, json!([]), FinishReason::Length),
        ("queued", Value::Null, json!([]), FinishReason::Other),
    ] {
        let mut body = reply(output);
        body["status"] = json!(status);
        body["incomplete_details"] = details;
        let finish = read(&body).choices[0].finish.clone().unwrap();
        assert_eq!(finish.reason, reason, "{body}");
    }
}

#[test]
fn the_request_is_repeated() {
    let echo = json!({"instructions": "Be brief", "tools": [{"type": "function", "name": "f"}], "temperature": 0.3, "text": {"verbosity": "low"}, "user": null});
    let echo: Extra = serde_json::from_value(echo).unwrap();
    let written = write(&said(Vec::new(), FinishReason::Stop), &ClientView { echo, ..view() });
    assert_eq!((&written["instructions"], &written["temperature"]), (&json!("Be brief"), &json!(0.3)));
    assert_eq!((&written["tools"][0]["name"], &written["text"]), (&json!("f"), &json!({"verbosity": "low"})));
    assert_eq!((&written["tool_choice"], &written["parallel_tool_calls"]), (&json!("auto"), &json!(true)));
    assert_eq!((&written["output"], &written["metadata"], &written["top_p"]), (&json!([]), &json!({}), &Value::Null));
}

#[test]
fn ids_are_this_dialects() {
    for (upstream, minted, id) in [
        ("resp_9", "abc", "resp_9"),
        ("msg_01", "abc", "resp_abc"),
        ("msg_01", "resp_abc", "resp_abc"),
        ("chatcmpl-1", "", "resp_chatcmpl-1"),
        ("a b\"c", "", "resp_abc"),
    ] {
        let mut response = said(vec![Part::text("x")], FinishReason::Stop);
        response.id = upstream.to_owned();
        let view = ClientView { minted_id: minted.to_owned(), ..view() };
        let written = write(&response, &view);
        assert_eq!(written["id"], json!(id));
        assert_eq!(written["output"][0]["id"], json!(id.replace("resp_", "msg_") + "_0"));
    }
    let mut response = said(vec![Part::text("x")], FinishReason::Stop);
    response.id = format!("resp_{}", "y".repeat(200));
    let item = write(&response, &view())["output"][0]["id"].as_str().unwrap().len();
    assert!(item <= 64, "{item}");
}

#[test]
fn the_upstreams_model_is_shown_where_the_client_sees_none() {
    let mut response = said(Vec::new(), FinishReason::Stop);
    response.model = "gpt-5-2025".to_owned();
    assert_eq!(write(&response, &view())["model"], json!("my-\"model\""));
    assert_eq!(write(&response, &ClientView { model: String::new(), ..view() })["model"], json!("gpt-5-2025"));
}

#[test]
fn sound_and_pictures_are_shown() {
    let audio = AudioPart { data: "AAAA".into(), format: String::new(), id: None, transcript: Some("Hi".into()) };
    let source = MediaSource::Base64 { mime: "image/png".into(), data: "BBBB".into() };
    let image = ImagePart { source, detail: None, cache: None };
    let written = write(&said(vec![Part::Audio(audio), Part::Image(image)], FinishReason::Stop), &view());
    assert_eq!(written["output"][0]["content"][0], json!({"type": "output_audio", "data": "AAAA", "transcript": "Hi"}));
    assert_eq!(
        written["output"][1],
        json!({"id": "ig_minted_1", "type": "image_generation_call", "status": "completed", "result": "BBBB"})
    );
}

#[test]
fn citations_of_others_become_annotations() {
    let citation = |raw: Value| Json::of(&raw).unwrap();
    let mut part = Part::text("Cöld.");
    if let Part::Text(text) = &mut part {
        text.citations = vec![
            citation(
                json!({"type": "url_citation", "url_citation": {"url": "https://a", "title": "A", "start_index": 1, "end_index": 2}}),
            ),
            citation(
                json!({"type": "web_search_result_location", "url": "https://b", "title": null, "cited_text": "x", "encrypted_index": "e"}),
            ),
            citation(json!({"type": "char_location", "document_index": 0})),
        ];
    }
    let written = write(&said(vec![part], FinishReason::Stop), &view());
    assert_eq!(
        written["output"][0]["content"][0]["annotations"],
        json!([
            {"type": "url_citation", "url": "https://a", "title": "A", "start_index": 1, "end_index": 2},
            {"type": "url_citation", "url": "https://b", "title": "", "start_index": 0, "end_index": 5},
        ])
    );
}

#[test]
fn replies_that_are_none() {
    let failed = json!({"id": "r", "status": "failed", "error": {"code": "rate_limit_exceeded", "message": "Slow down"}, "output": []});
    for (body, kind, words) in [
        (failed.to_string(), Kind::RateLimit, "Slow down"),
        (r#"{"error":{"message":"Oops","code":"server_error"}}"#.to_owned(), Kind::InternalServer, "Oops"),
        (String::new(), Kind::MalformedReply, "the body is empty"),
        ("<html>".to_owned(), Kind::MalformedReply, "no response"),
        (r#"{"choices":[]}"#.to_owned(), Kind::MalformedReply, "no response"),
        ("[1]".to_owned(), Kind::MalformedReply, "no response"),
    ] {
        let bytes = Bytes::from(body.clone());
        let read = OpenAiResponses.decode_response(&bytes).map(drop);
        let relayed = OpenAiResponses.relay_response(&bytes, &view(), &mut Default::default()).map(drop);
        for result in [read, relayed] {
            let error = result.map_err(DialectError::of_reply).unwrap_err();
            assert_eq!(error.kind, kind, "{body}");
            assert!(error.message.contains(words), "{}", error.message);
        }
    }
}

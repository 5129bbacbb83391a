//! Rules of streams one by one, where a golden file would hide the point.

use crate::golden::{file, frames, view};
use bytes::BytesMut;
use serde_json::{Value, json};
use tianji_core::generate::{ClientView, Delta, Finish, FinishReason, Opaque, PartKind, StreamEvent, ToolCallKind};
use tianji_core::{DialectId, Error, Json, Kind, Usage};
use tianji_dialects::Dialect;
use tianji_dialects::openai_chat::OpenAiChat;

/// The chunks that a stream's frames hold; the terminator as a string.
fn chunks(out: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(out).unwrap();
    let data = text.split("\n\n").filter_map(|frame| frame.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap_or_else(|_| json!(data))).collect()
}

fn relay(name: &str, view: ClientView) -> Result<Vec<Value>, Error> {
    let stream = file(&format!("stream/{name}.sse"));
    let mut relay = OpenAiChat.stream_relay(view);
    let mut out = BytesMut::new();
    for frame in frames(&stream, stream.len()) {
        relay.frame(&frame, &mut out)?;
    }
    relay.end(&mut out)?;
    Ok(chunks(&out))
}

/// What the encoder makes of events, without the members that are the same in all chunks.
fn encode(view: ClientView, events: Vec<StreamEvent>) -> Vec<Value> {
    let mut encoder = OpenAiChat.stream_encoder(view);
    let mut out = BytesMut::new();
    for event in &events {
        encoder.encode(event, &mut out);
    }
    encoder.finish(&mut out);
    let mut chunks = chunks(&out);
    assert_eq!(chunks.pop(), Some(json!("[DONE]")));
    for chunk in &chunks {
        assert_eq!(chunk["id"], "chatcmpl-minted");
        assert_eq!((&chunk["created"], &chunk["model"]), (&json!(1_700_000_000), &json!("my-\"model\"")));
        assert_eq!(chunk["object"], "chat.completion.chunk");
    }
    chunks
}

fn start() -> StreamEvent {
    StreamEvent::Start { id: "msg_1".to_owned(), model: "claude".to_owned(), created: None, usage: None }
}

fn part(index: u32, kind: PartKind) -> StreamEvent {
    StreamEvent::PartStart { choice: 0, index, kind }
}

fn call(index: u32, id: &str) -> StreamEvent {
    part(index, PartKind::ToolCall { id: id.to_owned(), name: "f".to_owned(), kind: ToolCallKind::Function })
}

fn delta(index: u32, delta: Delta) -> StreamEvent {
    StreamEvent::Delta { choice: 0, index, delta }
}

fn end(index: u32) -> StreamEvent {
    StreamEvent::PartEnd { choice: 0, index }
}

fn finish(reason: FinishReason, native: &str) -> StreamEvent {
    StreamEvent::Finish { choice: 0, finish: Finish::new(reason, native) }
}

fn deltas(chunks: &[Value]) -> Vec<Value> {
    chunks.iter().map(|chunk| chunk.pointer("/choices/0/delta").unwrap().clone()).collect()
}

#[test]
fn usage_shows_only_where_it_was_asked_for() {
    for name in ["text", "usage_on_finish", "usage_everywhere", "usage_groq", "azure", "spaced", "reasoning"] {
        let hidden = relay(name, view()).unwrap();
        assert!(hidden.iter().all(|chunk| chunk.get("usage").is_none()), "{name}: {hidden:?}");
        assert!(hidden.iter().all(|chunk| chunk["choices"] != json!([])), "{name}: {hidden:?}");
        let shown = relay(name, ClientView { include_usage: true, ..view() }).unwrap();
        let counted: Vec<&Value> = shown.iter().filter(|chunk| chunk["usage"].is_object()).collect();
        assert_eq!(counted.len(), 1, "{name}: {shown:?}");
        assert_eq!(counted[0]["choices"], json!([]), "{name}");
        assert_eq!(counted[0]["model"], "my-\"model\"");
        assert_eq!(shown[shown.len() - 2], *counted[0], "{name}");
        assert_eq!(shown[shown.len() - 1], "[DONE]", "{name}");
    }
}

#[test]
fn a_finish_without_terminator_is_an_end_and_a_cut_is_an_error() {
    assert_eq!(relay("no_done", view()).unwrap().last(), Some(&json!("[DONE]")));
    assert_eq!(relay("cut", view()).unwrap_err().kind, Kind::MidStream);
    assert_eq!(relay("done_without_finish", view()).unwrap().last(), Some(&json!("[DONE]")));
}

#[test]
fn empty_deltas_and_what_comes_after_the_end_are_dropped() {
    let chunks = relay("empty_deltas", view()).unwrap();
    let said = [
        json!({"role": "assistant"}),
        json!({"role": "assistant", "content": "A"}),
        json!({"content": "B"}),
        json!({}),
    ];
    assert_eq!(deltas(&chunks[..chunks.len() - 1]), said);
    assert_eq!(chunks[3]["choices"][0]["finish_reason"], "stop");
}

#[test]
fn irregular_tool_calls_come_out_as_openai_would_send_them() {
    for (name, calls) in [
        ("tools_parallel", [("call_a", r#"{"ticker": "AAPL"}"#), ("call_b", r#"{"place":"Köln"}"#)].as_slice()),
        ("tools_interleaved", &[("call_a", r#"{"a":1}"#), ("call_b", r#"{"b":[2]}"#)]),
        ("tools_snapshots", &[("call_a", r#"{"a":"xy"}"#)]),
        ("tools_unnumbered", &[("call_a", r#"{"a":1}"#), ("call_b", r#"{"b":"ä"}"#)]),
        ("tools_same_index", &[("call_a", r#"{"a":1}"#), ("call_b", r#"{"a":2}"#)]),
        ("tools_odd_starts", &[("", "{}"), ("call_b", r#"{"b":1}"#)]),
    ] {
        let mut found: Vec<(String, String)> = Vec::new();
        for call in relay(name, view())
            .unwrap()
            .iter()
            .flat_map(|chunk| chunk["choices"][0]["delta"]["tool_calls"].as_array().cloned().unwrap_or_default())
        {
            let index = usize::try_from(call["index"].as_u64().unwrap()).unwrap();
            let arguments = call["function"]["arguments"].as_str().unwrap();
            if let Some(id) = call["id"].as_str() {
                assert_eq!(index, found.len(), "{name}: numbered by order of appearance");
                assert!(call["function"]["name"].is_string() && call["type"] == "function", "{name}: {call}");
                found.push((id.to_owned(), String::new()));
            } else {
                let again = call["function"]["name"].as_str().unwrap_or_default();
                assert_eq!(again, "", "{name}: the name comes once");
            }
            found[index].1.push_str(arguments);
        }
        assert_eq!(found.len(), calls.len(), "{name}");
        for ((id, arguments), (expected_id, expected)) in found.iter().zip(calls) {
            assert_eq!(arguments, expected, "{name}");
            assert!(id == expected_id || (expected_id.is_empty() && id.starts_with("call_")), "{name}: {id}");
        }
    }
}

#[test]
fn decoded_parts_come_one_after_the_other() {
    for name in ["tools_parallel", "tools_interleaved", "tools_unnumbered", "thinking_blocks", "content_list"] {
        let stream = file(&format!("stream/{name}.sse"));
        let mut decoder = OpenAiChat.stream_decoder();
        let mut events = Vec::new();
        for frame in frames(&stream, 7) {
            decoder.decode(&frame, &mut events).unwrap();
        }
        decoder.finish(&mut events).unwrap();
        let mut open = None;
        let mut next = 0;
        for event in events {
            match event {
                StreamEvent::PartStart { index, .. } => {
                    assert_eq!((open, index), (None, next), "{name}");
                    (open, next) = (Some(index), next + 1);
                }
                StreamEvent::Delta { index, .. } => assert_eq!(open, Some(index), "{name}"),
                StreamEvent::PartEnd { index, .. } => assert_eq!(open.take(), Some(index), "{name}"),
                StreamEvent::Finish { .. } => assert_eq!(open, None, "{name}"),
                _ => {}
            }
        }
    }
}

#[test]
fn calls_are_numbered_among_calls() {
    let chunks = encode(
        view(),
        vec![
            start(),
            part(0, PartKind::Text),
            delta(0, Delta::Text("ok".to_owned())),
            end(0),
            call(1, "t1"),
            delta(1, Delta::Arguments(String::new())),
            delta(1, Delta::Arguments("{\"a\":".to_owned())),
            delta(1, Delta::Arguments("1}".to_owned())),
            end(1),
            call(2, "t2"),
            end(2),
            finish(FinishReason::ToolCalls, "tool_use"),
            delta(0, Delta::Text("late".to_owned())),
            finish(FinishReason::Stop, "end_turn"),
        ],
    );
    let begun = |index: u32, id: &str| json!({"tool_calls": [{"index": index, "id": id, "type": "function", "function": {"name": "f", "arguments": ""}}]});
    let grown = |index: u32, text: &str| json!({"tool_calls": [{"index": index, "function": {"arguments": text}}]});
    let expected = [
        json!({"role": "assistant", "content": ""}),
        json!({"content": "ok"}),
        begun(0, "t1"),
        grown(0, "{\"a\":"),
        grown(0, "1}"),
        begun(1, "t2"),
        grown(1, "{}"),
        json!({}),
    ];
    assert_eq!(deltas(&chunks), expected);
    assert_eq!(chunks[7]["choices"][0]["finish_reason"], "tool_calls");
}

#[test]
fn thoughts_stream_as_text_and_close_with_their_signature() {
    let own = Opaque {
        dialect: DialectId::AnthropicMessages,
        type_name: "web_search_tool_result".to_owned(),
        raw: Json::parse("{\"x\":1}").unwrap(),
    };
    let chunks = encode(
        view(),
        vec![
            start(),
            part(0, PartKind::Thinking),
            delta(0, Delta::Thinking("Let me".to_owned())),
            delta(0, Delta::Thinking(" see.".to_owned())),
            delta(0, Delta::Signature("sig".to_owned())),
            end(0),
            part(1, PartKind::RedactedThinking { data: "b64".to_owned() }),
            end(1),
            part(2, PartKind::Opaque(own)),
            end(2),
            part(3, PartKind::Text),
            delta(3, Delta::Citation(Json::parse("{\"type\":\"char_location\"}").unwrap())),
            delta(3, Delta::Text("12".to_owned())),
            end(3),
            finish(FinishReason::Refusal, "refusal"),
        ],
    );
    let expected = [
        json!({"role": "assistant", "content": ""}),
        json!({"reasoning_content": "Let me"}),
        json!({"reasoning_content": " see."}),
        json!({"thinking_blocks": [{"type": "thinking", "thinking": "Let me see.", "signature": "sig"}]}),
        json!({"thinking_blocks": [{"type": "redacted_thinking", "data": "b64"}]}),
        json!({"provider_specific_fields": {"web_search_results": [{"x": 1}]}}),
        json!({"provider_specific_fields": {"citation": {"type": "char_location"}}}),
        json!({"content": "12"}),
        json!({}),
    ];
    assert_eq!(deltas(&chunks), expected);
    let last = &chunks[8]["choices"][0];
    assert_eq!(last["finish_reason"], "content_filter");
    assert_eq!(last["provider_specific_fields"]["native_finish_reason"], "refusal");
}

#[test]
fn legacy_clients_and_usage() {
    let legacy = ClientView { legacy_functions: true, include_usage: true, ..view() };
    let usage = Usage { in_text: 4, cache_read_text: 1800, cache_write_5m: 200, out_text: 6, ..Usage::default() };
    let chunks = encode(
        legacy,
        vec![
            start(),
            call(0, "t1"),
            delta(0, Delta::Arguments("{}".to_owned())),
            end(0),
            call(1, "t2"),
            end(1),
            StreamEvent::Usage(Usage::default()),
            finish(FinishReason::ToolCalls, "tool_use"),
            StreamEvent::Usage(usage),
        ],
    );
    assert_eq!(chunks[1]["choices"][0]["delta"], json!({"function_call": {"name": "f", "arguments": ""}}));
    assert_eq!(chunks[2]["choices"][0]["delta"], json!({"function_call": {"arguments": "{}"}}));
    assert_eq!(chunks[3]["choices"][0]["finish_reason"], "function_call");
    assert_eq!((&chunks[4]["choices"], &chunks[4]["usage"]["prompt_tokens"]), (&json!([]), &json!(2004)));
    assert_eq!(chunks[4]["usage"]["cache_creation_input_tokens"], 200);
}

#[test]
fn a_failure_is_one_error_frame() {
    let mut encoder = OpenAiChat.stream_encoder(view());
    let mut out = BytesMut::new();
    encoder.encode(&start(), &mut out);
    encoder.fail(&Error::provider(Kind::RateLimit, "slow"), &mut out);
    let expected = json!({"error": {"message": "slow", "type": "throttling_error", "param": null, "code": "429"}});
    assert_eq!(chunks(&out), [expected]);
    let error = relay("error", view()).unwrap_err();
    assert_eq!((error.kind, error.status.as_u16(), error.type_name.as_ref()), (Kind::Connection, 500, ""));
    let error = relay("error_openrouter", view()).unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (Kind::RateLimit, "Rate limited upstream"));
    assert_eq!(relay("error_first", view()).unwrap_err().kind, Kind::ContextWindowExceeded);
}

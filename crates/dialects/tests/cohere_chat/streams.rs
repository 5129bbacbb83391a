//! Streams, whatever the sizes in which they arrive.

use crate::golden::{check, decode_stream, encode_stream, frames, streams, view, ways};
use bytes::BytesMut;
use serde_json::{Value, json};
use std::collections::HashMap;
use tianji_core::generate::{ClientView, Delta, Finish, FinishReason, PartKind, StreamEvent, ToolCallKind};
use tianji_core::{DialectId, Json};
use tianji_dialects::cohere_chat::CohereChat;
use tianji_dialects::{Dialect, DialectError, dialect};

/// One event a line; counts of nothing are left out.
fn lines(events: &[StreamEvent]) -> String {
    let mut lines = String::new();
    for event in events {
        let line = match event {
            StreamEvent::Error(error) => format!("Error {:?} {} {:?}", error.kind, error.status, error.message),
            event => format!("{event:?}"),
        };
        let counts = line.contains("Usage(");
        let told: Vec<&str> = line.split(", ").filter(|piece| !counts || !piece.contains(": 0")).collect();
        lines.push_str(&told.join(", "));
        lines.push('\n');
    }
    lines
}

/// Whether a fixture ends as a stream should.
fn is_whole(name: &str) -> bool {
    !matches!(name, "cut" | "failed" | "timeout" | "error")
}

#[test]
fn every_stream_is_decoded_as_its_golden_says() {
    for (name, stream) in streams() {
        for frames in ways(&stream) {
            let (events, ended) = decode_stream(&frames);
            check(&format!("streams/{name}.events"), &lines(&events));
            let cut = matches!(ended, Err(DialectError::Cut));
            assert_eq!((ended.is_ok(), cut), (name != "cut", name == "cut"), "{name}");
        }
    }
}

#[test]
fn every_stream_is_encoded_as_its_golden_says() {
    for (name, stream) in streams().into_iter().filter(|(name, _)| is_whole(name)) {
        let (events, _) = decode_stream(&frames(&stream, stream.len()));
        let written = encode_stream(&events);
        check(&format!("streams/{name}.client.sse"), std::str::from_utf8(&written).unwrap());
        check_protocol(&written);
        let (again, ended) = decode_stream(&frames(&written, written.len()));
        assert!(ended.is_ok());
        assert_eq!(lines(&again[1..]), lines(&events[1..]), "{name}");
    }
}

/// Blocks and calls begin, grow and end, each kind numbered from 0; one start, one end.
pub(crate) fn check_protocol(stream: &[u8]) {
    let mut frames = frames(stream, stream.len());
    assert_eq!(frames.pop().unwrap().data, "[DONE]");
    let mut kinds = Vec::new();
    let mut open: HashMap<(String, u64), bool> = HashMap::new();
    for frame in &frames {
        let event: Value = serde_json::from_slice(&frame.data).unwrap();
        let kind = event["type"].as_str().unwrap().to_owned();
        assert_eq!(frame.event.as_deref(), Some(kind.as_bytes()));
        if let (Some(index), Some((what, step))) = (event["index"].as_u64(), kind.rsplit_once('-')) {
            let known = open.keys().filter(|(known, _)| known == what).count() as u64;
            let place = (what.to_owned(), index);
            match step {
                "start" => {
                    assert_eq!(index, known, "{kind}");
                    open.insert(place, true);
                }
                "end" => assert_eq!(open.insert(place, false), Some(true), "{kind}"),
                _ => assert!(open[&place] || event["logprobs"].is_object(), "{kind} after the end"),
            }
        }
        kinds.push(kind);
    }
    assert!(open.values().all(|open| !open));
    assert_eq!((kinds[0].as_str(), kinds.last().unwrap().as_str()), ("message-start", "message-end"));
    assert_eq!(kinds.iter().filter(|kind| kind.starts_with("message-")).count(), 2);
}

fn start(index: u32, kind: PartKind) -> StreamEvent {
    StreamEvent::PartStart { choice: 0, index, kind }
}

fn grow(index: u32, delta: Delta) -> StreamEvent {
    StreamEvent::Delta { choice: 0, index, delta }
}

fn call(id: &str, kind: ToolCallKind) -> PartKind {
    PartKind::ToolCall { id: id.to_owned(), name: "f".to_owned(), kind }
}

#[test]
fn what_overlaps_is_put_in_order() {
    let written = encode_stream(&[
        start(0, PartKind::Text),
        grow(0, Delta::Text("a".into())),
        start(1, call("x", ToolCallKind::Function)),
        start(2, call("y", ToolCallKind::Custom)),
        grow(2, Delta::Arguments("free".into())),
        grow(1, Delta::Arguments("{}".into())),
        grow(0, Delta::Text("b".into())),
        StreamEvent::PartEnd { choice: 0, index: 2 },
        start(3, call("z", ToolCallKind::Function)),
        start(4, PartKind::RedactedThinking { data: "d".into() }),
        StreamEvent::PartStart { choice: 1, index: 0, kind: PartKind::Text },
        StreamEvent::Finish { choice: 0, finish: Finish::new(FinishReason::ToolCalls, "x") },
    ]);
    check_protocol(&written);
    let (events, ended) = decode_stream(&frames(&written, 64));
    assert!(ended.is_ok());
    let mut arguments: Vec<String> = Vec::new();
    let mut text = String::new();
    for event in &events {
        match event {
            StreamEvent::Delta { delta: Delta::Arguments(piece), .. } => arguments.push(piece.clone()),
            StreamEvent::Delta { delta: Delta::Text(piece), .. } => text.push_str(piece),
            _ => {}
        }
    }
    assert_eq!(
        (text.as_str(), arguments),
        ("ab", vec!["{}".to_owned(), r#"{"input":"free"}"#.to_owned(), "{}".into()])
    );
}

/// What a client that must be answered with a call receives: plan, content, number of calls.
fn forced(events: &[StreamEvent]) -> (String, String, usize) {
    let mut encoder = CohereChat.stream_encoder(ClientView { must_call: true, ..view() });
    let mut out = BytesMut::new();
    events.iter().for_each(|event| encoder.encode(event, &mut out));
    encoder.finish(&mut out);
    check_protocol(&out);
    let (mut plan, mut content, mut calls) = (String::new(), String::new(), 0);
    for frame in frames(&out, out.len()).iter().filter(|frame| frame.data != "[DONE]") {
        let event: Value = serde_json::from_slice(&frame.data).unwrap();
        let message = &event["delta"]["message"];
        match event["type"].as_str().unwrap() {
            "tool-plan-delta" if calls == 0 => plan.push_str(message["tool_plan"].as_str().unwrap()),
            "content-delta" => content.push_str(message["content"]["text"].as_str().unwrap_or_default()),
            "tool-call-start" => calls += 1,
            other => assert_ne!(other, "tool-plan-delta", "after a call"),
        }
    }
    (plan, content, calls)
}

#[test]
fn text_before_a_call_that_must_come_is_the_plan() {
    let finish = |reason| StreamEvent::Finish { choice: 0, finish: Finish::new(reason, "x") };
    let said = || {
        let look = [Delta::Text("I ".into()), Delta::Text("look.".into())];
        std::iter::once(start(0, PartKind::Text)).chain(look.map(|delta| grow(0, delta))).collect::<Vec<_>>()
    };
    let mut events = said();
    events.extend([
        StreamEvent::PartEnd { choice: 0, index: 0 },
        start(1, call("x", ToolCallKind::Function)),
        StreamEvent::PartEnd { choice: 0, index: 1 },
        start(2, PartKind::Text),
        grow(2, Delta::Text("Done.".into())),
        finish(FinishReason::ToolCalls),
    ]);
    assert_eq!(forced(&events), ("I look.".to_owned(), "Done.".to_owned(), 1));
    let mut unkept = said();
    unkept.push(finish(FinishReason::Stop));
    assert_eq!(forced(&unkept), ("I look.".to_owned(), "I look.".to_owned(), 0), "no call: it was the answer");
}

#[test]
fn a_citation_of_another_vendor_is_named_by_its_address() {
    let cited = json!({"type": "url_citation", "url_citation": {"start_index": 0, "end_index": 1, "url": "https://a", "title": "A"}});
    let written = encode_stream(&[
        start(0, PartKind::Text),
        grow(0, Delta::Text("a".into())),
        grow(0, Delta::Citation(Json::of(&cited).unwrap())),
        grow(0, Delta::Citation(Json::of(&json!({"cited_text": "no address"})).unwrap())),
    ]);
    let text = std::str::from_utf8(&written).unwrap();
    assert_eq!(text.matches("citation-start").count(), 2, "event and type of one citation: {text}");
    assert!(text.contains(r#""id":"https://a""#));
}

/// The plan is shown as content, the calls are numbered from 0, and the finish says that tools are called.
#[test]
fn a_tool_plan_reaches_a_chat_client_as_content() {
    let (_, stream) = streams().into_iter().find(|(name, _)| name == "tools").unwrap();
    let (events, _) = decode_stream(&frames(&stream, stream.len()));
    let mut encoder = dialect(DialectId::OpenAiChat).stream_encoder(view());
    let mut out = BytesMut::new();
    events.iter().for_each(|event| encoder.encode(event, &mut out));
    encoder.finish(&mut out);
    let mut content = String::new();
    let mut calls: Vec<(String, String)> = Vec::new();
    let mut finish = Value::Null;
    for frame in frames(&out, out.len()).iter().filter(|frame| frame.data != "[DONE]") {
        let chunk: Value = serde_json::from_slice(&frame.data).unwrap();
        let choice = &chunk["choices"][0];
        content.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
        for call in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            let at = call["index"].as_u64().unwrap() as usize;
            if at == calls.len() {
                calls.push((call["id"].as_str().unwrap().to_owned(), String::new()));
            }
            calls[at].1.push_str(call["function"]["arguments"].as_str().unwrap());
        }
        if !choice["finish_reason"].is_null() {
            finish = choice["finish_reason"].clone();
        }
    }
    assert_eq!((content.as_str(), finish), ("I will look.", json!("tool_calls")));
    assert_eq!(calls, [("w_1".into(), r#"{"location":"Oslo"}"#.into()), ("w_2".into(), "{}".into())]);
}

#[test]
fn nothing_but_the_frame_is_needed_to_go_on() {
    let mut decoder = CohereChat.stream_decoder();
    let mut events = Vec::new();
    let odd = frames(b"data: {\"type\":\"tool-call-delta\",\"index\":7,\"delta\":{\"message\":{\"tool_calls\":{\"function\":{\"arguments\":\"x\"}}}}}\n\n", 64);
    decoder.decode(&odd[0], &mut events).unwrap();
    assert_eq!(events.len(), 1, "a piece of an unknown call is nothing: {events:?}");
    let broken = frames(b"data: {\"type\":\n\n", 64);
    assert!(matches!(decoder.decode(&broken[0], &mut events), Err(DialectError::Reply(_))));
}

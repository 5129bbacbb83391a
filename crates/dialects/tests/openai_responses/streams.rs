//! Streams, whatever the sizes in which they arrive.

use crate::golden::{check, decode_stream, encode_stream, frames, stream, streams, view, ways};
use bytes::BytesMut;
use serde_json::{Value, json};
use tianji_core::generate::{Delta, Finish, FinishReason, PartKind, StreamEvent, ToolCallKind};
use tianji_core::{Error, Kind};
use tianji_dialects::openai_responses::OpenAiResponses;
use tianji_dialects::{Dialect, DialectError};

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
    !matches!(name, "cut" | "failed" | "error" | "error_nested")
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
        assert_eq!(said(&again), said(&events), "{name}");
    }
}

/// What was said, without the ids of reasoning items, which are minted anew.
fn said(events: &[StreamEvent]) -> Vec<String> {
    let mut kept = Vec::new();
    for event in events {
        match event {
            StreamEvent::Start { .. } | StreamEvent::Logprobs { .. } => {}
            StreamEvent::Delta { delta: Delta::Signature(signature), .. } => {
                kept.push(signature.split_once('#').map_or("", |(_, rest)| rest.trim_start_matches('#')).to_owned());
            }
            event => kept.push(format!("{event:?}")),
        }
    }
    kept
}

/// Events are named and numbered; items are added, grow and are done, and make up the output at the end.
pub(crate) fn check_protocol(stream: &[u8]) {
    let mut frames = frames(stream, stream.len());
    assert_eq!(frames.pop().unwrap().data, "[DONE]");
    let mut items: Vec<(Value, Option<Value>)> = Vec::new();
    let mut grown: Vec<String> = Vec::new();
    let mut kinds = Vec::new();
    let mut output = Value::Null;
    for (number, frame) in frames.iter().enumerate() {
        let event: Value = serde_json::from_slice(&frame.data).unwrap();
        let kind = event["type"].as_str().unwrap().to_owned();
        assert_eq!(frame.event.as_deref(), Some(kind.as_bytes()));
        assert_eq!(event["sequence_number"], json!(number));
        let at = event["output_index"].as_u64().map(|at| at as usize);
        if kind == "response.output_item.added" {
            assert_eq!(at, Some(items.len()));
            items.push((event["item"].clone(), None));
            grown.push(String::new());
        } else if let Some(at) = at {
            assert!(items[at].1.is_none(), "{kind} after the item was done");
            if kind == "response.output_item.done" {
                assert_eq!(event["item"]["id"], items[at].0["id"]);
                items[at].1 = Some(event["item"].clone());
            } else {
                assert_eq!(event["item_id"], items[at].0["id"], "{kind}");
            }
            if let Some(delta) = event["delta"].as_str() {
                grown[at].push_str(delta);
            }
        }
        if let Some(done) = event["response"]["output"].as_array().filter(|output| !output.is_empty()) {
            output = json!(done);
        }
        kinds.push(kind);
    }
    assert_eq!(kinds[..2], ["response.created", "response.in_progress"]);
    assert!(matches!(kinds.last().unwrap().as_str(), "response.completed" | "response.incomplete"));
    let done: Vec<Value> = items.into_iter().map(|(_, done)| done.unwrap()).collect();
    for (item, grown) in done.iter().zip(&grown) {
        match item["type"].as_str().unwrap() {
            "function_call" => assert_eq!(item["arguments"], json!(grown)),
            "custom_tool_call" => assert_eq!(item["input"], json!(grown)),
            _ => {}
        }
    }
    assert_eq!(if done.is_empty() { json!([]) } else { output.clone() }, json!(done));
}

fn start(index: u32, kind: PartKind) -> StreamEvent {
    StreamEvent::PartStart { choice: 0, index, kind }
}

fn delta(index: u32, delta: Delta) -> StreamEvent {
    StreamEvent::Delta { choice: 0, index, delta }
}

fn call(id: &str, kind: ToolCallKind) -> PartKind {
    PartKind::ToolCall { id: id.into(), name: "t".into(), kind }
}

fn end(index: u32) -> StreamEvent {
    StreamEvent::PartEnd { choice: 0, index }
}

fn finish(reason: FinishReason) -> StreamEvent {
    StreamEvent::Finish { choice: 0, finish: Finish::new(reason, "x") }
}

/// The output in the last event.
fn output(stream: &[u8]) -> Vec<Value> {
    let frames = frames(stream, stream.len());
    let last: Value = serde_json::from_slice(&frames[frames.len() - 2].data).unwrap();
    last["response"]["output"].as_array().unwrap().clone()
}

#[test]
fn parts_that_overlap_are_items_of_their_own() {
    let events = [
        StreamEvent::Start { id: "chatcmpl-1".into(), model: "m".into(), created: None, usage: None },
        start(0, PartKind::Text),
        delta(0, Delta::Text("a".into())),
        start(1, call("c1", ToolCallKind::Function)),
        start(2, call("c2", ToolCallKind::Custom)),
        delta(1, Delta::Arguments("{\"x\":".into())),
        delta(2, Delta::Arguments("free".into())),
        delta(0, Delta::Text("b".into())),
        delta(1, Delta::Arguments("1}".into())),
        end(2),
        end(1),
        end(0),
        finish(FinishReason::ToolCalls),
    ];
    let written = encode_stream(&events);
    check_protocol(&written);
    let output = output(&written);
    assert_eq!(output.len(), 3);
    assert_eq!(output[0]["content"][0]["text"], json!("ab"));
    assert_eq!((&output[1]["arguments"], &output[2]["input"]), (&json!("{\"x\":1}"), &json!("free")));
}

#[test]
fn what_says_nothing_is_not_begun() {
    let events = [
        start(0, PartKind::Text),
        end(0),
        start(1, PartKind::Thinking),
        end(1),
        start(2, call("c", ToolCallKind::Function)),
        end(2),
        StreamEvent::PartStart { choice: 1, index: 0, kind: PartKind::Text },
        StreamEvent::Delta { choice: 1, index: 0, delta: Delta::Text("another answer".into()) },
    ];
    let written = encode_stream(&events);
    check_protocol(&written);
    let output = output(&written);
    assert_eq!(output.len(), 1);
    assert_eq!(output[0]["arguments"], json!("{}"));
}

#[test]
fn parts_that_never_end_are_ended() {
    let events = [start(0, PartKind::Text), delta(0, Delta::Text("a".into())), finish(FinishReason::Length)];
    let written = encode_stream(&events);
    check_protocol(&written);
    assert_eq!(output(&written)[0]["status"], json!("incomplete"));
    let text = std::str::from_utf8(&written).unwrap();
    assert!(
        text.contains("event: response.incomplete\n")
            && text.contains(r#""incomplete_details":{"reason":"max_output_tokens"}"#)
    );
    check_protocol(&encode_stream(&[]));
}

#[test]
fn a_thought_with_a_signature_alone_is_an_item() {
    let events =
        [start(0, PartKind::Thinking), delta(0, Delta::Signature("Eq".into())), end(0), finish(FinishReason::Stop)];
    let written = encode_stream(&events);
    check_protocol(&written);
    assert_eq!(output(&written)[0]["encrypted_content"], json!("signature#Eq"));
    assert!(!std::str::from_utf8(&written).unwrap().contains("reasoning_summary_part"));
}

#[test]
fn a_failure_is_the_responses_last_state_and_one_error() {
    let error = Error::provider(Kind::RateLimit, "Slow \"down\"");
    let mut encoder = OpenAiResponses.stream_encoder(view());
    let mut out = BytesMut::new();
    encoder.encode(&start(0, PartKind::Text), &mut out);
    encoder.encode(&delta(0, Delta::Text("a".into())), &mut out);
    let before = out.len();
    encoder.fail(&error, &mut out);
    let expected = concat!(
        "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"id\":\"resp_minted\",\"object\":\"response\",",
        "\"created_at\":1700000000,\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Slow \\\"down\\\"\"},",
        "\"incomplete_details\":null,\"model\":\"my-\\\"model\\\"\",\"output\":[],\"usage\":null},\"sequence_number\":5}\n\n",
        "event: error\ndata: {\"type\":\"error\",\"code\":\"429\",\"message\":\"Slow \\\"down\\\"\",\"param\":null,\"sequence_number\":6}\n\n",
    );
    assert_eq!(std::str::from_utf8(&out[before..]).unwrap(), expected);
}

#[test]
fn frames_that_are_no_events_are_an_error() {
    for text in ["data: {\n\n", "data: 1\n\n", "data: {\"type\":\"response.created\",\"response\":3}\n\n"] {
        let (_, ended) = decode_stream(&frames(text.as_bytes(), 5));
        assert!(matches!(ended, Err(DialectError::Reply(_))), "{text}: {ended:?}");
    }
    let (events, ended) = decode_stream(&frames(&stream("text"), 5)[..3]);
    assert!(matches!(ended, Err(DialectError::Cut)) && events.len() == 1);
}

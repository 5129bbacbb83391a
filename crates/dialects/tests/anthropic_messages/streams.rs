//! Streams, whatever the sizes in which they arrive.

use crate::golden::{check, decode_stream, encode_stream, files, folder, frames, view, ways};
use bytes::{Bytes, BytesMut};
use serde_json::Value;
use tianji_core::generate::{Delta, Finish, FinishReason, PartKind, StreamEvent, ToolCallKind};
use tianji_core::{Error, Kind, Usage};
use tianji_dialects::Dialect;
use tianji_dialects::DialectError;
use tianji_dialects::anthropic_messages::AnthropicMessages;

/// One event a line; counts of nothing are left out.
fn lines(events: &[StreamEvent]) -> String {
    let mut lines = String::new();
    for event in events {
        let line = match event {
            StreamEvent::Error(error) => format!("Error {:?} {} {:?}", error.kind, error.status, error.message),
            event => format!("{event:?}"),
        };
        let counts = line.contains("Usage {");
        let told: Vec<&str> = line.split(", ").filter(|piece| !counts || !piece.contains(": 0")).collect();
        lines.push_str(&told.join(", "));
        lines.push('\n');
    }
    lines
}

fn stream(name: &str) -> Bytes {
    std::fs::read(folder(&format!("streams/{name}.sse"))).unwrap().into()
}

/// Whether a fixture ends as a stream should.
fn is_whole(name: &str) -> bool {
    !matches!(name, "cut" | "overloaded")
}

fn fixtures() -> Vec<(String, Bytes)> {
    files("streams", "sse").into_iter().filter(|(name, _)| !name.ends_with(".client")).collect()
}

#[test]
fn every_stream_is_decoded_as_its_golden_says() {
    for (name, stream) in fixtures() {
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
    for (name, stream) in fixtures().into_iter().filter(|(name, _)| is_whole(name)) {
        let (events, _) = decode_stream(&frames(&stream, stream.len()));
        let written = encode_stream(&events);
        check(&format!("streams/{name}.client.sse"), std::str::from_utf8(&written).unwrap());
        check_protocol(&written);
        let (again, ended) = decode_stream(&frames(&written, written.len()));
        assert!(ended.is_ok());
        let said = |events: &[StreamEvent]| {
            let plain = |event: &&StreamEvent| !matches!(event, StreamEvent::Start { .. } | StreamEvent::Usage(_));
            events.iter().filter(plain).map(|event| format!("{event:?}")).collect::<Vec<_>>()
        };
        assert_eq!(said(&again), said(&events), "{name}");
    }
}

/// Blocks begin and stop one by one, numbered without gaps; the frame of the message is around them.
fn check_protocol(stream: &[u8]) {
    let (mut open, mut next, mut kinds) = (None, 0, Vec::new());
    for frame in frames(stream, stream.len()) {
        let event: Value = serde_json::from_slice(&frame.data).unwrap();
        let kind = event["type"].as_str().unwrap().to_owned();
        match kind.as_str() {
            "content_block_start" => {
                assert_eq!((open, &event["index"]), (None, &Value::from(next)));
                open = Some(next);
                next += 1;
            }
            "content_block_delta" => assert_eq!(open.map(Value::from), Some(event["index"].clone())),
            "content_block_stop" => assert_eq!(open.take().map(Value::from), Some(event["index"].clone())),
            _ => assert_eq!(open, None),
        }
        kinds.push(kind);
    }
    assert_eq!(kinds.first().map(String::as_str), Some("message_start"));
    assert_eq!(kinds[kinds.len() - 2..], ["message_delta", "message_stop"]);
}

#[test]
fn every_stream_is_relayed_with_nothing_changed_but_the_model() {
    for (name, stream) in fixtures().into_iter().filter(|(name, _)| name != "loose") {
        for frames in ways(&stream) {
            let mut relay = AnthropicMessages.stream_relay(view());
            let mut out = BytesMut::new();
            let failed = frames.iter().find_map(|frame| relay.frame(frame, &mut out).err());
            let seen = relay.observed().clone();
            assert_eq!(seen.response_id.as_deref(), Some("msg_01A"), "{name}");
            assert_eq!(seen.model.as_deref(), Some("claude-sonnet-4-5"));
            let text = String::from_utf8(out.to_vec()).unwrap().replace("\r\n", "\n");
            let mut expected = String::from_utf8(stream.to_vec()).unwrap();
            expected = expected.replace("\"claude-sonnet-4-5\"", r#""my-\"model\"""#);
            if let Some(error) = failed {
                assert_eq!(
                    (name.as_str(), error.kind, error.message.as_str()),
                    ("overloaded", Kind::Overloaded, "Overloaded")
                );
                expected.truncate(expected.find("event: error").unwrap());
            } else {
                assert_eq!(relay.end(&mut out).is_ok(), name != "cut", "{name}");
            }
            assert_eq!(text, expected, "{name}");
        }
    }
}

#[test]
fn the_relay_sees_what_was_used_and_why_it_ended() {
    let seen = |name: &str| {
        let mut relay = AnthropicMessages.stream_relay(view());
        let mut out = BytesMut::new();
        for frame in frames(&stream(name), 64) {
            let _ = relay.frame(&frame, &mut out);
        }
        relay.observed().clone()
    };
    let cache = seen("cache");
    let usage = cache.usage.unwrap();
    assert_eq!((usage.in_text, usage.cache_read(), usage.cache_write_5m, usage.cache_write_1h), (4, 1800, 150, 50));
    assert_eq!((usage.output(), usage.input()), (6, 2004));
    assert_eq!(
        (cache.finish, cache.ended, cache.service_tier.as_deref()),
        (Some(FinishReason::Stop), true, Some("priority"))
    );
    assert_eq!(seen("thinking").usage.unwrap().out_reasoning, 20);
    assert_eq!(seen("search").usage.unwrap().counters.web_search, 1);
    let cut = seen("cut");
    assert_eq!((cut.ended, cut.output_bytes), (false, 4));
    assert_eq!(seen("text").output_bytes, "Hello — “Grüße” 🦀\\n".len() as u64);
    assert_eq!(seen("loose").output_bytes, "Hello — “Grüße” 🦀\\n".len() as u64);
}

#[test]
fn a_loosely_written_stream_is_relayed_too() {
    let mut relay = AnthropicMessages.stream_relay(view());
    let mut out = BytesMut::new();
    for frame in frames(&stream("loose"), 7) {
        relay.frame(&frame, &mut out).unwrap();
    }
    relay.end(&mut out).unwrap();
    assert!(!String::from_utf8(out.to_vec()).unwrap().contains("[DONE]"));
    let (events, ended) = decode_stream(&frames(&out, out.len()));
    assert!(ended.is_ok());
    assert!(matches!(&events[0], StreamEvent::Start { model, .. } if model == "my-\"model\""));
}

#[test]
fn data_in_several_lines_and_frames_without_an_end_are_relayed() {
    let stream = concat!(
        "event: message_start\ndata: {\"type\":\"message_start\",\ndata: \"message\":{\"id\":\"msg_1\",\"model\":\"m\"}}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}",
    );
    let mut relay = AnthropicMessages.stream_relay(view());
    let mut out = BytesMut::new();
    for frame in frames(stream.as_bytes(), 9) {
        relay.frame(&frame, &mut out).unwrap();
    }
    relay.end(&mut out).unwrap();
    let expected = concat!(
        "event: message_start\ndata: {\"type\":\"message_start\", \"message\":{\"id\":\"msg_1\",\"model\":\"my-\\\"model\\\"\"}}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    );
    assert_eq!(out, expected);
}

#[test]
fn a_failure_is_one_event_and_no_end() {
    let error = Error::provider(Kind::Overloaded, "Overloaded");
    let expected =
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Overloaded\"}}\n\n";
    let mut out = BytesMut::new();
    AnthropicMessages.stream_encoder(view()).fail(&error, &mut out);
    assert_eq!(out, expected);
    out.clear();
    AnthropicMessages.stream_relay(view()).fail(&error, &mut out);
    assert_eq!(out, expected);
}

#[test]
fn parts_that_overlap_are_put_into_blocks() {
    let start = |index, kind| StreamEvent::PartStart { choice: 0, index, kind };
    let delta = |index, delta| StreamEvent::Delta { choice: 0, index, delta };
    let call = |id: &str, kind| PartKind::ToolCall { id: id.into(), name: "t".into(), kind };
    let events = [
        StreamEvent::Start { id: "chatcmpl-1".into(), model: "m".into(), created: None, usage: None },
        start(0, PartKind::Text),
        delta(0, Delta::Text("a".into())),
        start(1, call("c1", ToolCallKind::Function)),
        delta(1, Delta::Arguments("{}".into())),
        delta(0, Delta::Text("b".into())),
        StreamEvent::PartEnd { choice: 0, index: 1 },
        start(2, PartKind::Thinking),
        start(3, PartKind::Refusal),
        delta(3, Delta::Refusal("No".into())),
        start(4, call("c2", ToolCallKind::Custom)),
        delta(4, Delta::Arguments("SELECT".into())),
        delta(4, Delta::Arguments(" \"1\"".into())),
        StreamEvent::PartStart { choice: 1, index: 0, kind: PartKind::Text },
        StreamEvent::Delta { choice: 1, index: 0, delta: Delta::Text("other answer".into()) },
        StreamEvent::Finish { choice: 1, finish: Finish::new(FinishReason::Length, "length") },
        StreamEvent::Finish { choice: 0, finish: Finish::new(FinishReason::ToolCalls, "tool_calls") },
        StreamEvent::Usage(Usage { in_text: 4, cache_read_text: 16, out_text: 2, ..Usage::default() }),
    ];
    let out = encode_stream(&events);
    check("streams/overlapping.golden", std::str::from_utf8(&out).unwrap());
}

#[test]
fn frames_that_make_no_sense_are_errors_and_never_panics() {
    for data in [
        "{",
        "5",
        "{\"type\":\"content_block_delta\",\"index\":3,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}",
        "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{}}",
        "{\"type\":\"message_start\",\"message\":{\"usage\":\"x\"}}",
    ] {
        let (_, ended) = decode_stream(&frames(format!("data: {data}\n\n").as_bytes(), 99));
        assert!(matches!(ended, Err(DialectError::Reply(_))), "{data}: {ended:?}");
    }
    for data in ["{}", "{\"type\":\"novel\"}", "{\"type\":\"content_block_stop\",\"index\":9}", "{\"type\":\"ping\"}"] {
        let (events, ended) = decode_stream(&frames(format!("data: {data}\n\n").as_bytes(), 99));
        assert!(events.is_empty() && matches!(ended, Err(DialectError::Cut)), "{data}");
    }
}

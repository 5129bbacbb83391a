//! Streams, whatever the sizes in which they arrive.

use crate::golden::{check, decode_stream, encode_stream, frames, stream, streams, view, ways};
use bytes::BytesMut;
use serde_json::Value;
use tianji_core::generate::{ClientView, StreamEvent};
use tianji_core::{Error, Kind};
use tianji_dialects::gemini::Gemini;
use tianji_dialects::{Dialect, DialectError};

/// One event a line; counts of nothing are left out.
fn lines(events: &[StreamEvent]) -> String {
    let mut lines = String::new();
    for event in events {
        let line = match event {
            StreamEvent::Error(error) => format!("Error {:?} {} {:?}", error.kind, error.status, error.message),
            event => format!("{event:?}"),
        };
        let counts = line.contains("Usage");
        let told: Vec<&str> = line.split(", ").filter(|piece| !counts || !piece.contains(": 0")).collect();
        lines.push_str(&told.join(", "));
        lines.push('\n');
    }
    lines
}

#[test]
fn every_stream_is_decoded_as_its_golden_says() {
    for (name, stream) in streams() {
        for frames in ways(&stream) {
            let (events, ended) = decode_stream(&frames);
            check(&format!("streams/{name}.events"), &lines(&events));
            assert!(ended.is_ok(), "{name}");
        }
    }
}

#[test]
fn every_stream_is_encoded_as_its_golden_says() {
    for (name, stream) in streams() {
        let (events, _) = decode_stream(&frames(&stream, stream.len()));
        let written = encode_stream(&events);
        check(&format!("streams/{name}.client.sse"), std::str::from_utf8(&written).unwrap());
        let (again, ended) = decode_stream(&frames(&written, written.len()));
        assert!(ended.is_ok());
        assert_eq!(said(&again), said(&events), "{name}");
    }
}

/// What was said, without the usage, which leaves with the last frame, and without what only the vendor's own model says.
fn said(events: &[StreamEvent]) -> Vec<String> {
    let kept = events.iter().filter(|event| !matches!(event, StreamEvent::Usage(_) | StreamEvent::Start { .. }));
    kept.filter(|event| !format!("{event:?}").contains("Citation")).map(|event| format!("{event:?}")).collect()
}

#[test]
fn a_stream_without_a_reason_to_end_was_cut() {
    let text = stream("text");
    let frames = frames(&text, text.len());
    let (_, ended) = decode_stream(&frames[..2]);
    assert!(matches!(ended, Err(DialectError::Cut)));
    assert!(matches!(decode_stream(&[]).1, Err(DialectError::Cut)));
    let mut relay = Gemini.stream_relay(view());
    let mut out = BytesMut::new();
    relay.frame(&frames[0], &mut out).unwrap();
    assert_eq!(relay.end(&mut out).unwrap_err().kind, Kind::MidStream);
    assert!(!relay.observed().ended);
}

#[test]
fn an_error_frame_is_an_error_in_an_array_too() {
    for data in [
        r#"{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}"#,
        r#"[{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}]"#,
        r#"{"error":{"message":"Overloaded","status":"UNAVAILABLE"}}"#,
    ] {
        let frames = frames(format!("data: {data}\n\n").as_bytes(), 7);
        let (events, _) = decode_stream(&frames);
        let [StreamEvent::Error(error)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(
            (error.kind, error.status.as_u16(), error.message.as_str()),
            (Kind::ServiceUnavailable, 500, "Overloaded")
        );
        let mut relay = Gemini.stream_relay(view());
        assert_eq!(relay.frame(&frames[0], &mut BytesMut::new()).unwrap_err().message, "Overloaded");
    }
}

#[test]
fn without_events_a_stream_is_one_array() {
    let view = || ClientView { json_array: true, ..view() };
    for (name, stream) in streams() {
        let frames = frames(&stream, stream.len());
        let mut relay = Gemini.stream_relay(view());
        let mut relayed = BytesMut::new();
        for frame in &frames {
            relay.frame(frame, &mut relayed).unwrap();
        }
        relay.end(&mut relayed).unwrap();
        let (events, _) = decode_stream(&frames);
        let mut encoder = Gemini.stream_encoder(view());
        let mut encoded = BytesMut::new();
        for event in &events {
            encoder.encode(event, &mut encoded);
        }
        encoder.finish(&mut encoded);
        for (text, count) in [(&relayed, Some(frames.len())), (&encoded, None)] {
            let list: Vec<Value> = serde_json::from_slice(text).unwrap();
            assert!(count.is_none_or(|count| list.len() == count) && !list.is_empty(), "{name}");
        }
    }
}

#[test]
fn an_array_that_fails_is_closed_after_the_error() {
    let error = || Error::provider(Kind::MidStream, "gone");
    let mut encoder = Gemini.stream_encoder(ClientView { json_array: true, ..view() });
    let mut out = BytesMut::new();
    let start = StreamEvent::Start { id: "r".into(), model: "m".into(), created: None, usage: None };
    encoder.encode(&start, &mut out);
    encoder.fail(&error(), &mut out);
    let list: Vec<Value> = serde_json::from_slice(&out).unwrap();
    assert_eq!(list[0]["error"]["message"], "gone");
    let mut out = BytesMut::new();
    Gemini.stream_encoder(view()).fail(&error(), &mut out);
    assert_eq!(out, "data: {\"error\":{\"code\":503,\"message\":\"gone\",\"status\":\"UNAVAILABLE\"}}\n\n");
}

//! Streams, whatever the sizes in which they arrive.

use crate::OLLAMA;
use crate::support::view;
use tianji_core::generate::{ClientView, Delta, FinishReason, PartKind, StreamEvent};
use tianji_core::{Error, Kind};
use tianji_dialects::DialectError;

/// What the parts of a stream say: thoughts in brackets, calls by name and arguments.
fn said(events: &[StreamEvent]) -> String {
    let mut text = String::new();
    for event in events {
        match event {
            StreamEvent::PartStart { kind: PartKind::Thinking, .. } => text.push('['),
            StreamEvent::PartStart { kind: PartKind::ToolCall { name, .. }, .. } => text.push_str(name),
            StreamEvent::Delta {
                delta: Delta::Text(more) | Delta::Thinking(more) | Delta::Arguments(more), ..
            } => {
                text.push_str(more);
            }
            StreamEvent::PartEnd { .. } => text.push('|'),
            _ => {}
        }
    }
    text
}

#[test]
fn every_stream_is_read_however_it_arrives() {
    for (name, stream) in OLLAMA.files("streams") {
        for frames in OLLAMA.ways(&stream) {
            let (events, ended) = OLLAMA.events(&frames);
            assert_eq!(matches!(ended, Err(DialectError::Cut)), name == "cut", "{name}");
            let expected = match name.as_str() {
                "text" => "Grüße 🦀|",
                "tools" => "[Hm|get_weather{\"location\":\"Toronto\"}|get_weather{\"location\":\"Toronto\"}|after|",
                "tags" => "[Hm|Hi|",
                "cut" => "ab",
                _ => "a",
            };
            assert_eq!(said(&events), expected, "{name}");
            if name == "error" {
                let Some(StreamEvent::Error(error)) = events.last() else { unreachable!("{events:?}") };
                assert_eq!(error.message, "model runner has unexpectedly stopped");
            }
            if matches!(name.as_str(), "text" | "tools" | "tags") {
                let [.., StreamEvent::Usage(usage), StreamEvent::Finish { finish, .. }] = events.as_slice() else {
                    unreachable!("{events:?}")
                };
                assert_eq!((usage.input(), usage.output(), finish.reason), (26, 9, FinishReason::Length));
            }
        }
    }
}

#[test]
fn what_is_read_is_written_again() {
    for name in ["text", "tools", "tags"] {
        let (events, _) = OLLAMA.events(&OLLAMA.frames(&OLLAMA.stream(name), 64));
        let written = OLLAMA.written(&events);
        let lines: Vec<&str> = written.lines().collect();
        assert!(lines.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{written}");
        assert_eq!(written.matches("\"done\":true").count(), 1);
        let (again, ended) = OLLAMA.events(&OLLAMA.frames(written.as_bytes(), 7));
        assert!(ended.is_ok());
        assert_eq!(said(&again), said(&events));
    }
}

#[test]
fn every_stream_passes_but_for_the_model() {
    for (name, stream) in OLLAMA.files("streams") {
        for frames in OLLAMA.ways(&stream) {
            let (out, failed, seen) = OLLAMA.relayed(&frames, view());
            let mut expected = std::str::from_utf8(&stream).unwrap().replace("\"llama3.1\"", r#""my-\"model\"""#);
            match name.as_str() {
                "cut" => assert_eq!(failed.unwrap().kind, Kind::MidStream),
                "error" => {
                    assert_eq!(failed.unwrap().message, "model runner has unexpectedly stopped");
                    expected.truncate(expected.find("{\"error\"").unwrap());
                }
                _ => {
                    assert!(failed.is_none() && seen.ended, "{name}: {failed:?}");
                    assert_eq!((seen.finish, seen.usage.unwrap().total()), (Some(FinishReason::Length), 35));
                    assert!(seen.output_bytes > 0 && seen.model.as_deref() == Some("llama3.1"));
                }
            }
            assert_eq!(out, expected, "{name}");
        }
    }
}

#[test]
fn the_upstreams_model_is_shown_where_the_client_named_none() {
    let own = ClientView { model: String::new(), ..view() };
    let stream = OLLAMA.stream("text");
    let (out, _, _) = OLLAMA.relayed(&OLLAMA.frames(&stream, 64), own.clone());
    assert_eq!(out, std::str::from_utf8(&stream).unwrap());
    let (events, _) = OLLAMA.events(&OLLAMA.frames(&stream, 64));
    let mut encoder = OLLAMA.dialect.stream_encoder(own);
    let mut out = bytes::BytesMut::new();
    events.iter().for_each(|event| encoder.encode(event, &mut out));
    assert!(out.starts_with(b"{\"model\":\"llama3.1\""));
}

#[test]
fn a_failure_is_one_line_of_words() {
    let mut encoder = OLLAMA.dialect.stream_encoder(view());
    let mut out = bytes::BytesMut::new();
    encoder.fail(&Error::provider(Kind::RateLimit, "Slow \"down\""), &mut out);
    assert_eq!(out, "{\"error\":\"Slow \\\"down\\\"\"}\n");
}

#[test]
fn lines_that_are_no_replies_are_an_error() {
    for text in ["{\n", "[1]\n", "{\"message\":3}\n"] {
        let frames = OLLAMA.frames(text.as_bytes(), 5);
        assert!(OLLAMA.events(&frames).1.is_err(), "{text}");
        assert!(OLLAMA.relayed(&frames, view()).1.is_some(), "{text}");
    }
}

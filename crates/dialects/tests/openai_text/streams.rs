//! Streams, whatever the sizes in which they arrive.

use crate::TEXT;
use crate::support::view;
use tianji_core::generate::{ClientView, Delta, FinishReason, StreamEvent};
use tianji_core::{Error, Kind};
use tianji_dialects::DialectError;

/// All text of an answer.
fn text(events: &[StreamEvent], wanted: u32) -> String {
    let texts = events.iter().filter_map(|event| match event {
        StreamEvent::Delta { choice, delta: Delta::Text(text), .. } if *choice == wanted => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn finishes(events: &[StreamEvent]) -> Vec<(u32, FinishReason)> {
    let of = |event: &StreamEvent| match event {
        StreamEvent::Finish { choice, finish } => Some((*choice, finish.reason)),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

#[test]
fn every_stream_is_read_however_it_arrives() {
    for (name, stream) in TEXT.files("streams") {
        for frames in TEXT.ways(&stream) {
            let (events, ended) = TEXT.events(&frames);
            assert_eq!(ended.is_ok(), name != "cut", "{name}");
            assert!(name != "cut" || matches!(ended, Err(DialectError::Cut)));
            let (texts, ends) = ((text(&events, 0), text(&events, 1)), finishes(&events));
            let texts = (texts.0.as_str(), texts.1.as_str());
            match name.as_str() {
                "text" => assert_eq!((texts, ends), (("Grüße 🦀", ""), vec![(0, FinishReason::Stop)])),
                "two" => {
                    assert_eq!(texts, ("b", "ac"));
                    assert_eq!(ends, [(1, FinishReason::Length), (0, FinishReason::Stop)]);
                }
                "no_done" => assert_eq!((texts, ends), (("a", ""), vec![(0, FinishReason::Stop)])),
                "cut" => assert_eq!((texts, ends), (("ab", ""), vec![])),
                "error" => {
                    let Some(StreamEvent::Error(error)) = events.last() else { unreachable!("{events:?}") };
                    assert_eq!((error.kind, error.message.as_str()), (Kind::RateLimit, "Slow down"));
                }
                other => unreachable!("{other}"),
            }
        }
    }
}

#[test]
fn what_is_read_is_written_again() {
    for name in ["text", "two"] {
        let stream = TEXT.stream(name);
        let (events, _) = TEXT.events(&TEXT.frames(&stream, 64));
        let written = TEXT.written(&events);
        assert!(written.ends_with("data: [DONE]\n\n") && written.matches("\"usage\":{").count() == 1, "{written}");
        let (again, ended) = TEXT.events(&TEXT.frames(written.as_bytes(), 7));
        assert!(ended.is_ok());
        for choice in [0, 1] {
            assert_eq!(text(&again, choice), text(&events, choice));
        }
        assert_eq!(finishes(&again), finishes(&events));
        assert_eq!(written.contains(r#""tokens":["b"]"#), name == "two");
    }
}

#[test]
fn every_stream_passes_but_for_the_model() {
    for (name, stream) in TEXT.files("streams") {
        for frames in TEXT.ways(&stream) {
            let (out, failed, seen) = TEXT.relayed(&frames, view());
            let mut expected = std::str::from_utf8(&stream).unwrap().replace("\"instruct-1\"", r#""my-\"model\"""#);
            match name.as_str() {
                "cut" => assert_eq!(failed.unwrap().kind, Kind::MidStream),
                "error" => {
                    assert_eq!(failed.unwrap().kind, Kind::RateLimit);
                    expected.truncate(expected.find("data: {\"error\"").unwrap());
                }
                _ => {
                    assert!(failed.is_none() && seen.ended, "{name}: {failed:?}");
                    if name == "no_done" {
                        expected.push_str("data: [DONE]\n\n");
                    }
                    assert_eq!(seen.finish, Some(FinishReason::Stop));
                }
            }
            assert_eq!(out, expected, "{name}");
            let counted = seen.usage.map(|usage| usage.total());
            assert_eq!(counted, matches!(name.as_str(), "text" | "two").then_some(12), "{name}");
        }
    }
}

#[test]
fn the_upstreams_model_is_shown_where_the_client_named_none() {
    let own = ClientView { model: String::new(), ..view() };
    let stream = TEXT.stream("text");
    let (out, _, _) = TEXT.relayed(&TEXT.frames(&stream, 64), own.clone());
    assert_eq!(out, std::str::from_utf8(&stream).unwrap());
    let (events, _) = TEXT.events(&TEXT.frames(&stream, 64));
    let mut encoder = TEXT.dialect.stream_encoder(own);
    let mut out = bytes::BytesMut::new();
    events.iter().for_each(|event| encoder.encode(event, &mut out));
    assert!(std::str::from_utf8(&out).unwrap().contains("\"model\":\"instruct-1\""));
}

#[test]
fn usage_that_nobody_asked_for_is_kept_back() {
    let unasked = ClientView { include_usage: false, ..view() };
    let (out, _, seen) = TEXT.relayed(&TEXT.frames(&TEXT.stream("text"), 64), unasked);
    assert!(!out.contains("usage") && out.ends_with("data: [DONE]\n\n"), "{out}");
    assert_eq!((seen.usage.unwrap().total(), seen.output_bytes), (12, "Grüße 🦀".len() as u64));
}

#[test]
fn a_failure_is_one_error_and_no_terminator() {
    let mut encoder = TEXT.dialect.stream_encoder(view());
    let mut out = bytes::BytesMut::new();
    encoder.fail(&Error::provider(Kind::RateLimit, "Slow \"down\""), &mut out);
    let text = std::str::from_utf8(&out).unwrap();
    assert!(text.starts_with(r#"data: {"error":{"message":"Slow \"down\"""#) && !text.contains("[DONE]"), "{text}");
}

#[test]
fn frames_that_are_no_completions_are_an_error() {
    for text in ["data: {\n\n", "data: [1]\n\n", "data: {\"choices\":3}\n\n"] {
        let (_, ended) = TEXT.events(&TEXT.frames(text.as_bytes(), 5));
        assert!(ended.is_err(), "{text}");
    }
    let (_, failed, _) = TEXT.relayed(&TEXT.frames(b"data: [DONE]\n\n", 5), view());
    assert!(failed.is_some());
}

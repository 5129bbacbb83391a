//! Dialects that no client speaks: replies and streams of all forms that upstreams have.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use tianji_core::generate::{ClientView, Delta, FinishReason, GenerateRequest, GenerateResponse, Part, StreamEvent};
use tianji_core::{DialectId, Error, Kind};
use tianji_dialects::{DialectError, Observed, dialect};
use tianji_wire::{Frame, SseSplitter};

const UPSTREAMS: [DialectId; 2] = [DialectId::TextGeneration, DialectId::ReplicatePredictions];

fn text_of(reply: &GenerateResponse) -> String {
    let parts = reply.choices.iter().flat_map(|choice| &choice.parts);
    parts.map(|part| if let Part::Text(text) = part { text.text.as_str() } else { panic!("{part:?}") }).collect()
}

/// The text of a stream, and how it ended: a reason, an error's words, or that it was cut.
fn streamed(id: DialectId, stream: &str, size: usize) -> (String, String) {
    let (mut decoder, mut splitter, mut events) = (dialect(id).stream_decoder(), SseSplitter::default(), Vec::new());
    let mut frames = Vec::new();
    for piece in stream.as_bytes().chunks(size) {
        splitter.push(Bytes::copy_from_slice(piece));
        frames.extend(std::iter::from_fn(|| splitter.next_frame().unwrap()));
    }
    let read = frames.iter().try_for_each(|frame| decoder.decode(frame, &mut events));
    let ended = read.and_then(|()| decoder.finish(&mut events));
    let mut text = String::new();
    let mut end = ended.err().map_or_else(String::new, |cause| cause.to_string());
    for event in events {
        match event {
            StreamEvent::Delta { delta: Delta::Text(more), .. } => text.push_str(&more),
            StreamEvent::Finish { finish, .. } => end = finish.reason.word().to_owned(),
            StreamEvent::Error(error) => end = error.message,
            _ => {}
        }
    }
    (text, end)
}

#[test]
fn text_generation_has_many_forms() {
    for (reply, text, reason) in [
        (json!([{ "generated_text": "a" }]), "a", FinishReason::Stop),
        (json!([[{ "generated_text": "a" }]]), "a", FinishReason::Stop),
        (json!({ "generated_text": "a", "details": { "finish_reason": "length" } }), "a", FinishReason::Length),
        (json!([{ "generation": { "role": "assistant", "content": "a" } }]), "a", FinishReason::Stop),
        (json!({ "generation": "a" }), "a", FinishReason::Stop),
        (json!({ "outputs": ["a", "b"] }), "ab", FinishReason::Stop),
    ] {
        let read = dialect(DialectId::TextGeneration).decode_response(&reply.to_string().into()).unwrap();
        let finish = read.choices.first().and_then(|choice| choice.finish.clone()).unwrap();
        assert_eq!((text_of(&read).as_str(), finish.reason), (text, reason), "{reply}");
    }
}

#[test]
fn a_reply_that_is_none_is_an_error() {
    for (id, reply, words) in [
        (DialectId::TextGeneration, "[]", "the list is empty"),
        (DialectId::TextGeneration, "{}", "it holds no text"),
        (DialectId::TextGeneration, "<html>", "it is no generated text"),
        (DialectId::TextGeneration, r#"{"error":"Input too long","error_type":"validation"}"#, "Input too long"),
        (DialectId::ReplicatePredictions, "{}", "it is no prediction"),
        (DialectId::ReplicatePredictions, r#"{"status":"processing"}"#, "it is processing"),
        (DialectId::ReplicatePredictions, r#"{"status":"failed","error":"CUDA out of memory"}"#, "CUDA out of memory"),
        (DialectId::ReplicatePredictions, r#"{"status":"canceled","error":null}"#, "the prediction was canceled"),
    ] {
        let refused = dialect(id).decode_response(&reply.into()).unwrap_err();
        assert!(refused.to_string().contains(words), "{reply}: {refused}");
    }
    let long = r#"{"status":"failed","error":"This model's maximum context length is 8192 tokens"}"#;
    let refused = dialect(DialectId::ReplicatePredictions).decode_response(&long.into()).unwrap_err();
    assert_eq!(refused.of_reply().kind, Kind::ContextWindowExceeded);
}

#[test]
fn streams_end_in_their_own_ways() {
    let (tokens, predictions) = (DialectId::TextGeneration, DialectId::ReplicatePredictions);
    let cut = DialectError::Cut.to_string();
    for (id, stream, text, end) in [
        (
            tokens,
            "data: {\"token\":{\"text\":\"a\"}}\n\ndata: {\"token\":{\"text\":\"b\"},\"generated_text\":\"ab\"}\n\n",
            "ab",
            "stop",
        ),
        (tokens, "data: {\"token\":{\"text\":\"a\"}}\n\n", "a", cut.as_str()),
        (
            tokens,
            "data: {\"token\":{\"text\":\"a\"}}\n\ndata: {\"error\":\"Request failed\",\"error_type\":\"generation\"}\n\n",
            "a",
            "Request failed",
        ),
        // pieces that say nothing about an end
        (tokens, "data: {\"outputs\":[\"a\"]}\n\ndata: {\"outputs\":[\"b\"]}\n\n", "ab", "stop"),
        (tokens, "", "", cut.as_str()),
        (
            predictions,
            "event: output\ndata: a\n\nevent: output\ndata:\ndata:\n\nevent: output\ndata:  b\n\nevent: done\ndata: {}\n\n",
            "a\n b",
            "stop",
        ),
        (predictions, "event: output\ndata: a\n\n", "a", cut.as_str()),
        (
            predictions,
            "event: output\ndata: a\n\nevent: error\ndata: {\"detail\":\"An unexpected error\"}\n\n",
            "a",
            "An unexpected error",
        ),
        (
            predictions,
            "event: output\ndata: a\n\nevent: done\ndata: {\"reason\":\"canceled\"}\n\n",
            "a",
            "the prediction was canceled",
        ),
        (predictions, "event: done\ndata: {\"reason\":\"error\"}\n\n", "", "the prediction was failed"),
        // one that was waited for
        (predictions, "data: {\"id\":\"x\",\"status\":\"succeeded\",\"output\":[\"a\",\"b\"]}\n\n", "ab", "stop"),
        (predictions, "data: {\"id\":\"x\",\"status\":\"failed\",\"error\":\"E\"}\n\n", "", "E"),
    ] {
        for size in [1, 7, 4096] {
            assert_eq!(streamed(id, stream, size), (text.to_owned(), end.to_owned()), "{stream} by {size}");
        }
    }
}

#[test]
fn what_is_not_text_is_refused() {
    let body = json!({ "messages": [{ "role": "user", "content": [
        { "type": "image_url", "image_url": { "url": "https://x/y.png" } },
    ] }] });
    let request = dialect(DialectId::OpenAiChat).decode_request(&body.to_string().into()).unwrap();
    for id in UPSTREAMS {
        let (capabilities, budgets) = Default::default();
        let target = tianji_core::generate::Target {
            provider: "x",
            model: "m",
            capabilities: &capabilities,
            allowed_params: &[],
            budgets: &budgets,
            modify_params: false,
        };
        let refused = dialect(id).encode_request(&request, &target, &mut Default::default());
        assert!(matches!(refused, Err(DialectError::Content { .. })), "{id:?}");
    }
}

#[test]
fn no_client_speaks_them() {
    for id in UPSTREAMS {
        let dialect = dialect(id);
        let words = format!("no client speaks {}", id.name());
        assert_eq!(dialect.decode_request(&Bytes::from("{}")).unwrap_err().to_string(), words);
        assert_eq!(
            dialect.encode_response(&GenerateResponse::default(), &ClientView::default()).unwrap_err().to_string(),
            words
        );
        let relayed = dialect.relay_response(&Bytes::from("{}"), &ClientView::default(), &mut Observed::default());
        assert_eq!(relayed.unwrap_err().to_string(), words);
        let (mut relay, mut out) = (dialect.stream_relay(ClientView::default()), BytesMut::new());
        let frame = Frame { raw: Bytes::new(), event: None, data: Bytes::from("{}") };
        assert!(relay.frame(&frame, &mut out).is_err() && relay.end(&mut out).is_err() && out.is_empty());
        dialect.stream_encoder(ClientView::default()).fail(&Error::provider(Kind::RateLimit, "Slow"), &mut out);
        let shown: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(shown.pointer("/error/message"), Some(&json!("Slow")));
        let empty = GenerateRequest::new(id);
        assert_eq!(empty.source, id);
    }
}

//! Streams of `InvokeModelWithResponseStream`: each `chunk` holds one of Anthropic's events, in base64 (API reference,
//! `ResponseStream`).

use crate::reply::StreamEdit;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use std::borrow::Cow;
use tianji_wire::{Frame, event_stream};

/// An editor that takes the events out of their chunks.
pub(super) fn unwrap() -> Box<dyn StreamEdit> {
    Box::new(Unwrap)
}

struct Unwrap;

impl StreamEdit for Unwrap {
    fn edit(&mut self, frame: Frame, out: &mut Vec<Frame>) {
        #[derive(Deserialize)]
        struct Chunk<'a> {
            #[serde(borrow)]
            bytes: Cow<'a, str>,
        }
        #[derive(Deserialize)]
        struct Event<'a> {
            #[serde(rename = "type", borrow)]
            kind: Cow<'a, str>,
        }
        let chunk = serde_json::from_slice::<Chunk<'_>>(&frame.data).ok();
        let event = chunk.and_then(|chunk| STANDARD.decode(chunk.bytes.as_bytes()).ok());
        let Some(data) = event else {
            out.extend(failure(&frame));
            return;
        };
        let kind = serde_json::from_slice::<Event<'_>>(&data).ok();
        let kind = kind.map(|event| Bytes::copy_from_slice(event.kind.as_bytes()));
        out.push(Frame { raw: Bytes::new(), event: kind, data: data.into() });
    }
}

/// An exception as an error event of Anthropic's; anything else is not for clients.
fn failure(frame: &Frame) -> Option<Frame> {
    #[derive(Default, Deserialize)]
    struct Words {
        message: Option<String>,
    }
    let name = frame.event.as_deref().and_then(|name| std::str::from_utf8(name).ok())?;
    if !name.ends_with("Exception") && !event_stream::is_failure(&frame.raw) {
        return None;
    }
    let known = ERRORS.iter().find(|(exception, _)| exception.eq_ignore_ascii_case(name));
    let kind = known.map_or("api_error", |(_, kind)| *kind);
    let words: Words = serde_json::from_slice(&frame.data).unwrap_or_default();
    let message = words.message.unwrap_or_else(|| name.to_owned());
    let data = json!({ "type": "error", "error": { "type": kind, "message": message } }).to_string();
    Some(Frame { raw: Bytes::new(), event: Some(Bytes::from_static(b"error")), data: data.into() })
}

/// Exceptions and the types of errors that say the same.
const ERRORS: &[(&str, &str)] = &[
    ("modelTimeoutException", "timeout_error"),
    ("serviceUnavailableException", "overloaded_error"),
    ("throttlingException", "rate_limit_error"),
    ("validationException", "invalid_request_error"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BytesMut;
    use event_stream::{EventStreamSplitter, write_message};

    fn edited(headers: &[(&str, &str)], payload: &str) -> Vec<Frame> {
        let mut stream = BytesMut::new();
        write_message(&mut stream, headers, payload.as_bytes());
        let mut splitter = EventStreamSplitter::default();
        splitter.push(stream.freeze());
        let mut out = Vec::new();
        unwrap().edit(splitter.next_frame().unwrap().unwrap(), &mut out);
        out
    }

    #[test]
    fn events_come_out_of_their_chunks() {
        let event = r#"{"type":"content_block_stop","index":0}"#;
        let payload = json!({ "bytes": STANDARD.encode(event), "p": "abc" }).to_string();
        let frames = edited(&[(":message-type", "event"), (":event-type", "chunk")], &payload);
        assert_eq!(frames[0].event.as_deref(), Some(&b"content_block_stop"[..]));
        assert_eq!((frames.len(), &frames[0].data[..]), (1, event.as_bytes()));
    }

    #[test]
    fn exceptions_become_errors() {
        for (name, message_type, kind) in [
            ("throttlingException", "exception", "rate_limit_error"),
            ("internalServerException", "exception", "api_error"),
            ("Novelty", "error", "api_error"),
        ] {
            let header = if message_type == "error" { ":error-code" } else { ":exception-type" };
            let frames = edited(&[(":message-type", message_type), (header, name)], r#"{"message":"Slow"}"#);
            let data: serde_json::Value = serde_json::from_slice(&frames[0].data).unwrap();
            assert_eq!(data, json!({ "type": "error", "error": { "type": kind, "message": "Slow" } }), "{name}");
        }
        assert!(edited(&[(":message-type", "event"), (":event-type", "novelty")], "{}").is_empty());
    }
}

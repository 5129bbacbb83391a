//! The dialect as Bedrock's `InvokeModel` wraps it (Amazon Bedrock User Guide, "Anthropic Claude Messages API"; API
//! reference, "InvokeModelWithResponseStream"): the model stands in the URL, version and beta features in the body, and
//! a stream's events in chunks, in base64.

use super::error;
use crate::bedrock_converse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_wire::event_stream::write_message;
use tianji_wire::{Frame, RawObject, SseSplitter};

/// Takes the wrapping off a client's body, and gives the beta features that it asks for. `None` if the body is not one
/// of Anthropic's.
pub fn unwrap(body: &mut RawObject) -> Option<Vec<String>> {
    body.remove("anthropic_version")?;
    let betas = body.remove("anthropic_beta");
    body.remove("model");
    body.remove("stream");
    Some(betas.and_then(|raw| serde_json::from_slice(&raw).ok()).unwrap_or_default())
}

/// Puts the events of a stream into chunks.
#[derive(Debug, Default)]
pub struct Chunks {
    splitter: SseSplitter,
}

impl Chunks {
    /// Adds bytes of the stream of events, and writes the chunks of those that are whole.
    pub fn push(&mut self, events: Bytes, out: &mut BytesMut) {
        self.splitter.push(events);
        while let Ok(Some(frame)) = self.splitter.next_frame() {
            chunk(&frame, out);
        }
    }
}

fn chunk(frame: &Frame, out: &mut BytesMut) {
    #[derive(Deserialize)]
    struct Failure<'a> {
        #[serde(borrow)]
        error: &'a RawValue,
    }
    if frame.data.is_empty() {
        return;
    }
    if frame.event.as_deref() == Some(b"error")
        && let Ok(failure) = serde_json::from_slice::<Failure<'_>>(&frame.data)
    {
        return bedrock_converse::write_error(&error::of_stream(failure.error), out);
    }
    let mut payload = String::with_capacity(frame.data.len() * 4 / 3 + 16);
    payload.push_str(r#"{"bytes":""#);
    STANDARD.encode_string(&frame.data, &mut payload);
    payload.push_str(r#""}"#);
    let headers = [(":event-type", "chunk"), (":content-type", "application/json"), (":message-type", "event")];
    write_message(out, &headers, payload.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use tianji_wire::event_stream::EventStreamSplitter;

    #[test]
    fn what_bedrock_adds_goes() {
        let text = br#"{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["a","b"],"max_tokens":1.0}"#;
        let mut body = RawObject::parse(Bytes::from_static(text)).unwrap();
        assert_eq!(unwrap(&mut body).unwrap(), ["a", "b"]);
        assert_eq!(body.to_bytes(), r#"{"max_tokens":1.0}"#);
        let mut other = RawObject::parse(Bytes::from_static(br#"{"prompt":"x"}"#)).unwrap();
        assert_eq!(unwrap(&mut other), None);
    }

    #[test]
    fn events_go_into_chunks_wherever_they_are_cut() {
        let ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
        let failure = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow\"}}\n\n";
        let stream = format!("{ping}: a comment\n\n{failure}");
        for size in [1, 7, stream.len()] {
            let (mut chunks, mut out) = (Chunks::default(), BytesMut::new());
            for piece in stream.as_bytes().chunks(size) {
                chunks.push(Bytes::copy_from_slice(piece), &mut out);
            }
            let mut splitter = EventStreamSplitter::default();
            splitter.push(out.freeze());
            let first = splitter.next_frame().unwrap().unwrap();
            assert_eq!(first.event.as_deref(), Some(&b"chunk"[..]));
            let payload: Value = serde_json::from_slice(&first.data).unwrap();
            let event = STANDARD.decode(payload["bytes"].as_str().unwrap()).unwrap();
            assert_eq!(event, br#"{"type":"ping"}"#);
            let second = splitter.next_frame().unwrap().unwrap();
            assert_eq!(second.event.as_deref(), Some(&b"throttlingException"[..]));
            assert_eq!(serde_json::from_slice::<Value>(&second.data).unwrap()["message"], "Slow");
            assert_eq!(splitter.next_frame().unwrap(), None);
        }
    }
}

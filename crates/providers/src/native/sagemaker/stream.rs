//! Streams of `InvokeEndpointWithResponseStream` (AWS, "ResponseStream"): each `PayloadPart` holds bytes of the
//! container's own stream, cut anywhere. Containers write server-sent events (vLLM, TGI, the Messages API) or a JSON
//! object a line (DJL Serving, "LMI handlers Inference API Schema").

use crate::reply::StreamEdit;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use tianji_wire::{Frame, LineSplitter, Splitter, SseSplitter, WireError, event_stream};

/// An editor that puts the container's stream together again and cuts it in its own framing.
pub(super) fn unwrap() -> Box<dyn StreamEdit> {
    Box::new(Unwrap { inner: None, broken: false })
}

struct Unwrap {
    /// Known once the stream's first visible byte was seen.
    inner: Option<Splitter>,
    broken: bool,
}

impl StreamEdit for Unwrap {
    fn edit(&mut self, frame: Frame, out: &mut Vec<Frame>) {
        if self.broken {
            return;
        }
        if event_stream::is_failure(&frame.raw) {
            self.broken = true;
            out.push(failure(&words(&frame)));
            return;
        }
        if frame.event.as_deref() != Some(b"PayloadPart") {
            return;
        }
        if self.inner.is_none() {
            self.inner = framing(&frame.data);
        }
        let Some(inner) = &mut self.inner else { return };
        inner.push(frame.data);
        self.take(out, Splitter::next_frame);
    }

    fn end(&mut self, out: &mut Vec<Frame>) {
        if !self.broken {
            self.take(out, Splitter::finish);
        }
    }
}

impl Unwrap {
    fn take(&mut self, out: &mut Vec<Frame>, next: fn(&mut Splitter) -> Result<Option<Frame>, WireError>) {
        let Some(inner) = &mut self.inner else { return };
        loop {
            match next(inner) {
                Ok(Some(frame)) => out.push(frame),
                Ok(None) => return,
                Err(cause) => {
                    self.broken = true;
                    out.push(failure(&format!("the endpoint's stream could not be read: {cause}")));
                    return;
                }
            }
        }
    }
}

/// Objects a line begin with one; events begin with a field's name. `None` while all is blank.
fn framing(data: &[u8]) -> Option<Splitter> {
    match data.trim_ascii_start().first()? {
        b'{' => Some(Splitter::Ndjson(LineSplitter::default())),
        _ => Some(Splitter::Sse(SseSplitter::default())),
    }
}

/// `ModelStreamError` and `InternalStreamFailure`: words, and the container's code.
fn words(frame: &Frame) -> String {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Words {
        #[serde(rename = "Message", alias = "message")]
        message: Option<String>,
    }
    let told: Words = serde_json::from_slice(&frame.data).unwrap_or_default();
    let name = || frame.event.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    told.message.filter(|words| !words.is_empty()).unwrap_or_else(name)
}

/// As all of the containers' dialects say it.
fn failure(message: &str) -> Frame {
    Frame { raw: Bytes::new(), event: None, data: json!({ "error": { "message": message } }).to_string().into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BytesMut;
    use event_stream::{EventStreamSplitter, write_message};

    /// What comes of a container's stream that AWS cut into parts of a size.
    fn cut(stream: &[u8], size: usize, failure: Option<&str>) -> Vec<String> {
        let mut wire = BytesMut::new();
        for part in stream.chunks(size) {
            write_message(&mut wire, &[(":message-type", "event"), (":event-type", "PayloadPart")], part);
        }
        if let Some(payload) = failure {
            let headers = [(":message-type", "exception"), (":exception-type", "ModelStreamError")];
            write_message(&mut wire, &headers, payload.as_bytes());
        }
        let (mut splitter, mut editor, mut out) = (EventStreamSplitter::default(), unwrap(), Vec::new());
        splitter.push(wire.freeze());
        while let Some(frame) = splitter.next_frame().unwrap() {
            editor.edit(frame, &mut out);
        }
        editor.end(&mut out);
        out.iter()
            .map(|frame| String::from_utf8(frame.data.to_vec()).unwrap())
            .filter(|data| !data.is_empty())
            .collect()
    }

    #[test]
    fn parts_end_anywhere() {
        for (stream, frames) in [
            (
                "data: {\"a\":\"ü\"}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n",
                vec!["{\"a\":\"ü\"}", "{\"b\":2}", "[DONE]"],
            ),
            ("data:{\"a\":1}\r\n\r\ndata:{\"b\":2}\r\n\r\n", vec!["{\"a\":1}", "{\"b\":2}"]),
            ("\n{\"a\":1}\n{\"b\":\"ü\"}\n", vec!["{\"a\":1}", "{\"b\":\"ü\"}"]),
            // an end without its line break
            ("data: {\"a\":1}\n\ndata: {\"b\":2}", vec!["{\"a\":1}", "{\"b\":2}"]),
            ("{\"a\":1}\n{\"b\":2}", vec!["{\"a\":1}", "{\"b\":2}"]),
        ] {
            for size in [1, 2, 7, 64, stream.len()] {
                assert_eq!(cut(stream.as_bytes(), size, None), frames, "{stream} by {size}");
            }
        }
    }

    #[test]
    fn a_failure_is_the_last_word() {
        for (payload, words) in
            [(r#"{"Message":"out of memory","ErrorCode":"X"}"#, "out of memory"), ("{}", "ModelStreamError")]
        {
            let told = cut(b"data: {\"a\":1}\n\n", 5, Some(payload));
            assert_eq!(told, ["{\"a\":1}".to_owned(), json!({ "error": { "message": words } }).to_string()]);
        }
    }
}

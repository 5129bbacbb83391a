//! Fixtures of a dialect, and short ways to run the dialect on them.

use bytes::{Bytes, BytesMut};
use serde_json::Value;
use std::path::PathBuf;
use tianji_core::generate::{Capabilities, ClientView, EffortBudgets, GenerateRequest, StreamEvent, Target};
use tianji_core::{Error, Framing, LossClass, Losses};
use tianji_dialects::{Dialect, DialectError, EncodedRequest, Observed};
use tianji_wire::event_stream::EventStreamSplitter;
use tianji_wire::{Frame, LineSplitter, Splitter, SseSplitter};

/// A dialect and where its fixtures are.
pub(crate) struct Fixtures {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) folder: &'static str,
    /// Of its streams.
    pub(crate) extension: &'static str,
}

impl Fixtures {
    fn folder(&self, name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(self.folder).join(name)
    }

    /// Names and contents of a folder's files, sorted.
    pub(crate) fn files(&self, name: &str) -> Vec<(String, Bytes)> {
        let mut found: Vec<(String, Bytes)> = std::fs::read_dir(self.folder(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap().into()))
            .collect();
        found.sort();
        assert!(!found.is_empty(), "no fixtures in {name}");
        found
    }

    /// One file of a folder.
    pub(crate) fn file(&self, name: &str) -> Bytes {
        std::fs::read(self.folder(name)).unwrap().into()
    }

    /// One stream.
    pub(crate) fn stream(&self, name: &str) -> Bytes {
        self.file(&format!("streams/{name}.{}", self.extension))
    }

    /// Cuts a stream into frames, fed in pieces of that size.
    pub(crate) fn frames(&self, stream: &[u8], size: usize) -> Vec<Frame> {
        let mut splitter = match self.dialect.framing() {
            Framing::Sse | Framing::JsonArray => Splitter::Sse(SseSplitter::default()),
            Framing::Ndjson => Splitter::Ndjson(LineSplitter::default()),
            Framing::EventStream => Splitter::EventStream(EventStreamSplitter::default()),
        };
        let mut frames = Vec::new();
        for piece in stream.chunks(size) {
            splitter.push(Bytes::copy_from_slice(piece));
            while let Some(frame) = splitter.next_frame().unwrap() {
                frames.push(frame);
            }
        }
        frames.extend(splitter.finish().unwrap());
        frames
    }

    /// Every way in which a stream is fed: by pieces of each size, with each line end.
    pub(crate) fn ways(&self, stream: &[u8]) -> Vec<Vec<Frame>> {
        let crlf = String::from_utf8(stream.to_vec()).unwrap().replace('\n', "\r\n").into_bytes();
        let sizes = [1, 7, 64, stream.len()];
        sizes.iter().flat_map(|size| [self.frames(stream, *size), self.frames(&crlf, *size)]).collect()
    }

    /// All events of a stream, and how it ended.
    pub(crate) fn events(&self, frames: &[Frame]) -> (Vec<StreamEvent>, Result<(), DialectError>) {
        let mut decoder = self.dialect.stream_decoder();
        let mut events = Vec::new();
        for frame in frames {
            if let Err(cause) = decoder.decode(frame, &mut events) {
                return (events, Err(cause));
            }
        }
        let ended = decoder.finish(&mut events);
        (events, ended)
    }

    /// The stream that a client gets.
    pub(crate) fn written(&self, events: &[StreamEvent]) -> String {
        let mut encoder = self.dialect.stream_encoder(view());
        let mut out = BytesMut::new();
        for event in events {
            encoder.encode(event, &mut out);
        }
        encoder.finish(&mut out);
        String::from_utf8(out.to_vec()).unwrap()
    }

    /// What the relay makes of a stream, why it failed, and what it saw.
    pub(crate) fn relayed(&self, frames: &[Frame], view: ClientView) -> (String, Option<Error>, Observed) {
        let mut relay = self.dialect.stream_relay(view);
        let mut out = BytesMut::new();
        let failed = frames.iter().find_map(|frame| relay.frame(frame, &mut out).err());
        let failed = failed.or_else(|| relay.end(&mut out).err());
        (String::from_utf8(out.to_vec()).unwrap(), failed, relay.observed().clone())
    }

    /// Reads a client's request.
    pub(crate) fn decode(&self, body: &Value) -> Result<GenerateRequest, DialectError> {
        self.dialect.decode_request(&Bytes::from(body.to_string()))
    }

    /// Reads bytes in every way there is; all that matters is that nothing panics.
    pub(crate) fn read_all(&self, body: &Bytes) {
        let _ = self.dialect.decode_request(body);
        let _ = self.dialect.decode_response(body);
        let _ = self.dialect.relay_response(body, &view(), &mut Observed::default());
        let _ = self.dialect.decode_error(400, body);
        let frames = self.frames(body, 64);
        let (events, _) = self.events(&frames);
        let _ = self.written(&events);
        let _ = self.dialect.stream_relay(view());
        let mut relay = self.dialect.stream_relay(view());
        let mut out = BytesMut::new();
        for frame in &frames {
            let _ = relay.frame(frame, &mut out);
        }
    }
}

/// Encodes a request for an upstream: the body, and class and path of each loss.
pub(crate) fn encode(
    to: &dyn Dialect,
    request: &GenerateRequest,
    capabilities: &Capabilities,
    allowed: &[&str],
) -> Result<(Value, Vec<String>), DialectError> {
    let (encoded, losses) = encode_whole(to, request, capabilities, allowed)?;
    Ok((serde_json::from_slice(&encoded.body).unwrap(), losses))
}

fn encode_whole(
    to: &dyn Dialect,
    request: &GenerateRequest,
    capabilities: &Capabilities,
    allowed: &[&str],
) -> Result<(EncodedRequest, Vec<String>), DialectError> {
    let budgets = EffortBudgets::default();
    let allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
    let target = Target {
        provider: "x",
        model: "gpt-5",
        capabilities,
        allowed_params: &allowed,
        budgets: &budgets,
        modify_params: false,
    };
    let mut losses = Losses::default();
    let encoded = to.encode_request(request, &target, &mut losses)?;
    let class = |class| match class {
        LossClass::Parameter => "parameter",
        LossClass::Hint => "hint",
        LossClass::Content => "content",
    };
    let losses = losses.iter().map(|loss| format!("{} {}", class(loss.class), loss.path)).collect();
    Ok((encoded, losses))
}

/// A client's view.
pub(crate) fn view() -> ClientView {
    ClientView {
        model: "my-\"model\"".to_owned(),
        minted_id: "minted".to_owned(),
        created: 1_700_000_000,
        include_usage: true,
        ..ClientView::default()
    }
}

/// Replaces some bytes of a text.
pub(crate) fn damaged(text: &Bytes, hits: &[(usize, u8)]) -> Bytes {
    let mut text = text.to_vec();
    for (at, byte) in hits {
        let at = at % text.len();
        text[at] = *byte;
    }
    text.into()
}

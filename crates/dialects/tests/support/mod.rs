//! Fixtures of a dialect, and short ways to run the dialect on them.

use bytes::{Bytes, BytesMut};
use serde_json::Value;
use std::path::{Path, PathBuf};
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
    /// A place among the fixtures.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(self.folder).join(name)
    }

    /// Names (without extension) and contents of a folder's files, sorted.
    pub(crate) fn files(&self, name: &str) -> Vec<(String, Bytes)> {
        self.read(name, |_| true)
    }

    /// The same of those with that extension.
    pub(crate) fn files_with(&self, name: &str, extension: &str) -> Vec<(String, Bytes)> {
        self.read(name, |path| path.extension().is_some_and(|found| found == extension))
    }

    /// The streams of upstreams.
    pub(crate) fn streams(&self) -> Vec<(String, Bytes)> {
        let all = self.files_with("streams", self.extension);
        all.into_iter().filter(|(name, _)| !name.ends_with(".client")).collect()
    }

    fn read(&self, name: &str, wanted: impl Fn(&Path) -> bool) -> Vec<(String, Bytes)> {
        let mut found: Vec<(String, Bytes)> = std::fs::read_dir(self.folder(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| wanted(path))
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

    /// Compares with a golden file, or writes it anew.
    #[expect(clippy::disallowed_methods, reason = "whoever changes a fixture on purpose says so")]
    pub(crate) fn check(&self, name: &str, actual: &str) {
        let file = self.folder(name);
        if std::env::var_os("TIANJI_WRITE_FIXTURES").is_some() {
            std::fs::write(&file, actual).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(expected == actual, "{name} should be:\n{actual}\n--- but is:\n{expected}");
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
        let crlf = with_crlf(stream);
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
        String::from_utf8(self.written_for(view(), events).to_vec()).unwrap()
    }

    /// The stream that a client with that view gets.
    pub(crate) fn written_for(&self, view: ClientView, events: &[StreamEvent]) -> BytesMut {
        let mut encoder = self.dialect.stream_encoder(view);
        let mut out = BytesMut::new();
        for event in events {
            encoder.encode(event, &mut out);
        }
        encoder.finish(&mut out);
        out
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

/// The same stream with other line ends.
pub(crate) fn with_crlf(stream: &[u8]) -> Vec<u8> {
    String::from_utf8(stream.to_vec()).unwrap().replace('\n', "\r\n").into_bytes()
}

/// Encodes a request for an upstream: the body, and class and path of each loss.
pub(crate) fn encode(
    to: &dyn Dialect,
    request: &GenerateRequest,
    capabilities: &Capabilities,
    allowed: &[&str],
) -> Result<(Value, Vec<String>), DialectError> {
    encode_as(to, "gpt-5", request, capabilities, allowed)
}

/// The same for a model of that name.
pub(crate) fn encode_as(
    to: &dyn Dialect,
    model: &str,
    request: &GenerateRequest,
    capabilities: &Capabilities,
    allowed: &[&str],
) -> Result<(Value, Vec<String>), DialectError> {
    let allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
    let target = Target {
        provider: "x",
        model,
        capabilities,
        allowed_params: &allowed,
        budgets: &EffortBudgets::default(),
        modify_params: false,
    };
    let (encoded, losses) = encode_to(to, &target, request)?;
    Ok((serde_json::from_slice(&encoded.body).unwrap(), losses))
}

/// What a target gets, and class and path of each loss.
pub(crate) fn encode_to(
    to: &dyn Dialect,
    target: &Target<'_>,
    request: &GenerateRequest,
) -> Result<(EncodedRequest, Vec<String>), DialectError> {
    let mut losses = Losses::default();
    let encoded = to.encode_request(request, target, &mut losses)?;
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

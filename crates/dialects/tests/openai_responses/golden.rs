//! Fixtures of this dialect, and short ways to run the dialect on them.

use bytes::{Bytes, BytesMut};
use serde_json::Value;
use std::path::PathBuf;
use tianji_core::generate::{Capabilities, ClientView, EffortBudgets, GenerateRequest, StreamEvent, Target};
use tianji_core::{Extra, LossClass, Losses};
use tianji_dialects::openai_responses::OpenAiResponses;
use tianji_dialects::{Dialect, DialectError, dialect};
use tianji_wire::{Frame, SseSplitter};

/// The folder of this dialect's fixtures.
pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/openai_responses").join(name)
}

/// The names (without extension) and contents of a folder's files with that extension, sorted.
pub(crate) fn files(name: &str, extension: &str) -> Vec<(String, Bytes)> {
    let mut found: Vec<(String, Bytes)> = std::fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap().into()))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no fixtures in {name}");
    found
}

/// The streams of upstreams.
pub(crate) fn streams() -> Vec<(String, Bytes)> {
    files("streams", "sse").into_iter().filter(|(name, _)| !name.ends_with(".client")).collect()
}

/// One of them.
pub(crate) fn stream(name: &str) -> Bytes {
    std::fs::read(folder(&format!("streams/{name}.sse"))).unwrap().into()
}

/// Compares with a golden file.
pub(crate) fn check(name: &str, actual: &str) {
    let expected = std::fs::read_to_string(folder(name)).unwrap_or_default();
    assert!(expected == actual, "{name} is not what comes out:\n{actual}");
}

/// Cuts a stream into frames, fed in pieces of that size.
pub(crate) fn frames(stream: &[u8], size: usize) -> Vec<Frame> {
    let mut splitter = SseSplitter::default();
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
pub(crate) fn ways(stream: &[u8]) -> Vec<Vec<Frame>> {
    let crlf = String::from_utf8(stream.to_vec()).unwrap().replace('\n', "\r\n").into_bytes();
    let sizes = [1, 7, 64, stream.len()];
    sizes.iter().flat_map(|size| [frames(stream, *size), frames(&crlf, *size)]).collect()
}

/// All events of a stream, and how it ended.
pub(crate) fn decode_stream(frames: &[Frame]) -> (Vec<StreamEvent>, Result<(), DialectError>) {
    let mut decoder = OpenAiResponses.stream_decoder();
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
pub(crate) fn encode_stream(events: &[StreamEvent]) -> BytesMut {
    let mut encoder = OpenAiResponses.stream_encoder(view());
    let mut out = BytesMut::new();
    for event in events {
        encoder.encode(event, &mut out);
    }
    encoder.finish(&mut out);
    out
}

/// A client's view.
pub(crate) fn view() -> ClientView {
    ClientView {
        model: "my-\"model\"".to_owned(),
        minted_id: "resp_minted".to_owned(),
        created: 1_700_000_000,
        include_usage: true,
        legacy_functions: false,
        echo: Extra::new(),
        json_array: false,
        must_call: false,
    }
}

/// Encodes a request for an upstream of this dialect: the body, and class and path of each loss.
pub(crate) fn encode(
    request: &GenerateRequest,
    capabilities: &Capabilities,
) -> Result<(Value, Vec<String>), DialectError> {
    encode_for(&OpenAiResponses, request, capabilities, &[])
}

/// The same for any dialect, with parameters that the operator allows.
pub(crate) fn encode_for(
    to: &dyn Dialect,
    request: &GenerateRequest,
    capabilities: &Capabilities,
    allowed: &[&str],
) -> Result<(Value, Vec<String>), DialectError> {
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
    Ok((serde_json::from_slice(&encoded.body).unwrap(), losses))
}

/// Reads a request of a client of this dialect.
pub(crate) fn decode(body: &Value) -> Result<GenerateRequest, DialectError> {
    dialect(tianji_core::DialectId::OpenAiResponses).decode_request(&Bytes::from(body.to_string()))
}

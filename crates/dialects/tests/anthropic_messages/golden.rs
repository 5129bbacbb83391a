//! Fixtures of this dialect, and short ways to run the dialect on them.

use bytes::{Bytes, BytesMut};
use serde_json::Value;
use std::path::PathBuf;
use tianji_core::Losses;
use tianji_core::generate::{
    Capabilities, ClientView, EffortBudgets, GenerateRequest, Message, Role, StreamEvent, Target,
};
use tianji_core::{DialectId, LossClass};
use tianji_dialects::anthropic_messages::AnthropicMessages;
use tianji_dialects::{Dialect, DialectError, EncodedRequest};
use tianji_wire::{Frame, SseSplitter};

/// The folder of this dialect's fixtures.
pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/anthropic_messages").join(name)
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

/// The same stream with other line ends.
pub(crate) fn with_crlf(stream: &[u8]) -> Vec<u8> {
    String::from_utf8(stream.to_vec()).unwrap().replace('\n', "\r\n").into_bytes()
}

/// Every way in which a stream is fed: by pieces of each size, with each line end.
pub(crate) fn ways(stream: &[u8]) -> Vec<Vec<Frame>> {
    let crlf = with_crlf(stream);
    let sizes = [1, 7, 64, stream.len()];
    sizes.iter().flat_map(|size| [frames(stream, *size), frames(&crlf, *size)]).collect()
}

/// All events of a stream, and how it ended.
pub(crate) fn decode_stream(frames: &[Frame]) -> (Vec<StreamEvent>, Result<(), DialectError>) {
    let mut decoder = AnthropicMessages.stream_decoder();
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
    let mut encoder = AnthropicMessages.stream_encoder(view());
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
        minted_id: "msg_minted".to_owned(),
        created: 1_700_000_000,
        include_usage: true,
        legacy_functions: false,
        echo: tianji_core::Extra::new(),
        json_array: false,
        must_call: false,
    }
}

/// A request of a client of the other dialect, with these messages.
pub(crate) fn foreign(messages: Vec<Message>) -> GenerateRequest {
    GenerateRequest { messages, ..GenerateRequest::new(DialectId::OpenAiChat) }
}

/// The same with one plain message.
pub(crate) fn plain() -> GenerateRequest {
    foreign(vec![Message::text(Role::User, "x")])
}

/// What an encoding gives.
#[derive(Debug)]
pub(crate) struct Encoded {
    /// The body.
    pub(crate) body: Value,
    /// The rest.
    pub(crate) rest: EncodedRequest,
    /// Class and path of each loss.
    pub(crate) losses: Vec<String>,
}

/// Encodes for a model that can do that much.
pub(crate) fn encode_for(request: &GenerateRequest, capabilities: &Capabilities) -> Result<Encoded, DialectError> {
    encode_with(request, capabilities, &[], false)
}

/// Encodes with all that an operator can say.
pub(crate) fn encode_with(
    request: &GenerateRequest,
    capabilities: &Capabilities,
    allowed: &[&str],
    modify_params: bool,
) -> Result<Encoded, DialectError> {
    let allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
    let target = Target {
        provider: "anthropic",
        model: "claude-x",
        capabilities,
        allowed_params: &allowed,
        budgets: &EffortBudgets::default(),
        modify_params,
    };
    let mut losses = Losses::default();
    let rest = AnthropicMessages.encode_request(request, &target, &mut losses)?;
    let class = |class| match class {
        LossClass::Parameter => "parameter",
        LossClass::Hint => "hint",
        LossClass::Content => "content",
    };
    let losses = losses.iter().map(|loss| format!("{} {}", class(loss.class), loss.path)).collect();
    Ok(Encoded { body: serde_json::from_slice(&rest.body).unwrap(), rest, losses })
}

/// Encodes for a model of which nothing is known.
pub(crate) fn encode(request: &GenerateRequest) -> Encoded {
    encode_for(request, &Capabilities::default()).unwrap()
}

//! Fixtures of this dialect, and short ways to run the dialect on them.

use crate::support::{self, Fixtures};
use bytes::{Bytes, BytesMut};
use serde_json::Value;
use tianji_core::generate::{Capabilities, ClientView, GenerateRequest, StreamEvent};
use tianji_dialects::openai_responses::OpenAiResponses;
use tianji_dialects::{Dialect, DialectError};
use tianji_wire::Frame;

/// The names (without extension) and contents of a folder's files with that extension, sorted.
pub(crate) fn files(name: &str, extension: &str) -> Vec<(String, Bytes)> {
    OWN.files_with(name, extension)
}

/// The streams of upstreams.
pub(crate) fn streams() -> Vec<(String, Bytes)> {
    OWN.streams()
}

/// One of them.
pub(crate) fn stream(name: &str) -> Bytes {
    OWN.stream(name)
}

/// Compares with a golden file.
pub(crate) fn check(name: &str, actual: &str) {
    OWN.check(name, actual);
}

/// Cuts a stream into frames, fed in pieces of that size.
pub(crate) fn frames(stream: &[u8], size: usize) -> Vec<Frame> {
    OWN.frames(stream, size)
}

/// Every way in which a stream is fed: by pieces of each size, with each line end.
pub(crate) fn ways(stream: &[u8]) -> Vec<Vec<Frame>> {
    OWN.ways(stream)
}

/// All events of a stream, and how it ended.
pub(crate) fn decode_stream(frames: &[Frame]) -> (Vec<StreamEvent>, Result<(), DialectError>) {
    OWN.events(frames)
}

/// The stream that a client gets.
pub(crate) fn encode_stream(events: &[StreamEvent]) -> BytesMut {
    OWN.written_for(view(), events)
}

/// A client's view.
pub(crate) fn view() -> ClientView {
    ClientView { minted_id: "resp_minted".to_owned(), ..support::view() }
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
    support::encode_as(to, "gpt-5", request, capabilities, allowed)
}

/// Reads a request of a client of this dialect.
pub(crate) fn decode(body: &Value) -> Result<GenerateRequest, DialectError> {
    OWN.decode(body)
}

const OWN: Fixtures = Fixtures { dialect: &OpenAiResponses, folder: "openai_responses", extension: "sse" };

//! Fixtures of this dialect, and short ways to run the dialect on them.

pub(crate) use crate::support::view;
use crate::support::{self, Fixtures};
use bytes::{Bytes, BytesMut};
use serde_json::Value;
use tianji_core::generate::{Capabilities, EffortBudgets, GenerateRequest, StreamEvent, Target};
use tianji_dialects::gemini::Gemini;
use tianji_dialects::{Dialect, DialectError, EncodedRequest};
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

/// Encodes a request for an upstream of this dialect: the body, and class and path of each loss.
pub(crate) fn encode(request: &GenerateRequest, model: &str) -> Result<(Value, Vec<String>), DialectError> {
    encode_for(&Gemini, request, model, &[])
}

/// The same for any dialect, with parameters that the operator allows.
pub(crate) fn encode_for(
    to: &dyn Dialect,
    request: &GenerateRequest,
    model: &str,
    allowed: &[&str],
) -> Result<(Value, Vec<String>), DialectError> {
    support::encode_as(to, model, request, &Capabilities::default(), allowed)
}

/// Reads a request of a client of this dialect.
pub(crate) fn decode(body: &Value) -> Result<GenerateRequest, DialectError> {
    OWN.decode(body)
}

/// Encodes a request for an upstream of this dialect, with what must be undone in the reply.
pub(crate) fn encode_whole(request: &GenerateRequest, model: &str) -> EncodedRequest {
    let (budgets, capabilities) = (EffortBudgets::default(), Capabilities::default());
    let target = Target {
        provider: "x",
        model,
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    support::encode_to(&Gemini, &target, request).unwrap().0
}

const OWN: Fixtures = Fixtures { dialect: &Gemini, folder: "gemini", extension: "sse" };

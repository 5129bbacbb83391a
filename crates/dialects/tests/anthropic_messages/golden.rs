//! Fixtures of this dialect, and short ways to run the dialect on them.

use crate::support::{self, Fixtures};
use bytes::{Bytes, BytesMut};
use serde_json::Value;
use std::path::PathBuf;
use tianji_core::DialectId;
use tianji_core::generate::{
    Capabilities, ClientView, EffortBudgets, GenerateRequest, Message, Role, StreamEvent, Target,
};
use tianji_dialects::anthropic_messages::AnthropicMessages;
use tianji_dialects::{DialectError, EncodedRequest};
use tianji_wire::Frame;

/// A place among the fixtures of this dialect.
pub(crate) fn folder(name: &str) -> PathBuf {
    OWN.folder(name)
}

/// The names (without extension) and contents of a folder's files with that extension, sorted.
pub(crate) fn files(name: &str, extension: &str) -> Vec<(String, Bytes)> {
    OWN.files_with(name, extension)
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
    ClientView { minted_id: "msg_minted".to_owned(), ..support::view() }
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
    let (rest, losses) = support::encode_to(&AnthropicMessages, &target, request)?;
    Ok(Encoded { body: serde_json::from_slice(&rest.body).unwrap(), rest, losses })
}

/// Encodes for a model of which nothing is known.
pub(crate) fn encode(request: &GenerateRequest) -> Encoded {
    encode_for(request, &Capabilities::default()).unwrap()
}

const OWN: Fixtures = Fixtures { dialect: &AnthropicMessages, folder: "anthropic_messages", extension: "sse" };

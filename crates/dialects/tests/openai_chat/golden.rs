//! Fixtures of this dialect.

pub(crate) use crate::support::with_crlf;
use crate::support::{self, Fixtures};
use bytes::Bytes;
use tianji_core::generate::{Capabilities, ClientView, EffortBudgets, Target};
use tianji_dialects::openai_chat::OpenAiChat;
use tianji_wire::Frame;

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

/// One fixture's content.
pub(crate) fn file(name: &str) -> Bytes {
    OWN.file(name)
}

/// A client's view.
pub(crate) fn view() -> ClientView {
    ClientView { minted_id: "chatcmpl-minted".to_owned(), include_usage: false, ..support::view() }
}

/// An upstream about which nothing is known.
pub(crate) fn target<'a>(
    model: &'a str,
    capabilities: &'a Capabilities,
    budgets: &'a EffortBudgets,
    allowed: &'a [String],
) -> Target<'a> {
    Target { provider: "openai", model, capabilities, allowed_params: allowed, budgets, modify_params: false }
}

const OWN: Fixtures = Fixtures { dialect: &OpenAiChat, folder: "openai_chat", extension: "sse" };

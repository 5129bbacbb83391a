//! Errors, both ways (Cohere docs, "Errors": `{"message"}` under the status).

use crate::openai_chat::OpenAiChat;
use crate::openai_chat::json;
use crate::{Dialect, UpstreamError};
use bytes::BytesMut;
use http::StatusCode;
use tianji_core::{Error, Kind};
use tianji_wire::write_event;

/// Reads an upstream's error reply.
pub(super) fn decode(status: u16, body: &[u8]) -> UpstreamError {
    let mut read = OpenAiChat.decode_error(status, body);
    let kind = match status {
        BLOCKED => Some(Kind::ContentPolicy),
        400 | 422 if read.message.to_lowercase().contains(TOO_LONG) => Some(Kind::ContextWindowExceeded),
        _ => None,
    };
    if let Some(kind) = kind {
        read.kind = kind;
        read.status = StatusCode::BAD_REQUEST;
    }
    read
}

/// An error that came inside a stream, where no status says what it is.
pub(super) fn of_stream(body: &[u8]) -> Error {
    let read = decode(500, body);
    let kind = if read.message.to_lowercase().contains(TOO_LONG) { Kind::ContextWindowExceeded } else { read.kind };
    let error = Error::provider(kind, read.message);
    if kind == read.kind { error.with_status(read.status) } else { error }
}

/// Writes the end of a stream that failed: the vendor's own last event, which says that and why, with the envelope of
/// this route beside it.
pub(super) fn write(error: &Error, out: &mut BytesMut) {
    let mut data = BytesMut::with_capacity(256 + 2 * error.message.len());
    data.extend_from_slice(br#"{"type":"message-end","delta":{"finish_reason":"ERROR","error":"#);
    json::string(&error.message, &mut data);
    data.extend_from_slice(b"},");
    // The envelope's only member, without its braces.
    let envelope = OpenAiChat.encode_error(error);
    data.extend_from_slice(envelope.strip_prefix(b"{").unwrap_or(&envelope));
    write_event(out, Some("message-end"), &data);
}

/// Status by which the vendor says that input or output was blocked ("Errors", 498).
const BLOCKED: u16 = 498;

/// How the vendor says that a prompt is too long; lower case.
const TOO_LONG: &str = "too many tokens";

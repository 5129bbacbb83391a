//! Errors, both ways (API reference, "Converse", "Errors"; "Troubleshooting Amazon Bedrock API error codes").

use crate::openai_chat::OpenAiChat;
use crate::{Dialect, UpstreamError};
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tianji_core::{Error, Kind};
use tianji_wire::event_stream::write_message;

/// The exception that a status stands for: the value of the `x-amzn-errortype` header, by which AWS's SDKs choose the
/// class of the error.
pub fn error_type(status: u16) -> &'static str {
    match status {
        401 | 403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        408 | 504 => "ModelTimeoutException",
        424 => "ModelErrorException",
        429 => "ThrottlingException",
        503 => "ServiceUnavailableException",
        500.. => "InternalServerException",
        _ => "ValidationException",
    }
}

/// The body that shows an error to a client.
pub(super) fn encode(error: &Error) -> Bytes {
    json!({ "message": error.message }).to_string().into()
}

/// Writes the message that ends a failed stream.
pub(crate) fn write(error: &Error, out: &mut BytesMut) {
    let exception = match error.kind {
        Kind::MidStream => "modelStreamErrorException",
        _ => match error.status.as_u16() {
            429 => "throttlingException",
            503 => "serviceUnavailableException",
            500.. => "internalServerException",
            _ => "validationException",
        },
    };
    let headers =
        [(":exception-type", exception), (":content-type", "application/json"), (":message-type", "exception")];
    write_message(out, &headers, &encode(error));
}

/// Reads an upstream's error reply.
pub(super) fn decode(status: u16, body: &[u8]) -> UpstreamError {
    // Proxies before the vendor answer in every form there is: the words are looked for by the reader that knows
    // them all. What this vendor's own envelope says goes first.
    let mut read = OpenAiChat.decode_error(status, body);
    let envelope: Envelope = serde_json::from_slice(body).unwrap_or_default();
    if let Some(message) = envelope.message.filter(|message| !message.trim().is_empty()) {
        read.message = message;
    }
    let named = envelope.kind.as_deref().and_then(|name| by_name(name.rsplit(['#', '/']).next().unwrap_or(name)));
    of_status(named.unwrap_or(status), read)
}

/// Reads an exception in a stream.
pub(super) fn of_stream(name: &str, data: &[u8]) -> Error {
    let status = by_name(name).unwrap_or(500);
    let mut read = decode(status, data);
    if read.message.is_empty() {
        name.clone_into(&mut read.message);
    }
    let mut error = Error::provider(read.kind, read.message).with_status(read.status);
    error.upstream_status = Some(status);
    error
}

/// The kind of a status in this vendor's use. A failure of the service is shown as one that passes, because the vendor
/// asks to try again; the reference proxy does the same.
fn of_status(status: u16, read: UpstreamError) -> UpstreamError {
    let (kind, shown) = match status {
        400 => (kind_of_phrase(&read.message).unwrap_or(Kind::BadRequest), StatusCode::BAD_REQUEST),
        424 => (Kind::InternalServer, StatusCode::INTERNAL_SERVER_ERROR),
        500 => (Kind::ServiceUnavailable, StatusCode::SERVICE_UNAVAILABLE),
        other => {
            let kind = if other == read.status.as_u16() { read.kind } else { Kind::of_status(other) };
            (kind, StatusCode::from_u16(other).unwrap_or(read.status))
        }
    };
    UpstreamError { kind, status: shown, ..read }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope {
    #[serde(alias = "Message")]
    message: Option<String>,
    #[serde(rename = "__type")]
    kind: Option<String>,
}

/// The status of an exception; streams write the first letter small.
fn by_name(name: &str) -> Option<u16> {
    EXCEPTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, status)| *status)
}

fn kind_of_phrase(message: &str) -> Option<Kind> {
    let message = message.to_lowercase();
    PHRASES.iter().find(|(phrase, _)| message.contains(phrase)).map(|(_, kind)| *kind)
}

const EXCEPTIONS: &[(&str, u16)] = &[
    ("AccessDeniedException", 403),
    ("ExpiredTokenException", 403),
    ("InternalFailure", 500),
    ("InternalServerException", 500),
    ("ModelErrorException", 424),
    ("ModelNotReadyException", 429),
    ("ModelStreamErrorException", 424),
    ("ModelTimeoutException", 408),
    ("ResourceNotFoundException", 404),
    ("ServiceQuotaExceededException", 400),
    ("ServiceUnavailableException", 503),
    ("ThrottlingException", 429),
    ("UnrecognizedClientException", 403),
    ("ValidationException", 400),
];

/// Lower case. The vendor has one exception for all bad requests; only its words, and those of the models behind it,
/// tell these apart.
const PHRASES: &[(&str, Kind)] = &[
    ("exceed context limit", Kind::ContextWindowExceeded),
    ("exceeds the maximum number of input tokens", Kind::ContextWindowExceeded),
    ("input is too long", Kind::ContextWindowExceeded),
    ("input tokens exceeded", Kind::ContextWindowExceeded),
    ("maximum context length", Kind::ContextWindowExceeded),
    ("prompt is too long", Kind::ContextWindowExceeded),
    ("too many input tokens", Kind::ContextWindowExceeded),
    ("blocked by content filtering policy", Kind::ContentPolicy),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_recognised_in_refusals() {
        for (phrase, kind) in PHRASES {
            let body = json!({ "message": format!("X {phrase}") }).to_string();
            assert_eq!(decode(400, body.as_bytes()).kind, *kind, "{phrase}");
        }
    }

    fn lower_first(name: &str) -> String {
        let mut letters = name.chars();
        letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
    }

    #[test]
    fn every_exception_is_known_in_streams_and_by_its_type() {
        for (name, status) in EXCEPTIONS {
            let error = of_stream(&lower_first(name), br#"{"message":"X"}"#);
            assert_eq!((error.upstream_status, error.message.as_str()), (Some(*status), "X"), "{name}");
            let body = json!({ "__type": format!("com.amazon.coral.service#{name}"), "Message": "X" }).to_string();
            let read = decode(400, body.as_bytes());
            assert_eq!((read.kind, read.message.as_str()), (error.kind, "X"), "{name}");
        }
    }
}

//! Errors, both ways (Google Cloud API design guide, "Errors"; Gemini API docs, "Troubleshooting guide").

use crate::openai_chat::OpenAiChat;
use crate::{Dialect, UpstreamError};
use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tianji_core::{Error, Kind};

/// The body that shows an error to a client.
pub(super) fn encode(error: &Error) -> Bytes {
    let code = error.status.as_u16();
    let body = Body { error: Shown { code, message: &error.message, status: status_word(code) } };
    // Strings and numbers always serialise.
    serde_json::to_vec(&body).unwrap_or_default().into()
}

/// Reads an upstream's error reply.
pub(super) fn decode(status: u16, body: &[u8]) -> UpstreamError {
    // Proxies before the vendor answer in every form there is, and the vendor itself puts the error into an array of
    // one where a stream was asked for: the reader that knows all forms finds the words.
    let mut read = OpenAiChat.decode_error(status, body);
    if let Some(kind) = kind_of_phrase(status, &read.message) {
        read.kind = kind;
        read.status = kind.status();
    }
    // The reference proxy shows a bad gateway as a failed connection (its error matrix).
    if read.kind == Kind::BadGateway {
        read.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
    read
}

/// Reads the `error` of a frame. Within a stream every fault of the vendor's is a 500, as the reference proxy has it.
pub(super) fn of_stream(raw: &RawValue) -> Error {
    let envelope: Inner = serde_json::from_str(raw.get()).unwrap_or_default();
    let by_word = || STATUSES.iter().find(|(_, word)| Some(*word) == envelope.status.as_deref()).map(|(code, _)| *code);
    let code = envelope.code.filter(|code| (400..600).contains(code)).or_else(by_word).unwrap_or(500);
    let read = decode(code, format!(r#"{{"error":{}}}"#, raw.get()).as_bytes());
    let status = if read.status.is_server_error() { StatusCode::INTERNAL_SERVER_ERROR } else { read.status };
    let mut error = Error::provider(read.kind, read.message).with_status(status);
    error.upstream_status = Some(code);
    error
}

/// The vendor's words in an `error` member.
pub(super) fn words(raw: &RawValue) -> String {
    let inner: Inner = serde_json::from_str(raw.get()).unwrap_or_default();
    inner.message.unwrap_or_else(|| raw.get().to_owned())
}

#[derive(Serialize)]
struct Body<'a> {
    error: Shown<'a>,
}

#[derive(Serialize)]
struct Shown<'a> {
    code: u16,
    message: &'a str,
    status: &'static str,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Inner {
    code: Option<u16>,
    message: Option<String>,
    status: Option<String>,
}

fn status_word(status: u16) -> &'static str {
    let known = STATUSES.iter().find(|(code, _)| *code == status);
    known.map_or(if status < 500 { "INVALID_ARGUMENT" } else { "INTERNAL" }, |(_, word)| word)
}

fn kind_of_phrase(status: u16, message: &str) -> Option<Kind> {
    if !matches!(status, 400 | 413 | 422) {
        return None;
    }
    let message = message.to_lowercase();
    PHRASES.iter().find(|(phrase, _)| message.contains(phrase)).map(|(_, kind)| *kind)
}

/// HTTP status and canonical code (google.rpc.Code).
const STATUSES: &[(u16, &str)] = &[
    (400, "INVALID_ARGUMENT"),
    (401, "UNAUTHENTICATED"),
    (403, "PERMISSION_DENIED"),
    (404, "NOT_FOUND"),
    (408, "DEADLINE_EXCEEDED"),
    (409, "ABORTED"),
    (429, "RESOURCE_EXHAUSTED"),
    (499, "CANCELLED"),
    (500, "INTERNAL"),
    (501, "UNIMPLEMENTED"),
    (503, "UNAVAILABLE"),
    (504, "DEADLINE_EXCEEDED"),
];

/// Lower case. The vendor has one code for all bad arguments; only its words tell these apart.
const PHRASES: &[(&str, Kind)] = &[
    ("api key not valid", Kind::Authentication),
    ("api key expired", Kind::Authentication),
    ("exceeds the maximum number of tokens", Kind::ContextWindowExceeded),
    ("input token count exceeds", Kind::ContextWindowExceeded),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_recognised_in_refusals() {
        for (phrase, kind) in PHRASES {
            let body = format!(r#"[{{"error":{{"code":400,"message":"X {phrase}","status":"INVALID_ARGUMENT"}}}}]"#);
            let read = decode(400, body.as_bytes());
            assert_eq!((read.kind, read.status), (*kind, kind.status()), "{phrase}");
            assert_eq!(kind_of_phrase(429, phrase), None);
        }
    }

    #[test]
    fn every_status_has_its_word() {
        for (status, word) in STATUSES {
            assert_eq!(status_word(*status), *word);
        }
        assert_eq!((status_word(422), status_word(529)), ("INVALID_ARGUMENT", "INTERNAL"));
    }
}

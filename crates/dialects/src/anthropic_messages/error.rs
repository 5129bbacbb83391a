//! Errors, both ways (API reference, "Errors").

use crate::openai_chat::OpenAiChat;
use crate::{Dialect, UpstreamError};
use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tianji_core::{Error, Kind, Origin};

/// The body that shows an error to a client.
pub(super) fn encode(error: &Error) -> Bytes {
    let status = error.status.as_u16();
    let gateway = is_gateways_own(error);
    let type_name = if gateway { error.type_name.as_ref() } else { type_of(status) };
    let code = status.to_string();
    let body = Body {
        kind: "error",
        error: Shown {
            type_name,
            message: &error.message,
            param: gateway.then_some(error.param.as_deref()),
            code: gateway.then_some(&code),
        },
    };
    // Strings always serialise.
    serde_json::to_vec(&body).unwrap_or_default().into()
}

/// Reads an upstream's error reply.
pub(super) fn decode(status: u16, body: &[u8]) -> UpstreamError {
    // Proxies before the vendor answer in every form there is: the words are looked for by the reader that knows
    // them all. What this vendor's own envelope says goes first.
    let mut read = OpenAiChat.decode_error(status, body);
    let envelope = serde_json::from_slice::<Envelope>(body).ok().and_then(|envelope| envelope.error);
    if let Some(envelope) = envelope {
        if let Some(message) = envelope.message.filter(|message| !message.trim().is_empty()) {
            read.message = message;
        }
        if let Some(kind) = envelope.kind.as_deref().and_then(kind_of_type) {
            read.kind = kind;
        }
    }
    if let Some(kind) = kind_of_phrase(status, &read.message) {
        read.kind = kind;
    }
    // The reference proxy shows an overload as 500 and a too large body as 400 (its error matrix).
    if read.kind == Kind::Overloaded {
        read.status = StatusCode::INTERNAL_SERVER_ERROR;
    } else if read.status == StatusCode::PAYLOAD_TOO_LARGE {
        read.status = StatusCode::BAD_REQUEST;
    }
    read
}

/// Reads the `error` of an event in a stream.
pub(super) fn of_stream(raw: &RawValue) -> Error {
    let envelope: Inner = serde_json::from_str(raw.get()).unwrap_or_default();
    let type_name = envelope.kind.as_deref().unwrap_or_default();
    let status = TYPES.iter().find(|(name, _)| *name == type_name).map_or(500, |(_, status)| *status);
    let body = format!(r#"{{"type":"error","error":{}}}"#, raw.get());
    let read = decode(status, body.as_bytes());
    let mut error = Error::provider(read.kind, read.message).with_status(read.status);
    error.upstream_status = Some(status);
    error
}

/// The words of an `error` member.
pub(super) fn words(raw: &RawValue) -> String {
    let inner: Inner = serde_json::from_str(raw.get()).unwrap_or_default();
    inner.message.unwrap_or_else(|| raw.get().to_owned())
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    error: Shown<'a>,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(rename = "type")]
    type_name: &'a str,
    message: &'a str,
    /// The gateway's own refusals carry what OpenAI's clients look for beside what Anthropic's do.
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a String>,
}

#[derive(Deserialize)]
struct Envelope {
    error: Option<Inner>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Inner {
    #[serde(rename = "type")]
    kind: Option<String>,
    message: Option<String>,
}

/// Whether the gateway refused by its own rules: credentials, rights, limits, budgets.
fn is_gateways_own(error: &Error) -> bool {
    let ruled = matches!(
        error.kind,
        Kind::Authentication | Kind::PermissionDenied | Kind::RateLimit | Kind::AllCooling | Kind::BudgetExceeded
    );
    error.origin != Origin::Provider && (ruled || error.type_name != error.kind.type_name())
}

fn type_of(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 | 504 => "timeout_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

/// Kinds that a type names more exactly than a status.
fn kind_of_type(name: &str) -> Option<Kind> {
    let status = TYPES.iter().find(|(known, _)| *known == name)?.1;
    // These say no more than their status.
    (!matches!(name, "invalid_request_error" | "timeout_error" | "api_error")).then(|| Kind::of_status(status))
}

fn kind_of_phrase(status: u16, message: &str) -> Option<Kind> {
    if !matches!(status, 400 | 413 | 422) {
        return None;
    }
    let message = message.to_lowercase();
    PHRASES.iter().find(|(phrase, _)| message.contains(phrase)).map(|(_, kind)| *kind)
}

/// The vendor's types and the status that each comes with.
const TYPES: &[(&str, u16)] = &[
    ("api_error", 500),
    ("authentication_error", 401),
    ("billing_error", 402),
    ("invalid_request_error", 400),
    ("not_found_error", 404),
    ("overloaded_error", 529),
    ("permission_error", 403),
    ("rate_limit_error", 429),
    ("request_too_large", 413),
    ("timeout_error", 504),
];

/// Lower case. The vendor has one type for all bad requests; only its words tell these apart.
const PHRASES: &[(&str, Kind)] = &[
    ("exceed context limit", Kind::ContextWindowExceeded),
    ("input is too long", Kind::ContextWindowExceeded),
    ("prompt is too long", Kind::ContextWindowExceeded),
    ("blocked by content filtering policy", Kind::ContentPolicy),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_recognised_in_refusals() {
        for (phrase, kind) in PHRASES {
            let body =
                format!(r#"{{"type":"error","error":{{"type":"invalid_request_error","message":"X {phrase}"}}}}"#);
            assert_eq!(decode(400, body.as_bytes()).kind, *kind, "{phrase}");
            assert_eq!(kind_of_phrase(429, phrase), None);
        }
    }

    #[test]
    fn every_type_is_known_by_name_and_by_status() {
        for (name, status) in TYPES {
            let body = format!(r#"{{"type":"error","error":{{"type":"{name}","message":"X"}}}}"#);
            let read = decode(*status, body.as_bytes());
            assert_eq!((read.kind, read.message.as_str()), (Kind::of_status(*status), "X"), "{name}");
            assert_eq!(type_of(*status), *name);
        }
    }
}

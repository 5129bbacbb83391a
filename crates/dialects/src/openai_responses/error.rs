//! Errors in streams and in responses that failed (API reference, "Streaming events", `error` and `response.failed`;
//! "The response object", `error`).

use crate::Dialect;
use crate::openai_chat::OpenAiChat;
use crate::openai_chat::json;
use bytes::BytesMut;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt::Write as _;
use tianji_core::{Error, Kind};
use tianji_wire::write_event;

/// Reads the error of a response, or an error event.
pub(super) fn of_stream(raw: &RawValue) -> Error {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Coded {
        code: Option<String>,
        #[serde(rename = "type")]
        kind: Option<String>,
    }
    let coded: Coded = serde_json::from_str(raw.get()).unwrap_or_default();
    let known = |word: &Option<String>| {
        let found = STATUSES.iter().find(|(name, _)| Some(*name) == word.as_deref());
        found.map(|(_, status)| *status)
    };
    let status = known(&coded.code).or_else(|| known(&coded.kind)).unwrap_or(500);
    let read = OpenAiChat.decode_error(status, format!(r#"{{"error":{}}}"#, raw.get()).as_bytes());
    let refused = coded.code.is_some_and(|code| code.ends_with("content_policy_violation"));
    let kind = if refused { Kind::ContentPolicy } else { read.kind };
    let mut error = Error::provider(kind, read.message).with_status(read.status);
    error.param = read.param.map(Into::into);
    error.upstream_status = Some(status);
    error
}

/// What is known of a stream that fails.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed<'a> {
    /// Id of the response.
    pub(super) id: &'a str,
    /// Seconds since 1970.
    pub(super) created: i64,
    /// Model as the client knows it.
    pub(super) model: &'a str,
    /// Number of the next event.
    pub(super) sequence: u64,
}

/// Writes the end of a stream that failed: the response's last state, then the error for clients that look for that.
pub(super) fn write(failed: Failed<'_>, error: &Error, out: &mut BytesMut) {
    let mut data = BytesMut::with_capacity(256 + 2 * error.message.len());
    data.extend_from_slice(br#"{"type":"response.failed","response":{"id":"#);
    json::string(failed.id, &mut data);
    let _ = write!(data, r#","object":"response","created_at":{},"status":"failed","error":{{"code":"#, failed.created);
    json::string(code(error), &mut data);
    data.extend_from_slice(br#","message":"#);
    json::string(&error.message, &mut data);
    data.extend_from_slice(br#"},"incomplete_details":null,"model":"#);
    json::string(failed.model, &mut data);
    let _ = write!(data, r#","output":[],"usage":null}},"sequence_number":{}}}"#, failed.sequence);
    write_event(out, Some("response.failed"), &data);

    data.clear();
    data.extend_from_slice(br#"{"type":"error","code":"#);
    json::string(error.status.as_str(), &mut data);
    data.extend_from_slice(br#","message":"#);
    json::string(&error.message, &mut data);
    data.extend_from_slice(br#","param":"#);
    json::optional_string(error.param.as_deref(), &mut data);
    let _ = write!(data, r#","sequence_number":{}}}"#, failed.sequence.saturating_add(1));
    write_event(out, Some("error"), &data);
}

/// The vendor's word for what went wrong.
fn code(error: &Error) -> &'static str {
    match error.kind {
        Kind::RateLimit | Kind::AllCooling | Kind::BudgetExceeded => "rate_limit_exceeded",
        Kind::BadRequest | Kind::UnsupportedParams | Kind::Unprocessable | Kind::PayloadTooLarge => "invalid_prompt",
        Kind::ContextWindowExceeded => "context_length_exceeded",
        Kind::ContentPolicy => "content_policy_violation",
        _ => "server_error",
    }
}

/// Codes and the status that each stands for.
const STATUSES: &[(&str, u16)] = &[
    ("authentication_error", 401),
    ("bio_policy", 400),
    ("context_length_exceeded", 400),
    ("cyber_policy", 400),
    ("failed_to_download_image", 400),
    ("image_content_policy_violation", 400),
    ("image_file_not_found", 400),
    ("image_file_too_large", 400),
    ("image_parse_error", 400),
    ("image_too_large", 400),
    ("image_too_small", 400),
    ("insufficient_quota", 429),
    ("invalid_api_key", 401),
    ("invalid_base64_image", 400),
    ("invalid_image", 400),
    ("invalid_image_format", 400),
    ("invalid_image_mode", 400),
    ("invalid_image_url", 400),
    ("invalid_prompt", 400),
    ("invalid_request_error", 400),
    ("rate_limit_exceeded", 429),
    ("server_error", 500),
    ("server_overloaded", 503),
    ("slow_down", 503),
    ("unsupported_image_media_type", 400),
    ("vector_store_timeout", 504),
];

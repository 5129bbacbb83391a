//! Errors, both ways (OpenAI platform docs, "Error codes"; Azure OpenAI docs, "Content filtering").

use super::phrases;
use crate::UpstreamError;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use serde_json::Value;
use tianji_core::{BodyShape, Error, Kind};

/// The body that shows an error to a client.
pub(crate) fn encode(error: &Error) -> Bytes {
    let mut out = BytesMut::with_capacity(128 + error.message.len());
    write(error, &mut out);
    out.freeze()
}

/// Writes that body.
pub(crate) fn write(error: &Error, out: &mut BytesMut) {
    if error.shape == BodyShape::Detail {
        out.extend_from_slice(br#"{"detail":"#);
        super::json::string(&error.message, out);
        return out.extend_from_slice(b"}");
    }
    out.extend_from_slice(br#"{"error":{"message":"#);
    super::json::string(&error.message, out);
    out.extend_from_slice(br#","type":"#);
    // The reference proxy prints a null type where a vendor's stream gave no clue: an empty type stands for that.
    super::json::optional_string(Some(error.type_name.as_ref()).filter(|name| !name.is_empty()), out);
    out.extend_from_slice(br#","param":"#);
    super::json::optional_string(error.param.as_deref(), out);
    out.extend_from_slice(br#","code":""#);
    out.extend_from_slice(error.status.as_str().as_bytes());
    out.extend_from_slice(br#""}}"#);
}

/// Reads an upstream's error reply.
pub(crate) fn decode(status: u16, body: &[u8]) -> UpstreamError {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    let details = match serde_json::from_str::<Value>(text) {
        Ok(value) => of_json(&value).unwrap_or_else(|| Details::words(text)),
        Err(_) => Details::words(&plain(text)),
    };
    upstream_error(status, details)
}

/// Reads an error that came inside a stream or under status 200.
///
/// Without a status or a known code it counts as a broken connection, as the reference proxy has it.
pub(crate) fn of_stream(value: &Value) -> Error {
    let details = of_json(value).unwrap_or_else(|| Details::words(&value.to_string()));
    let known =
        |code: &String| CODES.iter().find(|(name, _)| name.eq_ignore_ascii_case(code)).map(|(_, status)| *status);
    let status = details.status.or_else(|| details.codes.iter().find_map(known));
    let read = upstream_error(status.unwrap_or(500), details);
    let clue = status.is_some() || matches!(read.kind, Kind::ContextWindowExceeded | Kind::ContentPolicy);
    if !clue {
        return Error::provider(Kind::Connection, read.message).with_type("");
    }
    let mut error = Error::provider(read.kind, read.message).with_status(read.status);
    error.param = read.param.map(Into::into);
    error.upstream_status = status;
    error
}

/// Whether a JSON object is an error although it came as a reply or as a chunk.
pub(crate) fn is_error(value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    let error = object.get("error").is_some_and(|error| !error.is_null() && error != &Value::Bool(false));
    let bare = !object.contains_key("choices")
        && (object.get("object").and_then(Value::as_str) == Some("error")
            || object.get("type").and_then(Value::as_str) == Some("error")
            || WORDS.iter().any(|name| object.contains_key(*name)));
    error || bare
}

/// What an error body says.
#[derive(Debug, Default)]
struct Details {
    message: String,
    codes: Vec<String>,
    param: Option<String>,
    /// Status that stands in the body.
    status: Option<u16>,
}

impl Details {
    fn words(text: &str) -> Self {
        Self { message: text.to_owned(), ..Self::default() }
    }
}

fn upstream_error(status: u16, details: Details) -> UpstreamError {
    let status = details.status.filter(|_| status < 400).unwrap_or(status);
    let status = StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 400);
    let mut status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut message = details.message;
    if message.is_empty() {
        message = status.canonical_reason().map_or_else(|| format!("status {}", status.as_u16()), str::to_owned);
    }
    let kind = phrases::kind(status.as_u16(), &details.codes, &message);
    let kind = kind.unwrap_or_else(|| Kind::of_status(status.as_u16()));
    // Groq answers 413 when a request alone is over a token limit; its code says what it is.
    let limited =
        status == StatusCode::PAYLOAD_TOO_LARGE && details.codes.iter().any(|code| code == "rate_limit_exceeded");
    if limited {
        status = StatusCode::TOO_MANY_REQUESTS;
    }
    let kind = if limited { Kind::RateLimit } else { kind };
    if matches!(kind, Kind::ContextWindowExceeded | Kind::ContentPolicy) {
        status = StatusCode::BAD_REQUEST;
    }
    UpstreamError { kind, status, message, param: details.param }
}

fn of_json(value: &Value) -> Option<Details> {
    let value = match value {
        Value::Array(list) => list.first()?,
        other => other,
    };
    match value {
        Value::String(words) => return Some(Details::words(words)),
        Value::Object(_) => {}
        _ => return None,
    }
    let inner = value.get("error").filter(|error| error.is_object()).unwrap_or(value);
    let message = words(inner).or_else(|| words(value))?;
    let mut codes = Vec::new();
    for place in ["/code", "/type", "/innererror/code", "/status"] {
        codes.extend(inner.pointer(place).and_then(Value::as_str).map(str::to_owned));
    }
    // Azure's responsible-AI refusals name the prompt as parameter; the reference proxy shows none there.
    let refused = codes.iter().any(|code| code == "ResponsibleAIPolicyViolation");
    let param = inner.get("param").and_then(Value::as_str).filter(|_| !refused).map(str::to_owned);
    Some(Details { message, codes, param, status: status_in(inner).or_else(|| status_in(value)) })
}

/// The vendor's words, wherever they stand.
fn words(value: &Value) -> Option<String> {
    for name in WORDS {
        let Some(found) = value.get(*name) else { continue };
        let text = match found {
            Value::String(text) => Some(text.clone()),
            Value::Object(_) => words(found),
            Value::Array(list) => joined(list),
            _ => None,
        };
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            return Some(text);
        }
    }
    None
}

fn joined(list: &[Value]) -> Option<String> {
    let texts: Vec<String> =
        list.iter().filter_map(|item| item.as_str().map(str::to_owned).or_else(|| words(item))).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// A status among the members: `code`, `status`, `status_code`, as a number or as text.
fn status_in(value: &Value) -> Option<u16> {
    ["code", "status", "status_code", "statusCode"].iter().find_map(|name| {
        let found = value.get(*name)?;
        let number = found.as_u64().or_else(|| found.as_str()?.parse().ok())?;
        u16::try_from(number).ok().filter(|status| (400..600).contains(status))
    })
}

/// A text that is no JSON. Short HTML stays verbatim, of longer HTML the visible text's beginning.
fn plain(text: &str) -> String {
    let html = text.starts_with('<') && text.contains('>');
    if html && text.len() > SHORT_HTML {
        return visible(text).chars().take(HTML_CHARS).collect();
    }
    text.chars().take(PLAIN_CHARS).collect()
}

/// Text between tags, without scripts and styles, white space squeezed.
fn visible(html: &str) -> String {
    let mut text = String::new();
    let mut skipped: Option<&str> = None;
    for piece in html.split('<') {
        let (tag, after) = piece.split_once('>').unwrap_or(("", piece));
        let name: String = tag.chars().take_while(|c| !c.is_whitespace() && *c != '>').collect();
        if skipped.is_some_and(|end| !name.eq_ignore_ascii_case(end)) {
            continue;
        }
        skipped = SILENT.iter().find(|(open, _)| name.eq_ignore_ascii_case(open)).map(|(_, close)| *close);
        if skipped.is_none() {
            for word in after.split_whitespace() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
    }
    text
}

/// Members that hold an error's words, the most telling first.
const WORDS: &[&str] = &[
    "message",
    "error",
    "detail",
    "msg",
    "errors",
    "error_message",
    "error_description",
    "err_msg",
    "Message",
    "title",
    "description",
];

/// Statuses that codes and types stand for where a stream brings no status.
const CODES: &[(&str, u16)] = &[
    ("authentication_error", 401),
    ("insufficient_quota", 429),
    ("invalid_api_key", 401),
    ("overloaded_error", 529),
    ("rate_limit_error", 429),
    ("rate_limit_exceeded", 429),
    ("resource_exhausted", 429),
    ("unavailable", 503),
];

/// Elements whose text nobody sees, with the tag that ends them.
const SILENT: &[(&str, &str)] = &[("script", "/script"), ("style", "/style")];

/// HTML up to this many bytes is shown as it is: it is mostly one headline.
const SHORT_HTML: usize = 300;
/// Visible characters shown of longer HTML.
const HTML_CHARS: usize = 200;
/// Characters shown of other text.
const PLAIN_CHARS: usize = 4000;

//! Small replies, and the headers that every reply carries.

use http::header::{ALLOW, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use serde::Serialize;
use tianji_core::{DialectId, Error, Kind};
use tianji_pipeline::{ReplyBody, error_response};

/// A reply of our own making.
pub(crate) type Reply = Response<ReplyBody>;

/// 200 with a value as JSON.
pub(crate) fn json<T: Serialize>(value: &T) -> Reply {
    match serde_json::to_vec(value) {
        Ok(bytes) => with_type(bytes, "application/json"),
        Err(cause) => {
            let error = Error::gateway(Kind::InternalServer, "the reply could not be written").with_source(cause);
            error_response(DialectId::OpenAiChat, &error)
        }
    }
}

/// 200 with bytes of a type.
pub(crate) fn with_type(bytes: impl Into<bytes::Bytes>, content_type: &'static str) -> Reply {
    let mut response = Response::new(ReplyBody::of(bytes));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An error in OpenAI's form.
pub(crate) fn error(error: &Error) -> Reply {
    error_response(DialectId::OpenAiChat, error)
}

/// 404 as frameworks of the reference proxy say it.
pub(crate) fn not_found() -> Reply {
    error(&Error::client(Kind::NotFound, "Not Found").as_detail())
}

/// 405 with what would be allowed.
pub(crate) fn method_not_allowed(allowed: &[Method]) -> Reply {
    let mut response = error(&Error::client(Kind::MethodNotAllowed, "Method Not Allowed").as_detail());
    let list = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    if let Ok(value) = HeaderValue::try_from(list) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

/// 204 for `OPTIONS`. No cross-origin access is granted: none is configured.
pub(crate) fn options(allowed: &[Method]) -> Reply {
    let mut response = method_not_allowed(allowed);
    *response.status_mut() = StatusCode::NO_CONTENT;
    *response.body_mut() = ReplyBody::empty();
    response.headers_mut().remove(CONTENT_TYPE);
    response
}

/// Headers against misuse in browsers, on every reply.
pub(crate) fn guard(headers: &mut HeaderMap) {
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("frame-ancestors 'none'"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(VARY, HeaderValue::from_static("Origin"));
}

const X_FRAME_OPTIONS: HeaderName = http::header::X_FRAME_OPTIONS;
const CONTENT_SECURITY_POLICY: HeaderName = http::header::CONTENT_SECURITY_POLICY;
const X_CONTENT_TYPE_OPTIONS: HeaderName = http::header::X_CONTENT_TYPE_OPTIONS;

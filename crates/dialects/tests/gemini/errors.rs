//! Errors, both ways.

use serde_json::{Value, json};
use tianji_core::{Error, Kind};
use tianji_dialects::Dialect;
use tianji_dialects::gemini::Gemini;

#[test]
fn an_error_is_shown_in_googles_envelope() {
    for (kind, status, word) in [
        (Kind::BadRequest, 400, "INVALID_ARGUMENT"),
        (Kind::UnsupportedParams, 400, "INVALID_ARGUMENT"),
        (Kind::Authentication, 401, "UNAUTHENTICATED"),
        (Kind::PermissionDenied, 403, "PERMISSION_DENIED"),
        (Kind::NotFound, 404, "NOT_FOUND"),
        (Kind::RateLimit, 429, "RESOURCE_EXHAUSTED"),
        (Kind::InternalServer, 500, "INTERNAL"),
        (Kind::ServiceUnavailable, 503, "UNAVAILABLE"),
        (Kind::GatewayTimeout, 504, "DEADLINE_EXCEEDED"),
    ] {
        let body = Gemini.encode_error(&Error::provider(kind, "why \"so\""));
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body, json!({ "error": { "code": status, "message": "why \"so\"", "status": word } }));
    }
}

#[test]
fn an_upstreams_error_is_read_in_every_form() {
    let google = |code: u16, message: &str| json!({ "error": { "code": code, "message": message } }).to_string();
    for (status, body, kind, shown, message) in [
        (400, google(400, "Bad temperature"), Kind::BadRequest, 400, "Bad temperature"),
        (400, format!("[{}]", google(400, "Bad")), Kind::BadRequest, 400, "Bad"),
        (403, google(403, "Denied"), Kind::PermissionDenied, 403, "Denied"),
        (429, google(429, "Quota"), Kind::RateLimit, 429, "Quota"),
        (502, google(502, "Gone"), Kind::BadGateway, 500, "Gone"),
        (503, google(503, "Overloaded"), Kind::ServiceUnavailable, 503, "Overloaded"),
        (529, google(529, "Busy"), Kind::Overloaded, 529, "Busy"),
        (
            400,
            google(400, "API key not valid. Please pass a valid API key."),
            Kind::Authentication,
            401,
            "API key not valid. Please pass a valid API key.",
        ),
        (
            400,
            google(400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
            Kind::ContextWindowExceeded,
            400,
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        ),
        (500, "upstream connect error".to_owned(), Kind::InternalServer, 500, "upstream connect error"),
    ] {
        let read = Gemini.decode_error(status, body.as_bytes());
        assert_eq!((read.kind, read.status.as_u16(), read.message.as_str()), (kind, shown, message), "{body}");
    }
}

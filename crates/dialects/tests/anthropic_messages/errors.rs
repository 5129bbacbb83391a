//! Errors, both ways.

use serde_json::{Value, json};
use tianji_core::{Error, Kind};
use tianji_dialects::Dialect;
use tianji_dialects::anthropic_messages::AnthropicMessages;

fn shown(error: &Error) -> Value {
    serde_json::from_slice(&AnthropicMessages.encode_error(error)).unwrap()
}

#[test]
fn types_follow_the_status() {
    for (status, name) in [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (405, "invalid_request_error"),
        (408, "timeout_error"),
        (409, "invalid_request_error"),
        (413, "request_too_large"),
        (422, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (503, "api_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ] {
        let error = Error::provider(Kind::of_status(status), "say \"please\"").with_param("x");
        let error = error.with_status(http::StatusCode::from_u16(status).unwrap());
        let expected = json!({ "type": "error", "error": { "type": name, "message": "say \"please\"" } });
        assert_eq!(shown(&error), expected, "{status}");
    }
}

#[test]
fn the_gateways_own_refusals_carry_openais_members_too() {
    let both = |error: &Error| shown(error)["error"].clone();
    let unknown = Error::client(Kind::Authentication, "M").with_type("token_not_found_in_db").with_param("key");
    assert_eq!(
        both(&unknown),
        json!({ "type": "token_not_found_in_db", "message": "M", "param": "key", "code": "401" })
    );
    let limit = Error::client(Kind::RateLimit, "M");
    assert_eq!(both(&limit), json!({ "type": "throttling_error", "message": "M", "param": null, "code": "429" }));
    let route = Error::gateway(Kind::PermissionDenied, "M").as_detail();
    assert_eq!(both(&route), json!({ "type": "permission_error", "message": "M", "param": null, "code": "403" }));
    let missing = Error::client(Kind::BadRequest, "M").with_param("max_tokens");
    assert_eq!(both(&missing), json!({ "type": "invalid_request_error", "message": "M" }));
}

#[test]
fn the_vendors_words_are_kept() {
    let envelope = |name: &str, message: &str| {
        json!({ "type": "error", "error": { "type": name, "message": message }, "request_id": "req_1" }).to_string()
    };
    for (status, body, kind, shown, message) in [
        (400, envelope("invalid_request_error", "bad role"), Kind::BadRequest, 400, "bad role"),
        (401, envelope("authentication_error", "no"), Kind::Authentication, 401, "no"),
        (403, envelope("permission_error", "no"), Kind::PermissionDenied, 403, "no"),
        (404, envelope("not_found_error", "model: claude-9"), Kind::NotFound, 404, "model: claude-9"),
        (408, envelope("timeout_error", "late"), Kind::Timeout, 408, "late"),
        (409, envelope("x", "twice"), Kind::Conflict, 409, "twice"),
        (413, envelope("request_too_large", "big"), Kind::PayloadTooLarge, 400, "big"),
        (422, envelope("invalid_request_error", "no"), Kind::Unprocessable, 422, "no"),
        (429, envelope("rate_limit_error", "slow"), Kind::RateLimit, 429, "slow"),
        (500, envelope("api_error", "oh"), Kind::InternalServer, 500, "oh"),
        (502, envelope("api_error", "oh"), Kind::BadGateway, 502, "oh"),
        (503, "upstream busy".to_owned(), Kind::ServiceUnavailable, 503, "upstream busy"),
        (504, envelope("api_error", "oh"), Kind::GatewayTimeout, 504, "oh"),
        (529, envelope("overloaded_error", "Overloaded"), Kind::Overloaded, 500, "Overloaded"),
        (500, envelope("overloaded_error", "Overloaded"), Kind::Overloaded, 500, "Overloaded"),
        (
            400,
            envelope("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
            Kind::ContextWindowExceeded,
            400,
            "prompt is too long: 9 tokens > 8 maximum",
        ),
        (
            400,
            envelope("invalid_request_error", "Output blocked by content filtering policy"),
            Kind::ContentPolicy,
            400,
            "Output blocked by content filtering policy",
        ),
        (404, r#"{"detail":"nothing here"}"#.to_owned(), Kind::NotFound, 404, "nothing here"),
        (
            400,
            r#"{"message":"The provided model identifier is invalid."}"#.to_owned(),
            Kind::BadRequest,
            400,
            "The provided model identifier is invalid.",
        ),
        (500, String::new(), Kind::InternalServer, 500, "Internal Server Error"),
    ] {
        let read = AnthropicMessages.decode_error(status, body.as_bytes());
        assert_eq!((read.kind, read.status.as_u16(), read.message.as_str()), (kind, shown, message), "{body}");
    }
    for body in [&b"\xff\xfe"[..], b"{", b"null", b"{\"error\":null}", b"{\"error\":{\"message\":5}}"] {
        assert_eq!(AnthropicMessages.decode_error(500, body).status, 500);
    }
}

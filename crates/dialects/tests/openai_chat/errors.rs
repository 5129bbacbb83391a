//! Errors, both ways.

use serde_json::{Value, json};
use tianji_core::{Error, Kind};
use tianji_dialects::Dialect;
use tianji_dialects::openai_chat::OpenAiChat;

fn shown(error: &Error) -> Value {
    serde_json::from_slice(&OpenAiChat.encode_error(error)).unwrap()
}

#[test]
fn errors_have_openais_shape() {
    let error = Error::client(Kind::BadRequest, "say \"please\"").with_param("messages");
    let expected = json!({"error": {"message": "say \"please\"", "type": "invalid_request_error", "param": "messages", "code": "400"}});
    assert_eq!(shown(&error), expected);
    let error = Error::client(Kind::Authentication, "no key").with_type("auth_error").with_param("None");
    let expected = json!({"error": {"message": "no key", "type": "auth_error", "param": "None", "code": "401"}});
    assert_eq!(shown(&error), expected);
    assert_eq!(shown(&Error::client(Kind::NotFound, "Not Found").as_detail()), json!({"detail": "Not Found"}));
    assert_eq!(shown(&Error::provider(Kind::Connection, "x").with_type(""))["error"]["type"], Value::Null);
}

#[test]
fn the_vendors_words_are_found_wherever_they_stand() {
    for (status, body, kind, shown, message, param) in [
        (
            400,
            r#"{"error":{"message":"Invalid value","type":"invalid_request_error","param":"x","code":null}}"#,
            Kind::BadRequest,
            400,
            "Invalid value",
            Some("x"),
        ),
        (401, r#"{"error":{"message":"Incorrect API key"}}"#, Kind::Authentication, 401, "Incorrect API key", None),
        (
            402,
            r#"{"error":{"message":"Insufficient Balance"}}"#,
            Kind::PaymentRequired,
            402,
            "Insufficient Balance",
            None,
        ),
        (404, r#"{"detail":"no such model"}"#, Kind::NotFound, 404, "no such model", None),
        (
            422,
            r#"{"detail":[{"loc":["body"],"msg":"field required"},{"msg":"too short"}]}"#,
            Kind::Unprocessable,
            422,
            "field required; too short",
            None,
        ),
        (422, r#"{"object":"error","message":{"detail":[{"msg":"extra"}]}}"#, Kind::Unprocessable, 422, "extra", None),
        (
            429,
            r#"[{"error":{"message":"slow down","status":"RESOURCE_EXHAUSTED","code":429}}]"#,
            Kind::RateLimit,
            429,
            "slow down",
            None,
        ),
        (400, r#"{"errors":["a","b"]}"#, Kind::BadRequest, 400, "a; b", None),
        (400, r#"{"error":"plain"}"#, Kind::BadRequest, 400, "plain", None),
        (500, r#"{"foo":1}"#, Kind::InternalServer, 500, r#"{"foo":1}"#, None),
        (503, "upstream busy", Kind::ServiceUnavailable, 503, "upstream busy", None),
        (
            502,
            "<html><body><h1>502 Bad Gateway</h1></body></html>",
            Kind::BadGateway,
            502,
            "<html><body><h1>502 Bad Gateway</h1></body></html>",
            None,
        ),
        (500, "", Kind::InternalServer, 500, "Internal Server Error", None),
        (529, "", Kind::Overloaded, 529, "status 529", None),
        (200, r#"{"error":{"message":"no","code":429}}"#, Kind::RateLimit, 429, "no", None),
        (413, r#"{"error":{"message":"too large"}}"#, Kind::PayloadTooLarge, 413, "too large", None),
    ] {
        let read = OpenAiChat.decode_error(status, body.as_bytes());
        let actual = (read.kind, read.status.as_u16(), read.message.as_str(), read.param.as_deref());
        assert_eq!(actual, (kind, shown, message, param), "{body}");
    }
}

#[test]
fn too_long_and_not_allowed_are_recognised() {
    for (status, body, kind, param) in [
        (
            400,
            r#"{"error":{"message":"no","code":"context_length_exceeded","param":"messages"}}"#,
            Kind::ContextWindowExceeded,
            Some("messages"),
        ),
        (
            413,
            r#"{"error":{"message":"This model's maximum context length is 4097 tokens."}}"#,
            Kind::ContextWindowExceeded,
            None,
        ),
        (400, r#"{"error":{"message":"no","code":"content_policy_violation"}}"#, Kind::ContentPolicy, None),
        (
            400,
            r#"{"error":{"message":"no","param":"prompt","code":"content_filter"}}"#,
            Kind::ContentPolicy,
            Some("prompt"),
        ),
        (
            400,
            r#"{"error":{"message":"no","param":"prompt","code":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            Kind::ContentPolicy,
            None,
        ),
        (403, r#"{"error":{"message":"maximum context length of your plan"}}"#, Kind::PermissionDenied, None),
    ] {
        let read = OpenAiChat.decode_error(status, body.as_bytes());
        assert_eq!((read.kind, read.param.as_deref()), (kind, param), "{body}");
        if kind != Kind::PermissionDenied {
            assert_eq!(read.status.as_u16(), 400, "{body}");
        }
    }
}

#[test]
fn long_html_is_cut_to_what_a_reader_sees() {
    let html = format!(
        "<!DOCTYPE html><html><head><style>p {{ color: red }}</style><SCRIPT>var a = \"<p>no</p>\";</SCRIPT></head><body>\n<h1>Bad  gateway</h1><p>{}</p></body></html>",
        "word ".repeat(100)
    );
    let read = OpenAiChat.decode_error(502, html.as_bytes());
    assert!(read.message.starts_with("Bad gateway word word"), "{}", read.message);
    assert_eq!(read.message.chars().count(), 200);
}

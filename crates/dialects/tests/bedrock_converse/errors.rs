//! Errors, both ways.

use serde_json::{Value, json};
use tianji_core::{Error, Kind};
use tianji_dialects::Dialect;
use tianji_dialects::bedrock_converse::{BedrockConverse, error_type};

#[test]
fn a_client_reads_the_message_and_the_type() {
    let error = Error::client(Kind::RateLimit, "Slow \"down\"");
    let body: Value = serde_json::from_slice(&BedrockConverse.encode_error(&error)).unwrap();
    assert_eq!(body, json!({ "message": "Slow \"down\"" }));
    for (status, name) in [
        (400, "ValidationException"),
        (401, "AccessDeniedException"),
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (408, "ModelTimeoutException"),
        (413, "ValidationException"),
        (424, "ModelErrorException"),
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
        (502, "InternalServerException"),
        (503, "ServiceUnavailableException"),
    ] {
        assert_eq!(error_type(status), name, "{status}");
    }
}

#[test]
fn an_upstreams_errors() {
    for (status, body, kind, shown, message) in [
        (400, r#"{"message":"bad"}"#, Kind::BadRequest, 400, "bad"),
        (
            400,
            r#"{"message":"Input is too long for requested model."}"#,
            Kind::ContextWindowExceeded,
            400,
            "Input is too long for requested model.",
        ),
        (403, r#"{"Message":"no access"}"#, Kind::PermissionDenied, 403, "no access"),
        (404, r#"{"message":"no model"}"#, Kind::NotFound, 404, "no model"),
        (408, r#"{"message":"slow"}"#, Kind::Timeout, 408, "slow"),
        (424, r#"{"message":"model"}"#, Kind::InternalServer, 500, "model"),
        (429, r#"{"message":"many"}"#, Kind::RateLimit, 429, "many"),
        (500, r#"{"message":"oops"}"#, Kind::ServiceUnavailable, 503, "oops"),
        (503, r#"{"message":"busy"}"#, Kind::ServiceUnavailable, 503, "busy"),
        (
            400,
            r#"{"__type":"com.amazon.coral.service#ThrottlingException","message":"many"}"#,
            Kind::RateLimit,
            429,
            "many",
        ),
        (502, "Bad gateway", Kind::BadGateway, 502, "Bad gateway"),
    ] {
        let read = BedrockConverse.decode_error(status, body.as_bytes());
        assert_eq!((read.kind, read.status.as_u16(), read.message.as_str()), (kind, shown, message), "{status} {body}");
    }
}

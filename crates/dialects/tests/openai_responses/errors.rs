//! Errors, both ways.

use crate::golden::{decode_stream, frames};
use serde_json::{Value, json};
use tianji_core::generate::StreamEvent;
use tianji_core::{Error, Kind};
use tianji_dialects::Dialect;
use tianji_dialects::openai_responses::OpenAiResponses;

#[test]
fn errors_have_the_shape_of_chat_completions() {
    let error = Error::client(Kind::BadRequest, "No").with_param("input");
    let body: Value = serde_json::from_slice(&OpenAiResponses.encode_error(&error)).unwrap();
    assert_eq!(
        body,
        json!({"error": {"message": "No", "type": "invalid_request_error", "param": "input", "code": "400"}})
    );
}

#[test]
fn refusals_of_upstreams_are_read() {
    let body = br#"{"error":{"message":"Invalid 'max_output_tokens': integer below minimum value.","type":"invalid_request_error","param":"max_output_tokens","code":"integer_below_min_value"}}"#;
    let read = OpenAiResponses.decode_error(400, body);
    assert_eq!((read.kind, read.status.as_u16()), (Kind::BadRequest, 400));
    assert_eq!(read.param.as_deref(), Some("max_output_tokens"));
    assert!(read.message.starts_with("Invalid 'max_output_tokens'"));
}

#[test]
fn codes_in_streams_stand_for_kinds() {
    for (code, kind, status) in [
        ("server_error", Kind::InternalServer, 500),
        ("rate_limit_exceeded", Kind::RateLimit, 429),
        ("insufficient_quota", Kind::RateLimit, 429),
        ("invalid_prompt", Kind::BadRequest, 400),
        ("context_length_exceeded", Kind::ContextWindowExceeded, 400),
        ("image_content_policy_violation", Kind::ContentPolicy, 400),
        ("invalid_image_url", Kind::BadRequest, 400),
        ("vector_store_timeout", Kind::GatewayTimeout, 504),
        ("invalid_api_key", Kind::Authentication, 401),
        ("something_new", Kind::InternalServer, 500),
    ] {
        let failed = json!({"type": "response.failed", "response": {"id": "r", "status": "failed", "error": {"code": code, "message": "Words"}}});
        let event = json!({"type": "error", "code": code, "message": "Words", "param": null});
        let nested = json!({"error": {"code": code, "message": "Words"}});
        for data in [failed, event, nested] {
            let (events, ended) = decode_stream(&frames(format!("data: {data}\n\n").as_bytes(), 7));
            assert!(ended.is_ok(), "{data}");
            match events.last() {
                Some(StreamEvent::Error(error)) => {
                    assert_eq!((error.kind, error.status.as_u16()), (kind, status), "{data}");
                    assert_eq!(error.message, "Words");
                }
                other => panic!("{data}: {other:?}"),
            }
        }
    }
}

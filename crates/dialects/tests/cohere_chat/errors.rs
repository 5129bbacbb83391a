//! Errors of upstreams and for clients.

use crate::golden::{frames, view};
use bytes::BytesMut;
use serde_json::{Value, json};
use tianji_core::{Error, Kind};
use tianji_dialects::Dialect;
use tianji_dialects::cohere_chat::CohereChat;

#[test]
fn errors_of_the_vendor_are_understood() {
    for (status, body, kind, shown) in [
        (400, r#"{"message":"invalid request: p must be between 0 and 1"}"#, Kind::BadRequest, 400),
        (401, r#"{"id":"1","message":"invalid api token"}"#, Kind::Authentication, 401),
        (400, r#"{"message":"Too many tokens: size limit exceeded by 12 tokens."}"#, Kind::ContextWindowExceeded, 400),
        (422, r#"{"message":"too many tokens: total 130000"}"#, Kind::ContextWindowExceeded, 400),
        (429, r#"{"message":"Trial key: too many tokens per minute"}"#, Kind::RateLimit, 429),
        (498, r#"{"message":"Blocked output"}"#, Kind::ContentPolicy, 400),
        (500, "<html>oops</html>", Kind::InternalServer, 500),
        (503, "", Kind::ServiceUnavailable, 503),
    ] {
        let read = CohereChat.decode_error(status, body.as_bytes());
        assert_eq!((read.kind, read.status.as_u16()), (kind, shown), "{status} {body}");
    }
    let read = CohereChat.decode_error(429, br#"{"message":"You are using a Trial key"}"#);
    assert_eq!(read.message, "You are using a Trial key");
}

#[test]
fn clients_get_the_envelope_of_the_other_routes() {
    let error = Error::provider(Kind::RateLimit, "Slow \"down\"");
    let shown: Value = serde_json::from_slice(&CohereChat.encode_error(&error)).unwrap();
    assert_eq!(shown["error"]["message"], json!("Slow \"down\""));
    assert_eq!(shown["error"]["code"], json!("429"));
}

#[test]
fn a_broken_stream_ends_as_the_vendors_own_do() {
    let error = Error::provider(Kind::MidStream, "Broken");
    let mut by_encoder = BytesMut::new();
    CohereChat.stream_encoder(view()).fail(&error, &mut by_encoder);
    let mut by_relay = BytesMut::new();
    CohereChat.stream_relay(view()).fail(&error, &mut by_relay);
    assert_eq!(by_encoder, by_relay);
    let frames = frames(&by_encoder, by_encoder.len());
    assert_eq!((frames.len(), frames[0].event.as_deref()), (1, Some(&b"message-end"[..])));
    let event: Value = serde_json::from_slice(&frames[0].data).unwrap();
    assert_eq!(event["delta"], json!({"finish_reason": "ERROR", "error": "Broken"}));
    assert_eq!(event["error"]["message"], json!("Broken"));
}

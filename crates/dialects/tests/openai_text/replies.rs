//! Whole replies, both ways and passing.

use crate::TEXT;
use crate::support::view;
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{ClientView, FinishReason};
use tianji_dialects::Observed;

#[test]
fn what_is_read_is_written_again() {
    let body = TEXT.file("responses/full.json");
    let mut expected: Value = serde_json::from_slice(&body).unwrap();
    let response = TEXT.dialect.decode_response(&body).unwrap();
    assert_eq!((response.choices.len(), response.usage.unwrap().total()), (2, 12));
    let written = TEXT.dialect.encode_response(&response, &view()).unwrap();
    let mut written: Value = serde_json::from_slice(&written).unwrap();
    expected["model"] = json!("my-\"model\"");
    for name in ["prompt_tokens", "completion_tokens", "total_tokens"] {
        assert_eq!(written["usage"][name], expected["usage"][name]);
    }
    written["usage"] = expected["usage"].clone();
    assert_eq!(written, expected);
}

#[test]
fn a_reply_passes_but_for_the_model() {
    let body = TEXT.file("responses/full.json");
    let mut seen = Observed::default();
    let passed = TEXT.dialect.relay_response(&body, &view(), &mut seen).unwrap();
    let expected = std::str::from_utf8(&body).unwrap().replace("\"instruct-1\"", r#""my-\"model\"""#);
    assert_eq!(std::str::from_utf8(&passed).unwrap(), expected);
    assert_eq!((seen.response_id.as_deref(), seen.model.as_deref()), (Some("cmpl-1"), Some("instruct-1")));
    assert_eq!((seen.finish, seen.usage.unwrap().total()), (Some(FinishReason::Length), 12));
    let own = ClientView { model: String::new(), ..view() };
    assert_eq!(TEXT.dialect.relay_response(&body, &own, &mut seen).unwrap(), body);
    let unnamed = Bytes::from_static(br#"{"choices":[{"text":"four"}]}"#);
    let mut seen = Observed::default();
    let named = ClientView { model: "m".to_owned(), ..view() };
    let passed = TEXT.dialect.relay_response(&unnamed, &named, &mut seen).unwrap();
    assert_eq!(passed, r#"{"model":"m","choices":[{"text":"four"}]}"#);
    assert_eq!((seen.usage, seen.output_bytes), (None, 4));
}

#[test]
fn what_is_no_reply_is_an_error() {
    for body in ["", "<html>", "{}", r#"{"choices":null}"#, r#"{"choices":3}"#, r#"{"error":{"message":"Slow"}}"#] {
        let body = Bytes::from(body);
        assert!(TEXT.dialect.decode_response(&body).is_err(), "{body:?}");
        assert!(TEXT.dialect.relay_response(&body, &view(), &mut Observed::default()).is_err(), "{body:?}");
    }
}

//! Whole replies, both ways and passing, and errors.

use crate::OLLAMA;
use crate::support::view;
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{FinishReason, Part};
use tianji_core::{Error, Kind};
use tianji_dialects::Observed;

#[test]
fn what_is_read_is_written_again() {
    let body = OLLAMA.file("responses/full.json");
    let mut expected: Value = serde_json::from_slice(&body).unwrap();
    let response = OLLAMA.dialect.decode_response(&body).unwrap();
    let usage = response.usage.unwrap();
    assert_eq!((usage.input(), usage.output()), (26, 9));
    assert_eq!(response.choices[0].finish.as_ref().unwrap().reason, FinishReason::ToolCalls);
    let written: Value = serde_json::from_slice(&OLLAMA.dialect.encode_response(&response, &view()).unwrap()).unwrap();
    expected["model"] = json!("my-\"model\"");
    expected["created_at"] = json!("2023-11-14T22:13:20.000000Z");
    expected.as_object_mut().unwrap().remove("total_duration");
    assert_eq!(written, expected);
}

#[test]
fn calls_without_an_id_get_one_that_is_theirs() {
    let body = |stamp: &str| {
        let call = json!({ "function": { "name": "f", "arguments": {} } });
        let message = json!({ "role": "assistant", "content": "", "tool_calls": [call, call] });
        Bytes::from(json!({ "model": "m", "created_at": stamp, "message": message, "done": true }).to_string())
    };
    let ids = |stamp: &str| -> Vec<String> {
        let parts = OLLAMA.dialect.decode_response(&body(stamp)).unwrap().choices.remove(0).parts;
        let id = |part| if let Part::ToolCall(call) = part { Some(call.id) } else { None };
        parts.into_iter().filter_map(id).collect()
    };
    let (one, other) = (ids("2025-03-10T00:00:00.123Z"), ids("2025-03-10T00:00:01.5Z"));
    assert_eq!(one.len(), 2);
    assert!(one[0] != one[1] && one[0] != other[0] && one == ids("2025-03-10T00:00:00.123Z"), "{one:?} {other:?}");
}

#[test]
fn a_reply_passes_but_for_the_model() {
    let body = OLLAMA.file("responses/full.json");
    let mut seen = Observed::default();
    let passed = OLLAMA.dialect.relay_response(&body, &view(), &mut seen).unwrap();
    let expected = std::str::from_utf8(&body).unwrap().replace("\"llama3.1\"", r#""my-\"model\"""#);
    assert_eq!(std::str::from_utf8(&passed).unwrap(), expected);
    assert_eq!((seen.model.as_deref(), seen.finish), (Some("llama3.1"), Some(FinishReason::ToolCalls)));
    assert_eq!((seen.usage.unwrap().total(), seen.output_bytes), (35, 4));
}

#[test]
fn errors_are_words() {
    let error = Error::client(Kind::NotFound, "model \"x\" not found");
    assert_eq!(OLLAMA.dialect.encode_error(&error), r#"{"error":"model \"x\" not found"}"#);
    let read = OLLAMA.dialect.decode_error(404, br#"{"error":"model \"x\" not found, try pulling it first"}"#);
    assert_eq!(
        (read.kind, read.status.as_u16(), read.message.as_str()),
        (Kind::NotFound, 404, "model \"x\" not found, try pulling it first")
    );
    for body in [&br#"{"error":"out of memory"}"#[..], b"", b"{}", b"<html>"] {
        let body = Bytes::copy_from_slice(body);
        assert!(OLLAMA.dialect.decode_response(&body).is_err());
        assert!(OLLAMA.dialect.relay_response(&body, &view(), &mut Observed::default()).is_err());
    }
}

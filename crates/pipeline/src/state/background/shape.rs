//! The response object before there is a reply, and after one that failed.

use crate::call::Admitted;
use bytes::Bytes;
use serde_json::{Value, json};
use tianji_dialects::openai_responses;
use tianji_wire::RawObject;

/// Id of the response that a call makes.
pub(super) fn id_of(call: &Admitted) -> String {
    format!("resp_{}", call.receipt.unique())
}

/// What the client gets at once.
pub(super) fn begun(call: &Admitted) -> Bytes {
    let mut object = json!({
        "id": id_of(call), "object": "response",
        "created_at": call.receipt.record().started_at.seconds(),
        "status": "queued", "background": true, "error": null, "incomplete_details": null,
        "model": call.model, "output": [], "usage": null,
    });
    if let Some(members) = object.as_object_mut() {
        for (name, json) in openai_responses::echo(&call.body) {
            members.insert(name, serde_json::from_str(json.text()).unwrap_or(Value::Null));
        }
    }
    object.to_string().into()
}

/// The same response when it is being made.
pub(in crate::state) fn running(response: &[u8]) -> Option<Bytes> {
    with(response, &[("status", json!("in_progress"))])
}

/// The same response after it was cancelled.
pub(super) fn cancelled(response: &[u8]) -> Option<Bytes> {
    with(response, &[("status", json!("cancelled"))])
}

/// The same response after it failed.
pub(super) fn failed(response: &[u8], code: &str, message: &str) -> Option<Bytes> {
    with(response, &[("status", json!("failed")), ("error", json!({"code": code, "message": message}))])
}

/// A vendor's response under our id.
pub(super) fn ours(response: &[u8], id: &str) -> Option<Bytes> {
    with(response, &[("id", json!(id)), ("background", json!(true))])
}

/// OpenAI's code for an error that an HTTP status stands for (API reference, "The response object", `error.code`).
pub(super) const fn code(status: u16) -> &'static str {
    match status {
        408 | 500.. => "server_error",
        429 | 402 => "rate_limit_exceeded",
        _ => "invalid_prompt",
    }
}

fn with(response: &[u8], members: &[(&str, Value)]) -> Option<Bytes> {
    let mut object = RawObject::parse(Bytes::copy_from_slice(response)).ok()?;
    for (name, value) in members {
        object.set(name, value);
    }
    Some(object.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_changes_only_where_it_says_what_became_of_it() {
        let begun = br#"{"id":"resp_1","status":"queued","error":null,"model":"m"}"#;
        assert_eq!(running(begun).unwrap(), r#"{"id":"resp_1", "status": "in_progress", "error":null,"model":"m"}"#);
        assert_eq!(cancelled(begun).unwrap(), r#"{"id":"resp_1", "status": "cancelled", "error":null,"model":"m"}"#);
        let failed: Value = serde_json::from_slice(&failed(begun, "server_error", "no \"luck\"").unwrap()).unwrap();
        assert_eq!(failed["error"], json!({"code": "server_error", "message": "no \"luck\""}));
        let ours: Value = serde_json::from_slice(&ours(br#"{"id":"resp_x","output":[]}"#, "resp_1").unwrap()).unwrap();
        assert_eq!(ours, json!({"id": "resp_1", "output": [], "background": true}));
        assert_eq!(running(b"[]"), None);
    }

    #[test]
    fn statuses_have_a_code() {
        assert_eq!(
            [400, 408, 429, 500, 529].map(code),
            ["invalid_prompt", "server_error", "rate_limit_exceeded", "server_error", "server_error"]
        );
    }
}

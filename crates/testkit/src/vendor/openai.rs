//! Chat Completions as OpenAI answers them (API reference, "Chat" and "Streaming").

use crate::reply::Reply;
use serde_json::{Value, json};

/// A whole reply with a text.
#[must_use]
pub fn text(content: &str) -> Value {
    completion(&json!({"role": "assistant", "content": content, "refusal": null, "annotations": []}), "stop")
}

/// A whole reply with one call of the function `get_weather`.
#[must_use]
pub fn tool_call() -> Value {
    let call = json!({
        "id": "call_Zk2Tm0Vq", "type": "function",
        "function": {"name": "get_weather", "arguments": "{\"city\":\"Oslo\"}"},
    });
    completion(&json!({"role": "assistant", "content": null, "tool_calls": [call], "refusal": null}), "tool_calls")
}

/// An error body.
#[must_use]
pub fn error(message: &str, kind: &str, code: &str) -> Value {
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

/// The events of a stream of words: role, one event per word, finish, usage, end.
#[must_use]
pub fn words(words: &[&str]) -> Vec<String> {
    let mut events = vec![delta(&json!({"role": "assistant", "content": "", "refusal": null}), None)];
    events.extend(words.iter().map(|word| delta(&json!({"content": word}), None)));
    events.extend([delta(&json!({}), Some("stop")), usage_event(), DONE.to_owned()]);
    events
}

/// The events of a stream that calls `get_weather`, its arguments in three pieces.
#[must_use]
pub fn tool_call_events() -> Vec<String> {
    let piece = |text: &str| delta(&json!({"tool_calls": [{"index": 0, "function": {"arguments": text}}]}), None);
    let begin = json!({
        "role": "assistant", "content": null, "refusal": null,
        "tool_calls": [{
            "index": 0, "id": "call_Zk2Tm0Vq", "type": "function", "function": {"name": "get_weather", "arguments": ""},
        }],
    });
    let finish = delta(&json!({}), Some("tool_calls"));
    [delta(&begin, None), piece("{\"city"), piece("\":\"Os"), piece("lo\"}"), finish, usage_event(), DONE.to_owned()]
        .into()
}

/// A reply whole or streamed, as the request asks.
#[must_use]
pub fn chat(request: &Value, content: &str) -> Reply {
    if request.get("stream") == Some(&Value::Bool(true)) {
        Reply::events(words(&content.split_inclusive(' ').collect::<Vec<_>>()))
    } else {
        Reply::json(200, &text(content))
    }
}

/// One chunk as an event.
#[must_use]
pub fn delta(delta: &Value, finish: Option<&str>) -> String {
    chunk(&json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]), &Value::Null)
}

/// The event with the usage, behind the last delta.
#[must_use]
pub fn usage_event() -> String {
    chunk(&json!([]), &usage())
}

fn chunk(choices: &Value, usage: &Value) -> String {
    let chunk = json!({
        "id": "chatcmpl-BPq7u1", "object": "chat.completion.chunk", "created": 1_745_000_000, "model": MODEL,
        "service_tier": "default", "system_fingerprint": "fp_3a1b", "choices": choices, "usage": usage,
    });
    format!("data: {chunk}")
}

fn completion(message: &Value, finish: &str) -> Value {
    json!({
        "id": "chatcmpl-BPq7u1", "object": "chat.completion", "created": 1_745_000_000, "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish}],
        "usage": usage(), "service_tier": "default", "system_fingerprint": "fp_3a1b",
    })
}

fn usage() -> Value {
    json!({
        "prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    })
}

/// The event that ends a stream.
pub const DONE: &str = "data: [DONE]";
const MODEL: &str = "gpt-4o-2024-08-06";

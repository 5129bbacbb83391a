//! Messages as Anthropic answers them (API reference, "Messages" and "Streaming messages").

use crate::reply::Reply;
use serde_json::{Value, json};

/// A whole reply with a text.
#[must_use]
pub fn text(content: &str) -> Value {
    message(&json!([{"type": "text", "text": content}]), "end_turn")
}

/// A whole reply with one use of the tool `get_weather`.
#[must_use]
pub fn tool_use() -> Value {
    message(
        &json!([
            {"type": "text", "text": "Let me look."},
            {"type": "tool_use", "id": "toolu_01D7FLrf", "name": "get_weather", "input": {"city": "Oslo"}},
        ]),
        "tool_use",
    )
}

/// A whole reply that thinks before it says a text.
#[must_use]
pub fn thinking(thought: &str, content: &str) -> Value {
    message(
        &json!([
            {"type": "thinking", "thinking": thought, "signature": SIGNATURE},
            {"type": "text", "text": content},
        ]),
        "end_turn",
    )
}

/// An error body.
#[must_use]
pub fn error(kind: &str, message: &str) -> Value {
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011CPq7u"})
}

/// The events of a stream of words.
#[must_use]
pub fn words(words: &[&str]) -> Vec<String> {
    let mut events =
        vec![start(), block_start(0, &json!({"type": "text", "text": ""})), event(&json!({"type": "ping"}))];
    events.extend(words.iter().map(|word| block_delta(0, &json!({"type": "text_delta", "text": word}))));
    events.push(block_stop(0));
    events.extend(end("end_turn"));
    events
}

/// The events of a stream that uses `get_weather`, its input in three pieces.
#[must_use]
pub fn tool_use_events() -> Vec<String> {
    let piece = |text: &str| block_delta(0, &json!({"type": "input_json_delta", "partial_json": text}));
    let block = json!({"type": "tool_use", "id": "toolu_01D7FLrf", "name": "get_weather", "input": {}});
    let mut events = vec![start(), block_start(0, &block), piece(""), piece("{\"city\": \"Os"), piece("lo\"}")];
    events.push(block_stop(0));
    events.extend(end("tool_use"));
    events
}

/// The events of a stream that thinks before it says a text.
#[must_use]
pub fn thinking_events(thought: &str, content: &str) -> Vec<String> {
    let mut events = vec![
        start(),
        block_start(0, &json!({"type": "thinking", "thinking": "", "signature": ""})),
        block_delta(0, &json!({"type": "thinking_delta", "thinking": thought})),
        block_delta(0, &json!({"type": "signature_delta", "signature": SIGNATURE})),
        block_stop(0),
        block_start(1, &json!({"type": "text", "text": ""})),
        block_delta(1, &json!({"type": "text_delta", "text": content})),
        block_stop(1),
    ];
    events.extend(end("end_turn"));
    events
}

/// A reply whole or streamed, as the request asks.
#[must_use]
pub fn messages(request: &Value, content: &str) -> Reply {
    if request.get("stream") == Some(&Value::Bool(true)) {
        Reply::events(words(&content.split_inclusive(' ').collect::<Vec<_>>()))
    } else {
        Reply::json(200, &text(content))
    }
}

/// An event with its name.
#[must_use]
pub fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}", data.get("type").and_then(Value::as_str).unwrap_or_default())
}

fn start() -> String {
    let mut message = message(&json!([]), "");
    if let Some(fields) = message.as_object_mut() {
        fields.insert("stop_reason".to_owned(), Value::Null);
        fields.insert("usage".to_owned(), json!({"input_tokens": 11, "output_tokens": 1}));
    }
    event(&json!({"type": "message_start", "message": message}))
}

fn block_start(index: u32, block: &Value) -> String {
    event(&json!({"type": "content_block_start", "index": index, "content_block": block}))
}

fn block_delta(index: u32, delta: &Value) -> String {
    event(&json!({"type": "content_block_delta", "index": index, "delta": delta}))
}

fn block_stop(index: u32) -> String {
    event(&json!({"type": "content_block_stop", "index": index}))
}

fn end(reason: &str) -> [String; 2] {
    let delta = json!({"stop_reason": reason, "stop_sequence": null});
    [
        event(&json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 7}})),
        event(&json!({"type": "message_stop"})),
    ]
}

fn message(content: &Value, reason: &str) -> Value {
    json!({
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929",
        "content": content, "stop_reason": reason, "stop_sequence": null,
        "usage": {
            "input_tokens": 11, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 7,
            "service_tier": "standard",
        },
    })
}

/// The signature of every thought here.
pub const SIGNATURE: &str = "EqQBCgIYAhIkZm9ydHktdHdvIGJ5dGVzIG9mIG5vdGhpbmc=";

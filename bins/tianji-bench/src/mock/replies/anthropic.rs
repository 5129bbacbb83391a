//! Claude API documentation, "Messages" and "Streaming messages" ("Event types").

use serde_json::{Value, json};

use super::super::behaviour::Behaviour;
use super::{PROMPT_TOKENS, StreamReply, event, text, tokens};

pub(super) fn whole(text: &str) -> Value {
    json!({
        "id": "msg_mock", "type": "message", "role": "assistant", "model": MODEL,
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": PROMPT_TOKENS, "output_tokens": tokens(text.len())},
    })
}

pub(super) fn stream(behaviour: &Behaviour) -> StreamReply {
    let start = json!({
        "type": "message_start",
        "message": {
            "id": "msg_mock", "type": "message", "role": "assistant", "model": MODEL, "content": [],
            "stop_reason": null, "stop_sequence": null,
            "usage": {"input_tokens": PROMPT_TOKENS, "output_tokens": 1},
        },
    });
    let block = json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
    let delta = json!({
        "type": "content_block_delta", "index": 0,
        "delta": {"type": "text_delta", "text": text(behaviour.chunk_bytes)},
    });
    let output = u64::from(behaviour.chunks) * tokens(behaviour.chunk_bytes);
    let end = json!({
        "type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
        "usage": {"output_tokens": output},
    });
    StreamReply {
        head: [
            event("message_start", &start),
            event("content_block_start", &block),
            event("ping", &json!({"type": "ping"})),
        ]
        .concat()
        .into(),
        chunk: event("content_block_delta", &delta).into(),
        tail: [
            event("content_block_stop", &json!({"type": "content_block_stop", "index": 0})),
            event("message_delta", &end),
            event("message_stop", &json!({"type": "message_stop"})),
        ]
        .concat()
        .into(),
    }
}

const MODEL: &str = "claude-sonnet-4-5-20250929";

//! Cohere API reference, "Chat" and "Chat with Streaming" (version 2).

use serde_json::{Value, json};

use super::super::behaviour::Behaviour;
use super::{PROMPT_TOKENS, StreamReply, event, text, tokens};

pub(super) fn whole(text: &str) -> Value {
    json!({
        "id": "mock", "finish_reason": "COMPLETE",
        "message": {"role": "assistant", "content": [{"type": "text", "text": text}]},
        "usage": usage(tokens(text.len())),
    })
}

pub(super) fn stream(behaviour: &Behaviour) -> StreamReply {
    let message = json!({"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []});
    let start = json!({"type": "message-start", "id": "mock", "delta": {"message": message}});
    let content = |text: Value| json!({"message": {"content": text}});
    let begin = json!({"type": "content-start", "index": 0, "delta": content(json!({"type": "text", "text": ""}))});
    let text = text(behaviour.chunk_bytes);
    let delta = json!({"type": "content-delta", "index": 0, "delta": content(json!({"text": text}))});
    let output = u64::from(behaviour.chunks) * tokens(behaviour.chunk_bytes);
    let end = json!({"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage(output)}});
    StreamReply {
        head: [event("message-start", &start), event("content-start", &begin)].concat().into(),
        chunk: event("content-delta", &delta).into(),
        tail: [
            event("content-end", &json!({"type": "content-end", "index": 0})),
            event("message-end", &end),
            "data: [DONE]\n\n".to_owned(),
        ]
        .concat()
        .into(),
    }
}

fn usage(output: u64) -> Value {
    let tokens = json!({"input_tokens": PROMPT_TOKENS, "output_tokens": output});
    json!({"billed_units": tokens.clone(), "tokens": tokens})
}

//! OpenAI API reference, "Chat Completions" ("The chat completion object", "The chat completion chunk object",
//! `stream_options`).

use serde_json::{Value, json};

use super::super::behaviour::Behaviour;
use super::{PROMPT_TOKENS, StreamReply, text, tokens};

pub(super) fn whole(text: &str) -> Value {
    json!({
        "id": "chatcmpl-mock", "object": "chat.completion", "created": CREATED, "model": MODEL,
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": text, "refusal": null},
            "logprobs": null, "finish_reason": "stop",
        }],
        "usage": usage(tokens(text.len())),
        "system_fingerprint": "fp_mock",
    })
}

pub(super) fn stream(behaviour: &Behaviour, with_usage: bool) -> StreamReply {
    let event = |choices: Value, usage: Option<Value>| {
        let mut chunk = json!({
            "id": "chatcmpl-mock", "object": "chat.completion.chunk", "created": CREATED,
            "model": MODEL, "system_fingerprint": "fp_mock", "choices": choices,
        });
        if let (true, Some(chunk)) = (with_usage, chunk.as_object_mut()) {
            chunk.insert("usage".to_owned(), usage.unwrap_or(Value::Null));
        }
        format!("data: {chunk}\n\n")
    };
    let choice =
        |delta: Value, finish: Value| json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]);
    let mut tail = event(choice(json!({}), json!("stop")), None);
    if with_usage {
        let completion = u64::from(behaviour.chunks) * tokens(behaviour.chunk_bytes);
        tail += &event(json!([]), Some(usage(completion)));
    }
    tail += "data: [DONE]\n\n";
    StreamReply {
        head: event(choice(json!({"role": "assistant", "content": ""}), Value::Null), None).into(),
        chunk: event(choice(json!({"content": text(behaviour.chunk_bytes)}), Value::Null), None).into(),
        tail: tail.into(),
    }
}

fn usage(completion: u64) -> Value {
    json!({"prompt_tokens": PROMPT_TOKENS, "completion_tokens": completion, "total_tokens": PROMPT_TOKENS + completion})
}

const CREATED: u64 = 1_750_000_000;
const MODEL: &str = "gpt-4o-mini";

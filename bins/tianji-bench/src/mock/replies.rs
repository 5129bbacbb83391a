//! The bodies of a plan, built once.
//!
//! Shapes: OpenAI API reference, "Chat Completions" ("The chat completion object", "The chat
//! completion chunk object", `stream_options`); Claude API documentation, "Messages" and
//! "Streaming messages" ("Event types").

use bytes::Bytes;
use serde_json::{Value, json};

use super::behaviour::Behaviour;
use super::plan::Dialect;

pub(crate) struct Replies {
    /// The whole answer to a call that is not streamed.
    pub(crate) json: Bytes,
    /// An error object in the dialect.
    pub(crate) error: Bytes,
    pub(crate) stream: StreamReply,
    /// The stream when the client asked for a usage chunk; Anthropic streams always tell usage.
    pub(crate) stream_with_usage: StreamReply,
}

/// A stream is `head`, then `chunk` as often as the plan says, then `tail`.
pub(crate) struct StreamReply {
    pub(crate) head: Bytes,
    pub(crate) chunk: Bytes,
    pub(crate) tail: Bytes,
}

impl Replies {
    pub(crate) fn build(dialect: Dialect, behaviour: &Behaviour) -> Self {
        let text = text(behaviour.text_bytes);
        let error = error_body(dialect, "the mock was told to fail");
        match dialect {
            Dialect::OpenAi => Self {
                json: bytes(&openai_completion(&text)),
                error,
                stream: openai_stream(behaviour, false),
                stream_with_usage: openai_stream(behaviour, true),
            },
            Dialect::Anthropic => Self {
                json: bytes(&anthropic_message(&text)),
                error,
                stream: anthropic_stream(behaviour),
                stream_with_usage: anthropic_stream(behaviour),
            },
        }
    }
}

pub(crate) fn error_body(dialect: Dialect, message: &str) -> Bytes {
    bytes(&match dialect {
        Dialect::OpenAi => {
            json!({"error": {"message": message, "type": "server_error", "param": null, "code": null}})
        }
        Dialect::Anthropic => json!({"type": "error", "error": {"type": "api_error", "message": message}}),
    })
}

fn openai_completion(text: &str) -> Value {
    json!({
        "id": "chatcmpl-mock", "object": "chat.completion", "created": CREATED, "model": OPENAI_MODEL,
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": text, "refusal": null},
            "logprobs": null, "finish_reason": "stop",
        }],
        "usage": openai_usage(tokens(text.len())),
        "system_fingerprint": "fp_mock",
    })
}

fn openai_stream(behaviour: &Behaviour, with_usage: bool) -> StreamReply {
    let event = |choices: Value, usage: Option<Value>| {
        let mut chunk = json!({
            "id": "chatcmpl-mock", "object": "chat.completion.chunk", "created": CREATED,
            "model": OPENAI_MODEL, "system_fingerprint": "fp_mock", "choices": choices,
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
        tail += &event(json!([]), Some(openai_usage(completion)));
    }
    tail += "data: [DONE]\n\n";
    StreamReply {
        head: event(choice(json!({"role": "assistant", "content": ""}), Value::Null), None).into(),
        chunk: event(choice(json!({"content": text(behaviour.chunk_bytes)}), Value::Null), None).into(),
        tail: tail.into(),
    }
}

fn openai_usage(completion: u64) -> Value {
    json!({"prompt_tokens": PROMPT_TOKENS, "completion_tokens": completion, "total_tokens": PROMPT_TOKENS + completion})
}

fn anthropic_message(text: &str) -> Value {
    json!({
        "id": "msg_mock", "type": "message", "role": "assistant", "model": ANTHROPIC_MODEL,
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": PROMPT_TOKENS, "output_tokens": tokens(text.len())},
    })
}

fn anthropic_stream(behaviour: &Behaviour) -> StreamReply {
    let event = |name: &str, data: Value| format!("event: {name}\ndata: {data}\n\n");
    let start = json!({
        "type": "message_start",
        "message": {
            "id": "msg_mock", "type": "message", "role": "assistant", "model": ANTHROPIC_MODEL, "content": [],
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
            event("message_start", start),
            event("content_block_start", block),
            event("ping", json!({"type": "ping"})),
        ]
        .concat()
        .into(),
        chunk: event("content_block_delta", delta).into(),
        tail: [
            event("content_block_stop", json!({"type": "content_block_stop", "index": 0})),
            event("message_delta", end),
            event("message_stop", json!({"type": "message_stop"})),
        ]
        .concat()
        .into(),
    }
}

fn bytes(value: &Value) -> Bytes {
    value.to_string().into()
}

/// Plain ASCII text of exactly this length.
fn text(length: usize) -> String {
    WORDS.chars().cycle().take(length).collect()
}

/// A usual rule of thumb: a token is about four bytes of English.
fn tokens(length: usize) -> u64 {
    (length as u64).div_ceil(4)
}

const WORDS: &str = "the quick brown fox jumps over the lazy dog and then ";
const PROMPT_TOKENS: u64 = 20;
const CREATED: u64 = 1_750_000_000;
const OPENAI_MODEL: &str = "gpt-4o-mini";
const ANTHROPIC_MODEL: &str = "claude-sonnet-4-5-20250929";

#[cfg(test)]
mod tests {
    use super::*;

    fn behaviour() -> Behaviour {
        Behaviour { chunks: 3, chunk_bytes: 8, text_bytes: 40, ..Behaviour::default() }
    }

    fn data(stream: &Bytes) -> Vec<String> {
        let text = std::str::from_utf8(stream).unwrap();
        text.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
    }

    #[test]
    fn openai_tells_usage_only_when_asked() {
        let replies = Replies::build(Dialect::OpenAi, &behaviour());
        assert_eq!(data(&replies.stream.tail).len(), 2);
        let tail = data(&replies.stream_with_usage.tail);
        assert_eq!(tail.len(), 3);
        assert_eq!(tail[2], "[DONE]");
        let usage: Value = serde_json::from_str(&tail[1]).unwrap();
        assert_eq!(usage["choices"], json!([]));
        assert_eq!(usage["usage"]["completion_tokens"], 6);
        let chunk: Value = serde_json::from_str(&data(&replies.stream_with_usage.chunk)[0]).unwrap();
        assert_eq!(chunk["choices"][0]["delta"]["content"], "the quic");
        assert_eq!(chunk["usage"], Value::Null);
    }

    #[test]
    fn anthropic_events_carry_their_name_twice() {
        let replies = Replies::build(Dialect::Anthropic, &behaviour());
        let whole = [&replies.stream.head[..], &replies.stream.chunk, &replies.stream.tail].concat();
        let text = String::from_utf8(whole).unwrap();
        let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
        let types: Vec<String> = data(&text.clone().into())
            .iter()
            .map(|data| serde_json::from_str::<Value>(data).unwrap()["type"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, types);
        assert_eq!(
            names,
            [
                "message_start",
                "content_block_start",
                "ping",
                "content_block_delta",
                "content_block_stop",
                "message_delta",
                "message_stop"
            ]
        );
    }

    #[test]
    fn whole_answers_have_the_asked_length() {
        let openai: Value = serde_json::from_slice(&Replies::build(Dialect::OpenAi, &behaviour()).json).unwrap();
        assert_eq!(openai["choices"][0]["message"]["content"].as_str().unwrap().len(), 40);
        let anthropic: Value = serde_json::from_slice(&Replies::build(Dialect::Anthropic, &behaviour()).json).unwrap();
        assert_eq!(anthropic["content"][0]["text"].as_str().unwrap().len(), 40);
    }
}

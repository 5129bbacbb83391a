//! Amazon Bedrock API reference, "Converse" and "ConverseStream"; frames of the latter are messages of AWS's event
//! streams.

use bytes::BytesMut;
use serde_json::{Value, json};
use tianji_wire::event_stream::write_message;

use super::super::behaviour::Behaviour;
use super::{PROMPT_TOKENS, StreamReply, text, tokens};

pub(super) fn whole(text: &str) -> Value {
    json!({
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "end_turn", "usage": usage(tokens(text.len())), "metrics": {"latencyMs": 100},
    })
}

pub(super) fn stream(behaviour: &Behaviour) -> StreamReply {
    let mut head = BytesMut::new();
    event("messageStart", &json!({"role": "assistant"}), &mut head);
    let mut chunk = BytesMut::new();
    let delta = json!({"contentBlockIndex": 0, "delta": {"text": text(behaviour.chunk_bytes)}});
    event("contentBlockDelta", &delta, &mut chunk);
    let mut tail = BytesMut::new();
    event("contentBlockStop", &json!({"contentBlockIndex": 0}), &mut tail);
    event("messageStop", &json!({"stopReason": "end_turn"}), &mut tail);
    let output = u64::from(behaviour.chunks) * tokens(behaviour.chunk_bytes);
    event("metadata", &json!({"usage": usage(output), "metrics": {"latencyMs": 100}}), &mut tail);
    StreamReply { head: head.freeze(), chunk: chunk.freeze(), tail: tail.freeze() }
}

fn event(kind: &str, payload: &Value, out: &mut BytesMut) {
    let headers = [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")];
    write_message(out, &headers, payload.to_string().as_bytes());
}

fn usage(output: u64) -> Value {
    json!({"inputTokens": PROMPT_TOKENS, "outputTokens": output, "totalTokens": PROMPT_TOKENS + output})
}

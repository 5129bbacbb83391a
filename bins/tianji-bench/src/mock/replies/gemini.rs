//! Gemini API reference, "Generating content" (`GenerateContentResponse`; `streamGenerateContent` with `alt=sse`).

use serde_json::{Value, json};

use super::super::behaviour::Behaviour;
use super::{PROMPT_TOKENS, StreamReply, text, tokens};

pub(super) fn whole(text: &str) -> Value {
    reply(text, Some("STOP"), tokens(text.len()))
}

pub(super) fn stream(behaviour: &Behaviour) -> StreamReply {
    let frame = |reply: Value| format!("data: {reply}\r\n\r\n").into();
    let output = u64::from(behaviour.chunks) * tokens(behaviour.chunk_bytes);
    StreamReply {
        head: frame(reply("", None, 0)),
        chunk: frame(reply(&text(behaviour.chunk_bytes), None, 0)),
        tail: frame(reply("", Some("STOP"), output)),
    }
}

fn reply(text: &str, finish: Option<&str>, output: u64) -> Value {
    let mut candidate = json!({"content": {"parts": [{"text": text}], "role": "model"}, "index": 0});
    if let (Some(finish), Some(candidate)) = (finish, candidate.as_object_mut()) {
        candidate.insert("finishReason".to_owned(), finish.into());
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": PROMPT_TOKENS, "candidatesTokenCount": output, "totalTokenCount": PROMPT_TOKENS + output,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": PROMPT_TOKENS}],
        },
        "modelVersion": "gemini-2.5-flash", "responseId": "mock",
    })
}

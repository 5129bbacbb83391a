//! Whole replies: the graph's state at its end, whose last message is the answer.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_core::Extra;

/// The rule.
#[derive(Debug)]
pub(super) struct State {
    id: String,
}

impl State {
    /// For a reply that is given this id if its message has none.
    pub(super) fn new(minted: &str) -> Self {
        Self { id: minted.to_owned() }
    }
}

impl ReplyRule for State {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"messages\"") || text.contains("\"__error__\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        if let Some(error) = frame.root.member::<Failure>("__error__") {
            frame.root = Extra::new();
            frame.root.put("error", &json!({ "message": error.message, "type": error.error }));
            return true;
        }
        let Some(messages) = frame.root.member::<Vec<Message>>("messages") else { return false };
        let Some(answer) = messages.into_iter().rev().find(Message::is_answer) else { return false };
        let choice = json!({
            "index": 0, "finish_reason": "stop",
            "message": { "role": "assistant", "content": answer.text() },
        });
        let mut root = Extra::new();
        root.put("id", answer.id.as_ref().unwrap_or(&self.id));
        root.put("object", "chat.completion");
        root.put("created", &0);
        root.put("choices", &[choice]);
        if let Some(usage) = answer.usage() {
            root.put("usage", &usage);
        }
        frame.root = root;
        true
    }
}

/// Why a run failed.
#[derive(Deserialize)]
pub(super) struct Failure {
    #[serde(default)]
    error: String,
    #[serde(default)]
    message: String,
}

impl Failure {
    /// As an error of OpenAI's.
    pub(super) fn told(&self) -> Value {
        json!({ "error": { "message": self.message, "type": self.error } })
    }
}

/// A message, or a piece of one (LangChain, "Messages").
#[derive(Deserialize)]
pub(super) struct Message {
    #[serde(rename = "type", default)]
    kind: String,
    pub(super) id: Option<String>,
    #[serde(default)]
    content: Value,
    usage_metadata: Option<Tokens>,
}

impl Message {
    /// Whether the graph says it.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self.kind.as_str(), "ai" | "AIMessage" | "AIMessageChunk")
    }

    /// Its text; content is a text or a list of parts.
    pub(super) fn text(&self) -> String {
        match &self.content {
            Value::String(text) => text.clone(),
            Value::Array(parts) => {
                let texts = parts.iter().filter_map(|part| part.as_str().or_else(|| part.get("text")?.as_str()));
                texts.collect()
            }
            _ => String::new(),
        }
    }

    /// Its tokens in OpenAI's words.
    pub(super) fn usage(&self) -> Option<Value> {
        let Tokens { input_tokens, output_tokens } = self.usage_metadata.as_ref()?;
        let total = input_tokens.saturating_add(*output_tokens);
        Some(json!({
            "prompt_tokens": input_tokens, "completion_tokens": output_tokens, "total_tokens": total,
        }))
    }
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
}

//! What replies and the pieces of a stream are made of.

use serde::Deserialize;
use serde_json::Value;
use tianji_core::Usage;
use tianji_core::generate::{Finish, FinishReason};

/// A reply or a piece of one. Servers of this family differ in where the text stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Generated {
    pub(super) token: Option<Token>,
    pub(super) generated_text: Option<String>,
    /// JumpStart's first chat models: a text or a message.
    pub(super) generation: Option<Value>,
    /// DJL Serving without a schema: pieces of text.
    pub(super) outputs: Option<Vec<String>>,
    pub(super) details: Option<Details>,
}

/// One token.
#[derive(Debug, Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    pub(super) text: String,
    /// Marks of the model's own (`</s>`), which are no text.
    #[serde(default)]
    pub(super) special: bool,
}

/// How a reply ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Details {
    finish_reason: Option<String>,
    generated_tokens: Option<u64>,
    /// LoRAX names it `prompt_tokens`.
    #[serde(alias = "prompt_tokens")]
    input_length: Option<u64>,
    /// The prompt's tokens, where they were asked for.
    prefill: Vec<Value>,
}

impl Generated {
    /// The text of a whole reply.
    pub(super) fn text(&mut self) -> Option<String> {
        if let Some(text) = self.generated_text.take() {
            return Some(text);
        }
        if let Some(pieces) = self.outputs.take() {
            return Some(pieces.concat());
        }
        let generation = self.generation.take()?;
        let content = generation.get("content").unwrap_or(&generation);
        content.as_str().map(str::to_owned)
    }

    /// Why it ended.
    pub(super) fn finish(&self) -> Finish {
        let native = self.details.as_ref().and_then(|details| details.finish_reason.as_deref()).unwrap_or("stop");
        let reason = match native {
            "length" => FinishReason::Length,
            "stop_sequence" => FinishReason::StopSequence,
            "stop" | "eos_token" => FinishReason::Stop,
            _ => FinishReason::Other,
        };
        Finish::new(reason, native)
    }

    /// What was consumed, where both ends were counted.
    pub(super) fn usage(&self) -> Option<Usage> {
        let details = self.details.as_ref()?;
        let counted = Some(details.prefill.len() as u64).filter(|count| *count > 0);
        Some(Usage::of_text(details.input_length.or(counted)?, details.generated_tokens?))
    }
}

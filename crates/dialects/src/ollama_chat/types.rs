//! Replies and the lines of a stream, which have the same form.

use crate::openai_chat::calls::{arguments_text, minted_id};
use serde::Deserialize;
use serde_json::value::RawValue;
use tianji_core::generate::{Finish, FinishReason};
use tianji_core::{Json, Usage};

/// A reply, or a line of a stream.
#[derive(Debug, Deserialize)]
pub(super) struct Reply<'a> {
    #[serde(default)]
    pub(super) model: Option<String>,
    #[serde(default)]
    pub(super) created_at: Option<String>,
    #[serde(borrow, default)]
    pub(super) message: Option<Said<'a>>,
    #[serde(default)]
    pub(super) done: bool,
    #[serde(default)]
    pub(super) done_reason: Option<String>,
    #[serde(default)]
    prompt_eval_count: Option<u64>,
    #[serde(default)]
    eval_count: Option<u64>,
    #[serde(default)]
    logprobs: Option<Json>,
    #[serde(borrow, default)]
    pub(super) error: Option<&'a RawValue>,
}

/// What is said.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Said<'a> {
    #[serde(default)]
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) thinking: Option<String>,
    #[serde(borrow, default)]
    pub(super) tool_calls: Option<Vec<Call<'a>>>,
}

/// A tool call; it always comes whole.
#[derive(Debug, Deserialize)]
pub(super) struct Call<'a> {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(borrow)]
    pub(super) function: Function<'a>,
}

/// The function that is called.
#[derive(Debug, Deserialize)]
pub(super) struct Function<'a> {
    #[serde(default)]
    pub(super) name: String,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

impl Reply<'_> {
    /// What was consumed. Counts of nothing are left out by the vendor (a prompt that was cached whole).
    pub(super) fn usage(&self) -> Option<Usage> {
        if self.prompt_eval_count.is_none() && self.eval_count.is_none() {
            return None;
        }
        Some(Usage::of_text(self.prompt_eval_count.unwrap_or(0), self.eval_count.unwrap_or(0)))
    }

    /// Why it ended. A model that calls tools says `stop`.
    pub(super) fn finish(&self, calls: bool) -> Finish {
        let native = self.done_reason.as_deref().unwrap_or("stop");
        let reason = match native {
            "stop" if calls => FinishReason::ToolCalls,
            "stop" => FinishReason::Stop,
            "length" => FinishReason::Length,
            _ => FinishReason::Other,
        };
        Finish::new(reason, native)
    }

    /// Log probabilities in OpenAI's shape: the same tokens, in an object.
    pub(super) fn logprobs(&mut self) -> Option<Json> {
        let tokens = self.logprobs.take().filter(|raw| raw.text().starts_with('['))?;
        Json::parse(format!(r#"{{"content":{}}}"#, tokens.text())).ok()
    }
}

impl Call<'_> {
    /// The vendor's id; older versions have none, then one is made of what tells this reply from others.
    pub(super) fn id(&self, reply: &str, ordinal: usize) -> String {
        let own = self.id.clone().filter(|id| !id.is_empty());
        own.unwrap_or_else(|| minted_id(reply, 0, ordinal))
    }

    /// The arguments as JSON text.
    pub(super) fn arguments(&self) -> String {
        self.function.arguments.and_then(arguments_text).map_or_else(|| "{}".to_owned(), |text| text.into_owned())
    }
}

//! What an encoder must know about the other side.

use super::{Effort, GenerateRequest, ToolChoice};
use crate::Extra;
use serde::{Deserialize, Serialize};

/// The upstream model that a request is encoded for.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Provider name, for error texts.
    pub provider: &'a str,
    /// The upstream's name of the model; empty where it stands in the URL.
    pub model: &'a str,
    /// What the model can do.
    pub capabilities: &'a Capabilities,
    /// Parameters by OpenAI name to send verbatim although the target is not known to take them.
    pub allowed_params: &'a [String],
    /// Tokens to think with, per effort.
    pub budgets: &'a EffortBudgets,
    /// Whether the gateway may repair what the target would refuse (`modify_params`).
    pub modify_params: bool,
}

/// What a model can do, from the price catalogue. `None` = not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    /// Longest output in tokens.
    pub max_output_tokens: Option<u64>,
    /// Longest input in tokens.
    pub max_input_tokens: Option<u64>,
    /// Takes `thinking: {type: adaptive}` with `output_config.effort`.
    pub adaptive_thinking: Option<bool>,
    /// Reasons at all.
    pub reasoning: Option<bool>,
    /// Takes JSON schema natively.
    pub native_structured_output: Option<bool>,
    /// Takes JSON schema in `response_format`.
    pub response_schema: Option<bool>,
    /// Takes temperature, `top_p`, penalties, `logprobs`.
    pub sampling_params: Option<bool>,
    /// Takes system messages.
    pub system_messages: Option<bool>,
    /// Takes a system message in mid-conversation.
    pub mid_conversation_system: Option<bool>,
    /// Takes a trailing assistant turn to go on from.
    pub assistant_prefill: Option<bool>,
    /// Takes tools.
    pub function_calling: Option<bool>,
    /// Takes `parallel_tool_calls`.
    pub parallel_function_calling: Option<bool>,
    /// Takes pictures.
    pub vision: Option<bool>,
    /// Takes cache marks.
    pub prompt_caching: Option<bool>,
    /// Takes effort `xhigh`.
    pub xhigh_reasoning_effort: Option<bool>,
    /// Takes effort `max`.
    pub max_reasoning_effort: Option<bool>,
}

/// Tokens to think with, per effort. The defaults are the reference proxy's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffortBudgets {
    /// minimal
    pub minimal: u64,
    /// low
    pub low: u64,
    /// medium
    pub medium: u64,
    /// high
    pub high: u64,
    /// xhigh
    pub xhigh: u64,
    /// max
    pub max: u64,
}

impl Default for EffortBudgets {
    fn default() -> Self {
        Self { minimal: 128, low: 1024, medium: 2048, high: 4096, xhigh: 8192, max: 16384 }
    }
}

impl EffortBudgets {
    /// Tokens for an effort; 0 = do not think.
    pub const fn tokens(&self, effort: Effort) -> u64 {
        match effort {
            Effort::None => 0,
            Effort::Minimal => self.minimal,
            Effort::Low => self.low,
            Effort::Medium => self.medium,
            Effort::High => self.high,
            Effort::XHigh => self.xhigh,
            Effort::Max => self.max,
        }
    }
}

/// The client that a reply is encoded for.
#[derive(Clone, Debug, Default)]
pub struct ClientView {
    /// Model name to show; empty if the upstream's own shall be.
    pub model: String,
    /// Id for the reply where the upstream's own does not fit the client's dialect, in that dialect's form.
    pub minted_id: String,
    /// Seconds since 1970, where the upstream says none.
    pub created: i64,
    /// The client asked for usage in its stream.
    pub include_usage: bool,
    /// The client used OpenAI's legacy `functions`.
    pub legacy_functions: bool,
    /// Members of the request that the reply repeats.
    pub echo: Extra,
    /// A stream is wanted as one JSON array instead of server-sent events (Gemini without `alt=sse`).
    pub json_array: bool,
    /// The request leaves the model no choice but to call a tool.
    pub must_call: bool,
}

impl ClientView {
    /// The model's name to show, where the upstream calls it `own`.
    pub fn model_or<'a>(&'a self, own: &'a str) -> &'a str {
        if self.model.is_empty() { own } else { &self.model }
    }

    /// The view that a decoded request asks for.
    pub fn of(request: &GenerateRequest, minted_id: String, created: i64) -> Self {
        Self {
            model: request.model.clone(),
            minted_id,
            created,
            include_usage: request.include_usage,
            legacy_functions: request.legacy_functions,
            echo: request.echo.clone(),
            json_array: false,
            must_call: request.tool_choice.as_ref().is_some_and(ToolChoice::is_required),
        }
    }
}

//! A request to generate a reply.

use super::{Message, Tool, ToolChoice};
use crate::{DialectId, Extra, Json};
use serde_json::Number;

/// "Generate a reply", in no dialect's words. Absent stays absent; numbers keep their digits.
#[derive(Clone, Debug)]
pub struct GenerateRequest {
    /// Dialect it came in.
    pub source: DialectId,
    /// Model as the client named it; empty if the body had none.
    pub model: String,
    /// The conversation, system text included.
    pub messages: Vec<Message>,
    /// Tools on offer.
    pub tools: Vec<Tool>,
    /// How to choose.
    pub tool_choice: Option<ToolChoice>,
    /// Whether several tools may be called at once.
    pub parallel_tool_calls: Option<bool>,
    /// Sampling.
    pub sampling: Sampling,
    /// Form of the answer.
    pub output: OutputFormat,
    /// How hard to think.
    pub reasoning: Option<Reasoning>,
    /// Whether to stream.
    pub stream: bool,
    /// Whether a streaming client wants usage (other dialects always send it).
    pub include_usage: bool,
    /// The caller's user id (`user`, `metadata.user_id`).
    pub user: Option<String>,
    /// Vendor service tier.
    pub service_tier: Option<String>,
    /// Whole-request cache mark (Anthropic's top-level `cache_control`).
    pub cache: Option<super::CacheMark>,
    /// OpenAI's legacy `functions` were used; the reply uses `function_call` again.
    pub legacy_functions: bool,
    /// Parameters that OpenAI names and no other dialect has a word for, by their OpenAI name
    /// (`logit_bias`, `prediction`, `modalities`, `store`, `verbosity` …). Losses unless the target is OpenAI's.
    /// Some of them are known to only one of OpenAI's own two dialects (`include`, `previous_response_id`).
    pub openai_only: Extra,
    /// Parameters that Anthropic names and no other dialect has a word for (`container`, `mcp_servers`,
    /// `context_management` …). Coding agents always send them: losses that are reported, never refused.
    pub anthropic_only: Extra,
    /// Parameters that Google names and no other dialect has a word for, by their path (`safetySettings`,
    /// `generationConfig.speechConfig` …). Losses elsewhere, of a gravity that the Gemini dialect knows.
    pub gemini_only: Extra,
    /// Parameters that Cohere names and no other dialect has a word for (`citation_options`, `priority`,
    /// `safety_mode`).
    pub cohere_only: Extra,
    /// Unknown members, forwarded verbatim to any target.
    pub extra: Extra,
    /// Members as the client wrote them that the reply repeats (OpenAI Responses: `instructions`, `tools`,
    /// `temperature` …).
    pub echo: Extra,
    /// Paths of unknown members inside messages, which no other dialect can take: encoders report them as hints lost.
    pub unknown: Vec<String>,
}

impl GenerateRequest {
    /// An empty request in a dialect.
    pub fn new(source: DialectId) -> Self {
        Self {
            source,
            model: String::new(),
            messages: Vec::new(),
            tools: Vec::new(),
            tool_choice: None,
            parallel_tool_calls: None,
            sampling: Sampling::default(),
            output: OutputFormat::Text,
            reasoning: None,
            stream: false,
            include_usage: false,
            user: None,
            service_tier: None,
            cache: None,
            legacy_functions: false,
            openai_only: Extra::new(),
            anthropic_only: Extra::new(),
            gemini_only: Extra::new(),
            cohere_only: Extra::new(),
            extra: Extra::new(),
            echo: Extra::new(),
            unknown: Vec::new(),
        }
    }
}

/// Sampling and length. Numbers are kept as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampling {
    /// Output limit in tokens.
    pub max_output_tokens: Option<Number>,
    /// Temperature.
    pub temperature: Option<Number>,
    /// Nucleus sampling.
    pub top_p: Option<Number>,
    /// Top-k sampling.
    pub top_k: Option<Number>,
    /// Frequency penalty.
    pub frequency_penalty: Option<Number>,
    /// Presence penalty.
    pub presence_penalty: Option<Number>,
    /// Seed.
    pub seed: Option<Number>,
    /// Number of choices.
    pub n: Option<Number>,
    /// Stop sequences.
    pub stop: Vec<String>,
    /// Whether to return log probabilities.
    pub logprobs: Option<bool>,
    /// How many alternatives per position.
    pub top_logprobs: Option<Number>,
}

/// Form of the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OutputFormat {
    /// Plain text.
    #[default]
    Text,
    /// Any JSON object.
    JsonObject,
    /// JSON by a schema.
    JsonSchema {
        /// Name of the schema; Anthropic has none.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// The schema.
        schema: Option<Json>,
        /// Whether it must be followed exactly.
        strict: Option<bool>,
    },
}

/// How hard to think.
#[derive(Clone, Debug, PartialEq)]
pub enum Reasoning {
    /// By effort (OpenAI's `reasoning_effort`, Anthropic's `output_config.effort`).
    Effort(Effort),
    /// At most so many tokens (Anthropic's `thinking.budget_tokens`).
    Budget(Number),
    /// The model decides (Anthropic's `thinking: {type: adaptive}`), perhaps with an effort.
    Adaptive(Option<Effort>),
    /// Not at all (`thinking: {type: disabled}`).
    Disabled,
}

/// Levels of effort, from nothing to everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// `none`
    None,
    /// `minimal`
    Minimal,
    /// `low`
    Low,
    /// `medium`
    Medium,
    /// `high`
    High,
    /// `xhigh`
    XHigh,
    /// `max`
    Max,
}

impl Effort {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// From the word on the wire.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "none" => Self::None,
            "minimal" => Self::Minimal,
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            "xhigh" => Self::XHigh,
            "max" => Self::Max,
            _ => return None,
        })
    }
}

//! Rules on request parameters: renames, refusals, drops, clamps, and for which models they hold.

use crate::body::{self, Members};
use crate::quirks::Quirk;
use serde::Deserialize;
use std::collections::BTreeMap;
use tianji_core::generate::{Capabilities, Target};
use tianji_core::{LossClass, Losses};
use tianji_wire::RawObject;

/// What becomes of parameters, by their OpenAI names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParamRules {
    /// OpenAI's name → the vendor's. A target name that the client set itself wins.
    pub rename: BTreeMap<String, String>,
    /// Not taken: removed and reported as losses, which stop the call unless dropping was allowed.
    pub unsupported: Vec<String>,
    /// Not taken, and not worth stopping the call: removed with a note.
    pub ignored: Vec<String>,
    /// Numbers with a narrower range than OpenAI's.
    pub clamp: BTreeMap<String, Clamp>,
}

/// The range of a number.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(from = "(f64, f64)")]
pub struct Clamp {
    /// Lowest value taken.
    pub low: f64,
    /// Highest value taken.
    pub high: f64,
}

impl From<(f64, f64)> for Clamp {
    fn from((low, high): (f64, f64)) -> Self {
        Self { low, high }
    }
}

/// Rules and quirks that hold for some models.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct When {
    /// Which models.
    pub condition: Condition,
    /// Parameters that they take in place of [`Provider::supported`](crate::Provider::supported).
    pub supported: Option<Vec<String>>,
    /// Parameters that they take besides.
    pub takes: Vec<String>,
    /// Rules for them, besides the general ones.
    pub rules: ParamRules,
    /// Quirks for them, besides the general ones.
    pub quirks: Vec<Quirk>,
}

/// A test on a model. All parts that are set must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition {
    /// One of these names fits; `*` stands for any text.
    pub model: Vec<String>,
    /// None of these names fits.
    pub except: Vec<String>,
    /// The model is known to have this.
    pub has: Option<Capability>,
    /// The model is known not to have this.
    pub lacks: Option<Capability>,
}

/// A capability that rules may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Thinks before it answers.
    Reasoning,
    /// Calls tools.
    FunctionCalling,
    /// Sees pictures.
    Vision,
    /// Takes a JSON schema in `response_format`.
    ResponseSchema,
    /// Takes system messages.
    SystemMessages,
}

/// OpenAI's names of chat parameters besides `model` and `messages` (OpenAI, "Create chat completion"), in
/// alphabetical order, and `thinking`, which many compatible vendors share.
pub const CHAT_PARAMS: &[&str] = &[
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "modalities",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
];

/// Of those, what vendors of OpenAI's form are taken to know unless their row says otherwise.
pub const COMMON_PARAMS: &[&str] = &[
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "modalities",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "web_search_options",
];

impl ParamRules {
    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> bool {
        self.rename.is_empty() && self.unsupported.is_empty() && self.ignored.is_empty() && self.clamp.is_empty()
    }

    pub(crate) fn apply(&self, body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) {
        for name in &self.unsupported {
            refuse(body, name, target, losses);
        }
        for name in &self.ignored {
            if !allowed(target, name) && body.take(name).is_some() {
                losses.push(LossClass::Hint, name.as_str(), "not known to the provider");
            }
        }
        for (name, range) in &self.clamp {
            range.apply(body, name, losses);
        }
        for (from, to) in &self.rename {
            rename(body, from, to);
        }
    }
}

impl Clamp {
    fn apply(self, body: &mut RawObject, name: &str, losses: &mut Losses) {
        let Some(number) = body.member::<f64>(name) else { return };
        let within = number.max(self.low).min(self.high);
        if within != number {
            body.put(name, &body::number(within));
            losses.push(LossClass::Hint, name, "brought into the provider's range");
        }
    }
}

impl Condition {
    /// Whether it holds for a model.
    pub fn holds(&self, model: &str, capabilities: &Capabilities) -> bool {
        let named = self.model.is_empty() || self.model.iter().any(|pattern| fits(pattern, model));
        named
            && !self.except.iter().any(|pattern| fits(pattern, model))
            && self.has.is_none_or(|wanted| wanted.of(capabilities) == Some(true))
            && self.lacks.is_none_or(|wanted| wanted.of(capabilities) == Some(false))
    }
}

impl Capability {
    const fn of(self, of: &Capabilities) -> Option<bool> {
        match self {
            Self::Reasoning => of.reasoning,
            Self::FunctionCalling => of.function_calling,
            Self::Vision => of.vision,
            Self::ResponseSchema => of.response_schema,
            Self::SystemMessages => of.system_messages,
        }
    }
}

/// Whether the operator or the caller wants a parameter sent verbatim.
pub(crate) fn allowed(target: &Target<'_>, name: &str) -> bool {
    target.allowed_params.iter().any(|allowed| allowed == name)
}

/// Removes a parameter that the target does not take. A value that asks for nothing goes without a word.
pub(crate) fn refuse(body: &mut RawObject, name: &str, target: &Target<'_>, losses: &mut Losses) {
    if allowed(target, name) {
        return;
    }
    if let Some(value) = body.take(name)
        && !asks_for_nothing(name, value.text())
    {
        losses.push(LossClass::Parameter, name, "not supported by the provider or model");
    }
}

/// Moves a parameter to another name, unless that one is already set.
pub(crate) fn rename(body: &mut RawObject, from: &str, to: &str) {
    let Some(value) = body.take(from) else { return };
    if body.json(to).is_none_or(|set| set.is_null()) {
        body.put(to, &value);
    }
}

/// Whether a value is what the vendor does anyway.
fn asks_for_nothing(name: &str, text: &str) -> bool {
    let zero = || text.parse::<f64>().is_ok_and(|number| number == 0.0);
    match name {
        _ if text == "null" => true,
        "n" => text == "1",
        "logprobs" | "store" => text == "false",
        "frequency_penalty" | "presence_penalty" | "top_logprobs" => zero(),
        "tool_choice" => matches!(text, "\"auto\"" | "\"none\""),
        "tools" | "stop" | "functions" => text == "[]",
        "logit_bias" => text == "{}",
        _ => false,
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let mut last = "";
    for piece in pieces {
        last = piece;
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    last.is_empty() || text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        for (pattern, text, want) in [
            ("kimi-k2.5*", "kimi-k2.5", true),
            ("kimi-k2.5*", "kimi-k2.5-preview", true),
            ("kimi-k2.5*", "kimi-k2", false),
            ("*mistral-7b*", "mistralai/mistral-7b-instruct", true),
            ("grok-3", "grok-3", true),
            ("grok-3", "grok-3-mini", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1b2cd", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, text), want, "{pattern} {text}");
        }
    }
}

//! How hard to think, both ways (Gemini API docs, "Thinking": `thinkingConfig`).

use super::decode::Members;
use super::encode::Job;
use crate::DialectError;
use serde::Serialize;
use serde_json::Number;
use tianji_core::Extra;
use tianji_core::generate::{Effort, Reasoning};

/// Reads `thinkingConfig`.
pub(super) fn decode(config: Extra, own: &mut Extra) -> Result<Option<Reasoning>, DialectError> {
    let mut config = Members::of(config, "generationConfig.thinkingConfig.");
    let budget: Option<Number> = config.take("thinkingBudget")?;
    let level: Option<String> = config.take("thinkingLevel")?;
    config.keep(own);
    match (budget, level) {
        (Some(_), Some(_)) => {
            let path = "generationConfig.thinkingConfig";
            Err(DialectError::invalid(path, "a level and a budget cannot be set together"))
        }
        (Some(budget), None) => Ok(Some(match budget.as_f64() {
            Some(0.0) => Reasoning::Disabled,
            Some(tokens) if tokens < 0.0 => Reasoning::Adaptive(None),
            _ => Reasoning::Budget(budget),
        })),
        (None, Some(level)) => Ok(Effort::parse(&level.to_ascii_lowercase()).map(Reasoning::Effort)),
        (None, None) => Ok(None),
    }
}

/// `thinkingConfig` for the target's model; `None` if there is nothing to say.
pub(super) fn encode(job: &mut Job<'_, '_>) -> Option<Config> {
    let shown = job.request.gemini_only.get("generationConfig.thinkingConfig.includeThoughts");
    let shown = shown.and_then(|raw| raw.read::<bool>().ok());
    let Some(reasoning) = &job.request.reasoning else {
        return shown.map(|_| Config { include_thoughts: shown, ..Config::default() });
    };
    if job.target.capabilities.reasoning == Some(false) && !job.own && !job.allows("reasoning_effort") {
        if !matches!(reasoning, Reasoning::Disabled | Reasoning::Effort(Effort::None)) {
            job.hint("thinking", "the model does not reason");
        }
        return None;
    }
    let mut config = match reasoning {
        Reasoning::Effort(effort) | Reasoning::Adaptive(Some(effort)) => job.by_effort(*effort),
        Reasoning::Budget(tokens) => Config { thinking_budget: Some(tokens.clone()), ..Config::default() },
        Reasoning::Adaptive(None) if job.model.is_third() => Config::default(),
        Reasoning::Adaptive(None) => Config { thinking_budget: Some((-1).into()), ..Config::default() },
        Reasoning::Disabled => job.by_effort(Effort::None),
    };
    let off = matches!(reasoning, Reasoning::Disabled | Reasoning::Effort(Effort::None))
        || config.thinking_budget.as_ref().and_then(Number::as_f64) == Some(0.0);
    config.include_thoughts = if job.own { shown } else { Some(!off) };
    Some(config)
}

impl Job<'_, '_> {
    fn by_effort(&self, effort: Effort) -> Config {
        if self.model.is_third() {
            return Config { thinking_level: Some(self.level(effort)), ..Config::default() };
        }
        let tokens = match effort {
            Effort::Minimal => self.model.least_budget(),
            other => self.target.budgets.tokens(other),
        };
        Config { thinking_budget: Some(tokens.into()), ..Config::default() }
    }

    /// The nearest level that the model has.
    fn level(&self, effort: Effort) -> &'static str {
        let can = self.target.capabilities;
        let highest = if can.xhigh_reasoning_effort == Some(true) { "xhigh" } else { "high" };
        match effort {
            Effort::None | Effort::Minimal if self.model.thinks_minimally() => "minimal",
            Effort::None | Effort::Minimal | Effort::Low => "low",
            Effort::Medium if self.model.thinks_medium() => "medium",
            Effort::Medium | Effort::High => "high",
            Effort::XHigh | Effort::Max => highest,
        }
    }
}

/// `thinkingConfig`.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Config {
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_budget: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_thoughts: Option<bool>,
}

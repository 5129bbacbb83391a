//! How hard to think, and how long the answer may be: the two limit each other.
//!
//! Source: "Extended thinking", "Adaptive thinking", "Effort".

use super::body::Body;
use super::output::Output;
use super::{Job, STRUCTURED_OUTPUTS};
use serde::Serialize;
use serde_json::Number;
use std::collections::BTreeMap;
use tianji_core::generate::{Effort, Reasoning};
use tianji_core::{Json, LossClass};

/// What is asked for.
pub(crate) struct Plan {
    thinking: Option<Thinking>,
    effort: Option<&'static str>,
    /// Output limit in tokens.
    pub(crate) max_tokens: Number,
}

#[derive(Clone, Debug)]
enum Thinking {
    Enabled(Number),
    Adaptive,
    Disabled,
}

/// `thinking` on the wire.
#[derive(Serialize)]
struct ThinkingMember<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget_tokens: Option<&'a Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<&'a Json>,
}

/// `output_config` on the wire.
#[derive(Default, Serialize)]
struct ConfigMember<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format<'a>>,
    /// What a client of this dialect wrote beside them.
    #[serde(flatten)]
    rest: BTreeMap<&'a str, &'a Json>,
}

/// A JSON schema as `output_config.format`.
#[derive(Serialize)]
struct Format<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'a Json>,
}

/// Decides.
pub(crate) fn plan(job: &mut Job<'_, '_>) -> Plan {
    let asked = job.request.sampling.max_output_tokens.clone();
    let (thinking, effort) = wish(job);
    let thinking = match (thinking, asked.as_ref().and_then(Number::as_u64)) {
        (Some(Thinking::Enabled(budget)), Some(limit)) if !job.own => within(budget, limit, job),
        (thinking, _) => thinking,
    };
    let most = job.target.capabilities.max_output_tokens;
    let max_tokens = asked.unwrap_or_else(|| {
        let budget = match &thinking {
            Some(Thinking::Enabled(budget)) => budget.as_u64(),
            _ => None,
        };
        match budget {
            Some(budget) => roomy(budget, most),
            None => most.unwrap_or(DEFAULT_MAX_TOKENS),
        }
        .into()
    });
    Plan { thinking, effort, max_tokens }
}

impl Plan {
    /// Whether the model will think.
    pub(crate) fn thinks(&self) -> bool {
        matches!(self.thinking, Some(Thinking::Enabled(_) | Thinking::Adaptive))
    }

    /// Whether the model may think for so many tokens and no more.
    pub(crate) fn has_budget(&self) -> bool {
        matches!(self.thinking, Some(Thinking::Enabled(_)))
    }

    /// The effort, where it is said beside `thinking`.
    pub(crate) fn effort(&self) -> Option<&'static str> {
        self.effort
    }

    /// `thinking` on the wire.
    pub(crate) fn thinking(&self, job: &Job<'_, '_>) -> Option<Json> {
        let (kind, budget_tokens) = match self.thinking.as_ref()? {
            Thinking::Enabled(budget) => ("enabled", Some(budget)),
            Thinking::Adaptive => ("adaptive", None),
            Thinking::Disabled => ("disabled", None),
        };
        let summarized = Json::of("summarized").ok().filter(|_| kind == "adaptive" && !job.own);
        let display = job.request.anthropic_only.get("thinking.display").or(summarized.as_ref());
        Json::of(&ThinkingMember { kind, budget_tokens, display }).ok()
    }

    /// Writes `thinking`, `output_config` and `output_format`.
    pub(super) fn write(&self, job: &mut Job<'_, '_>, output: &Output<'_>, body: &mut Body) {
        let kept = &job.request.anthropic_only;
        if let Some(thinking) = self.thinking(job) {
            body.put("thinking", &thinking);
        }
        let format = output.own_schema().map(|schema| Format { kind: "json_schema", schema });
        let rest: BTreeMap<&str, &Json> =
            kept.iter().filter_map(|(name, raw)| Some((name.strip_prefix("output_config.")?, raw))).collect();
        if self.effort.is_some() || format.is_some() || !rest.is_empty() {
            body.put("output_config", &ConfigMember { effort: self.effort, format, rest });
        }
        if let Some(schema) = output.native_schema() {
            job.needs(STRUCTURED_OUTPUTS);
            body.put("output_format", &serde_json::json!({ "type": "json_schema", "schema": schema }));
        }
    }
}

/// What the request asks for, before the output limit has its say.
fn wish(job: &mut Job<'_, '_>) -> (Option<Thinking>, Option<&'static str>) {
    let capabilities = job.target.capabilities;
    match &job.request.reasoning {
        None | Some(Reasoning::Effort(Effort::None)) => (None, None),
        Some(Reasoning::Disabled) => (Some(Thinking::Disabled), None),
        Some(Reasoning::Budget(budget)) => (Some(Thinking::Enabled(budget.clone())), None),
        // A model that is known and not known to decide for itself is given a budget.
        Some(Reasoning::Adaptive(effort))
            if !job.own && capabilities.max_output_tokens.is_some() && capabilities.adaptive_thinking != Some(true) =>
        {
            let budget = job.target.budgets.tokens(effort.unwrap_or(Effort::Medium)).max(LEAST_BUDGET);
            (Some(Thinking::Enabled(budget.into())), None)
        }
        Some(Reasoning::Adaptive(effort)) => (Some(Thinking::Adaptive), effort.and_then(|effort| level(effort, job))),
        Some(Reasoning::Effort(effort)) if job.own => (None, level(*effort, job)),
        Some(Reasoning::Effort(effort)) if capabilities.adaptive_thinking == Some(true) => {
            (Some(Thinking::Adaptive), level(*effort, job))
        }
        Some(Reasoning::Effort(_)) if capabilities.reasoning == Some(false) => {
            if !job.allows("reasoning_effort") {
                job.losses.push(LossClass::Parameter, "reasoning_effort", "the model does not reason");
            }
            (None, None)
        }
        Some(Reasoning::Effort(effort)) => {
            let budget = job.target.budgets.tokens(*effort).max(LEAST_BUDGET);
            (Some(Thinking::Enabled(budget.into())), None)
        }
    }
}

/// The vendor's word for an effort, one that the model knows.
fn level(effort: Effort, job: &mut Job<'_, '_>) -> Option<&'static str> {
    let capabilities = job.target.capabilities;
    let known = match effort {
        _ if job.own => effort,
        Effort::None => return None,
        Effort::Minimal => Effort::Low,
        Effort::Max if capabilities.max_reasoning_effort != Some(true) => Effort::XHigh,
        other => other,
    };
    let unknown_xhigh = known == Effort::XHigh && capabilities.xhigh_reasoning_effort != Some(true);
    let known = if unknown_xhigh && !job.own { Effort::High } else { known };
    if known != effort && effort > Effort::High {
        job.hint("reasoning_effort", "lowered to the model's highest");
    }
    Some(known.word())
}

/// A budget must be smaller than the output limit, and not below the vendor's least.
fn within(budget: Number, limit: u64, job: &mut Job<'_, '_>) -> Option<Thinking> {
    let fits = budget.as_u64().is_none_or(|budget| budget < limit);
    if fits || limit == 0 {
        return Some(Thinking::Enabled(budget));
    }
    let lowered = limit - 1;
    if lowered < LEAST_BUDGET {
        job.hint("thinking", "max_tokens leaves no room to think");
        return None;
    }
    job.hint("thinking.budget_tokens", "lowered below max_tokens");
    Some(Thinking::Enabled(lowered.into()))
}

/// An output limit with room for a thinking budget and an answer, within what the model can do.
fn roomy(budget: u64, most: Option<u64>) -> u64 {
    let wanted = budget.saturating_add(ANSWER_TOKENS);
    most.filter(|most| *most > budget).map_or(wanted, |most| wanted.min(most))
}

/// Output limit where neither client nor catalogue says one.
const DEFAULT_MAX_TOKENS: u64 = 4096;
/// Tokens for the answer beside a thinking budget.
const ANSWER_TOKENS: u64 = 4096;
/// Smallest thinking budget that the vendor takes ("Extended thinking", "Working with thinking budgets").
const LEAST_BUDGET: u64 = 1024;

//! How hard to think, in the words of each family.
//!
//! Source: Anthropic, "Extended thinking"; Amazon Nova 2 User Guide, "Extended thinking"; OpenAI's open-weight models
//! in the Bedrock User Guide.

use super::Job;
use crate::anthropic_messages::request::encode as claude;
use crate::bedrock_converse::family::{Family, nova_thinks};
use serde_json::{Number, json};
use tianji_core::Json;
use tianji_core::generate::{Effort, Reasoning};

/// What was decided.
pub(super) struct Plan {
    /// Whether a Claude model will think, which restricts sampling and choice of tools.
    pub(super) thinks: bool,
    /// Output limit in tokens.
    pub(super) max_tokens: Option<Number>,
}

/// Decides, and writes the model's own parameters.
pub(super) fn plan(job: &mut Job<'_, '_>) -> Plan {
    let asked = job.request.sampling.max_output_tokens.clone();
    if job.own {
        return Plan { thinks: false, max_tokens: asked };
    }
    match (job.family, &job.request.reasoning) {
        (_, None | Some(Reasoning::Effort(Effort::None))) => {}
        (Family::Claude, Some(_)) => return of_claude(job, asked),
        (_, Some(Reasoning::Disabled)) => {}
        (Family::Nova, Some(reasoning)) if nova_thinks(job.target.model) => {
            let word = three_steps(effort(reasoning, job));
            add(job, "reasoningConfig", &json!({ "type": "enabled", "maxReasoningEffort": word }));
        }
        (Family::OpenAi, Some(reasoning)) => {
            let word = three_steps(effort(reasoning, job));
            add(job, "reasoning_effort", &json!(word));
        }
        (_, Some(Reasoning::Effort(effort))) if job.allows("reasoning_effort") => {
            add(job, "reasoning_effort", &json!(effort.word()));
        }
        (_, Some(Reasoning::Effort(_))) => job.lose("reasoning_effort", "the model has no such parameter"),
        (_, Some(_)) => job.lose("thinking", "the model has no such parameter"),
    }
    Plan { thinks: false, max_tokens: asked }
}

fn of_claude(job: &mut Job<'_, '_>, asked: Option<Number>) -> Plan {
    let (request, target, names) = (job.request, job.target, job.names);
    let mut inner = claude::Job { request, target, own: false, names, losses: &mut *job.losses, features: Vec::new() };
    let plan = claude::reasoning::plan(&mut inner);
    let thinking = plan.thinking(&inner);
    if let Some(thinking) = thinking {
        job.additional.insert("thinking".to_owned(), thinking);
    }
    if let Some(effort) = plan.effort() {
        add(job, "output_config", &json!({ "effort": effort }));
    }
    // Converse has a default of its own; only a budget needs room beside it.
    let roomy = plan.has_budget().then(|| plan.max_tokens.clone());
    Plan { thinks: plan.thinks(), max_tokens: asked.or(roomy) }
}

/// The effort that was asked for, or the lowest whose budget is enough.
fn effort(reasoning: &Reasoning, job: &Job<'_, '_>) -> Effort {
    match reasoning {
        Reasoning::Effort(effort) | Reasoning::Adaptive(Some(effort)) => *effort,
        Reasoning::Adaptive(None) | Reasoning::Disabled => Effort::Medium,
        Reasoning::Budget(tokens) => {
            let tokens = tokens.as_f64().unwrap_or_default();
            let enough = |effort: &Effort| tokens <= job.target.budgets.tokens(*effort) as f64;
            [Effort::Low, Effort::Medium].into_iter().find(enough).unwrap_or(Effort::High)
        }
    }
}

/// These families know three steps.
const fn three_steps(effort: Effort) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal | Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High | Effort::XHigh | Effort::Max => "high",
    }
}

fn add(job: &mut Job<'_, '_>, name: &str, value: &serde_json::Value) {
    if let Ok(value) = Json::of(value) {
        job.additional.insert(name.to_owned(), value);
    }
}

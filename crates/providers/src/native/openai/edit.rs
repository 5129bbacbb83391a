//! Parameters that OpenAI's model families do not take, or take under another name.

use super::family::{Family, Sampling};
use crate::body::Members;
use crate::params::{allowed, refuse, rename};
use crate::screen::few_stops;
use serde::Deserialize;
use tianji_core::generate::Target;
use tianji_core::{LossClass, Losses};
use tianji_wire::RawObject;

#[derive(Deserialize)]
struct Effort {
    effort: Option<String>,
    summary: Option<serde::de::IgnoredAny>,
}

/// Edits a body for a model of a family.
pub(in crate::native) fn edit_as(family: Family, body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) {
    metadata(body, target);
    plain_effort(body, losses);
    few_stops(body, target, losses);
    if family.completion_tokens && !allowed(target, "max_tokens") {
        rename(body, "max_tokens", "max_completion_tokens");
    }
    let effort = body.member::<String>("reasoning_effort").filter(|effort| effort != "none");
    let samples = match family.sampling {
        Sampling::Always => true,
        Sampling::WithoutEffort => effort.is_none(),
        Sampling::Never => false,
    };
    if !samples {
        for name in DEFAULT_ONLY {
            if body.member::<f64>(name) != Some(1.0) {
                refuse(body, name, target, losses);
            }
        }
        for name in NEVER {
            refuse(body, name, target, losses);
        }
    }
    // These models never call two tools at once.
    if !family.parallel && body.bool("parallel_tool_calls") == Some(false) {
        body.take("parallel_tool_calls");
    } else if !family.parallel {
        refuse(body, "parallel_tool_calls", target, losses);
    }
}

/// The parameters that a model of a family does not take at all.
pub(in crate::native) fn refuses_as(family: Family, _: &Target<'_>) -> Vec<&'static str> {
    let sampling = if family.sampling == Sampling::Never { NEVER } else { &[] };
    let parallel = if family.parallel { None } else { Some("parallel_tool_calls") };
    sampling.iter().copied().chain(parallel).collect()
}

/// `metadata` is the gateway's own, except on replies that OpenAI stores.
fn metadata(body: &mut RawObject, target: &Target<'_>) {
    if body.bool("store") != Some(true) && !allowed(target, "metadata") {
        body.take("metadata");
    }
}

/// The object form `{effort, summary}` belongs to the Responses API; chat takes the word alone.
fn plain_effort(body: &mut RawObject, losses: &mut Losses) {
    let Some(Effort { effort, summary }) = body.member::<Effort>("reasoning_effort") else { return };
    if summary.is_some() {
        losses.push(LossClass::Hint, "reasoning_effort.summary", "chat completions have no summaries");
    }
    match effort {
        Some(effort) => body.put("reasoning_effort", &effort),
        None => drop(body.take("reasoning_effort")),
    }
}

/// Only their default, 1, is taken where sampling is not.
const DEFAULT_ONLY: &[&str] = &["temperature", "top_p"];
/// Not taken where sampling is not.
const NEVER: &[&str] = &["frequency_penalty", "presence_penalty", "logprobs", "top_logprobs"];

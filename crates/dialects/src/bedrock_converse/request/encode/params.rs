//! Sampling, tier, the vendor's own members, and all the parameters that this dialect has no word for.

use super::Job;
use super::reasoning::Plan;
use crate::anthropic_messages::request::encode::body::Body;
use crate::anthropic_messages::request::encode::params::{loss_of, unsaid_sampling};
use crate::bedrock_converse::family::Family;
use crate::cohere_chat;
use crate::gemini;
use serde::Serialize;
use serde_json::{Number, json};
use tianji_core::{Extra, Json};

/// Takes the client's unknown members over: this dialect's own ones stay where they are, all others are the model's.
pub(super) fn take_over(job: &mut Job<'_, '_>) {
    let request = job.request;
    if job.own {
        // The client's very words are written by `write_rest`.
        return;
    }
    let merged = request.extra.get(ADDITIONAL).and_then(|raw| raw.read::<Extra>().ok());
    job.additional.extend(merged.unwrap_or_default());
    for (name, raw) in &request.extra {
        if !OWN.contains(&name.as_str()) && name != ADDITIONAL {
            job.additional.insert(name.clone(), raw.clone());
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InferenceConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<&'a Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<&'a Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<&'a Number>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop_sequences: Vec<&'a str>,
}

/// Writes `inferenceConfig` and `serviceTier`.
pub(super) fn write(job: &mut Job<'_, '_>, plan: &Plan, body: &mut Body) {
    let sampling = &job.request.sampling;
    let mut stop: Vec<&str> = sampling.stop.iter().map(String::as_str).collect();
    if !job.own {
        stop.retain(|text| !text.trim().is_empty());
        if stop.len() < sampling.stop.len() {
            job.hint("stop", "blank stop sequences are refused");
        }
    }
    let config = InferenceConfig {
        max_tokens: plan.max_tokens.as_ref(),
        temperature: sampled("temperature", sampling.temperature.as_ref(), plan, job),
        top_p: sampled("top_p", sampling.top_p.as_ref(), plan, job),
        stop_sequences: stop,
    };
    if config.max_tokens.is_some()
        || config.temperature.is_some()
        || config.top_p.is_some()
        || !config.stop_sequences.is_empty()
    {
        body.put("inferenceConfig", &config);
    }
    write_top_k(job, plan);
    write_tier(job, body);
}

/// A sampling parameter, unless the model or its thinking rules it out.
fn sampled<'a>(name: &str, value: Option<&'a Number>, plan: &Plan, job: &mut Job<'_, '_>) -> Option<&'a Number> {
    let value = value?;
    let default = name == "temperature" && value.as_f64() == Some(1.0);
    if job.own || job.allows(name) {
        return Some(value);
    }
    if job.target.capabilities.sampling_params == Some(false) {
        if !default {
            job.lose(name, "the model's sampling is fixed");
        }
        return None;
    }
    if plan.thinks && name != "top_p" && !default {
        job.hint(name, "not possible while the model thinks");
        return None;
    }
    Some(value)
}

/// `top_k`, which each family says in its own way.
fn write_top_k(job: &mut Job<'_, '_>, plan: &Plan) {
    let top_k = job.request.sampling.top_k.as_ref();
    if let Some(top_k) = sampled("top_k", top_k, plan, job).filter(|_| !job.own) {
        let (name, value) = match job.family {
            Family::Nova => ("inferenceConfig", json!({ "topK": top_k })),
            _ => ("top_k", json!(top_k)),
        };
        if let Ok(value) = Json::of(&value) {
            job.additional.entry(name.to_owned()).or_insert(value);
        }
    }
}

fn write_tier(job: &mut Job<'_, '_>, body: &mut Body) {
    let Some(tier) = job.request.service_tier.as_deref() else { return };
    match tier {
        other if job.own || job.allows("service_tier") => {
            body.put("serviceTier", &json!({ "type": other }));
        }
        "default" | "flex" | "priority" | "reserved" => {
            body.put("serviceTier", &json!({ "type": tier }));
        }
        "auto" | "standard" | "standard_only" => {
            body.put("serviceTier", &json!({ "type": "default" }));
        }
        _ => job.lose("service_tier", "this vendor has no such tier"),
    }
}

/// Writes what the client or the operator wants sent as it is, and reports the rest.
pub(super) fn write_rest(job: &mut Job<'_, '_>, plan: &Plan, body: &mut Body) {
    let request = job.request;
    if job.own {
        for (name, raw) in &request.echo {
            body.put(name, raw);
        }
        return;
    }
    for path in &request.unknown {
        job.hint(path.as_str(), "an unknown member");
    }
    unsaid(job);
    if !job.additional.is_empty() {
        body.put(ADDITIONAL, &job.additional);
    }
    let paths = request.extra.get(RESPONSE_PATHS);
    if plan.thinks {
        let mut paths: Vec<String> = paths.and_then(|raw| raw.read().ok()).unwrap_or_default();
        if !paths.iter().any(|path| path == OUTPUT_DETAILS) {
            paths.push(OUTPUT_DETAILS.to_owned());
        }
        body.put(RESPONSE_PATHS, &paths);
    }
    for name in OWN {
        if let Some(raw) = request.extra.get(*name).filter(|raw| !raw.is_null())
            && !body.put(name, raw)
            && *name != RESPONSE_PATHS
        {
            job.hint(*name, "said twice, by two names");
        }
    }
}

/// Parameters without a word: given to the model where the operator allows it, otherwise reported.
fn unsaid(job: &mut Job<'_, '_>) {
    let request = job.request;
    for (name, value) in unsaid_sampling(&request.sampling) {
        report(name, &value, job);
    }
    for (name, raw) in &request.openai_only {
        report(name, raw, job);
    }
    for (name, raw) in &request.cohere_only {
        if job.allows(name) {
            job.additional.insert(name.clone(), raw.clone());
        } else {
            job.losses.push(cohere_chat::loss_elsewhere(name, raw), name.as_str(), cohere_chat::ONLY_COHERES);
        }
    }
    gemini::unsaid(request, job.losses);
    if request.user.is_some() {
        job.hint("user", "this dialect has no user id");
    }
    for (name, raw) in &request.anthropic_only {
        if job.allows(name) {
            job.additional.insert(name.clone(), raw.clone());
        } else if name != "thinking.display" {
            job.hint(name.as_str(), "a parameter that only Anthropic has");
        }
    }
}

fn report(name: &str, raw: &Json, job: &mut Job<'_, '_>) {
    if job.allows(name) {
        job.additional.insert(name.to_owned(), raw.clone());
    } else if let Some((class, reason)) = loss_of(name, raw) {
        job.losses.push(class, name, reason);
    }
}

/// The model's own parameters.
const ADDITIONAL: &str = "additionalModelRequestFields";
/// Which of the model's own response fields shall be given.
const RESPONSE_PATHS: &str = "additionalModelResponseFieldPaths";
/// Where Claude says how much of the output was thought.
const OUTPUT_DETAILS: &str = "/usage/output_tokens_details";

/// Members of this dialect that other dialects' clients may send as they are.
const OWN: &[&str] = &[
    "guardrailConfig",
    "performanceConfig",
    "promptVariables",
    "requestMetadata",
    "serviceTier",
    "outputConfig",
    RESPONSE_PATHS,
];

//! Sampling, user and tier, and all the parameters that this dialect has no word for.

use super::Job;
use super::body::Body;
use crate::cohere_chat;
use crate::gemini;
use crate::openai_responses::loss_elsewhere;
use crate::openai_text;
use serde::Serialize;
use std::collections::BTreeMap;
use tianji_core::generate::Sampling;
use tianji_core::{Json, LossClass};

/// Writes what this dialect knows.
pub(super) fn write(job: &mut Job<'_, '_>, thinks: bool, body: &mut Body) {
    let sampling = &job.request.sampling;
    let fixed = job.target.capabilities.sampling_params == Some(false);
    for (name, value) in
        [("temperature", &sampling.temperature), ("top_p", &sampling.top_p), ("top_k", &sampling.top_k)]
    {
        let Some(value) = value else { continue };
        let default = name == "temperature" && value.as_f64() == Some(1.0);
        if job.own || job.allows(name) {
            body.put(name, value);
        } else if fixed {
            if !default {
                job.losses.push(LossClass::Parameter, name, "the model's sampling is fixed");
            }
        } else if thinks && name != "top_p" && !default {
            job.hint(name, "not possible while the model thinks");
        } else {
            body.put(name, value);
        }
    }
    let stop: Vec<&str> = sampling.stop.iter().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    if stop.len() < sampling.stop.len() {
        job.hint("stop", "blank stop sequences are refused");
    }
    if !stop.is_empty() {
        body.put("stop_sequences", &stop);
    }
    write_user(job, body);
    write_tier(job, body);
    if let Some(mark) = super::blocks::Mark::of(job.request.cache.as_ref()) {
        body.put("cache_control", &mark);
    }
}

/// Writes what the client or the operator wants sent as it is, and reports the rest.
pub(super) fn write_rest(job: &mut Job<'_, '_>, body: &mut Body) {
    let request = job.request;
    for (name, raw) in &request.anthropic_only {
        if name.starts_with("messages[") || name.starts_with("system[") {
            job.hint(name.as_str(), "not carried over");
        } else if !name.contains('.') {
            body.put(name, raw);
        }
    }
    for (name, raw) in &request.extra {
        if !body.put(name, raw) {
            job.hint(name.as_str(), "said twice, by two names");
        }
    }
    for path in &request.unknown {
        job.hint(path.as_str(), "an unknown member");
    }
    let own = request.anthropic_only.keys().chain(request.extra.keys());
    let names: Vec<&str> = own.map(String::as_str).collect();
    for (_, feature) in FEATURES.iter().filter(|(name, _)| names.contains(name)) {
        job.needs(feature);
    }
    unsaid(job, body);
    gemini::unsaid(request, job.losses);
}

#[derive(Serialize)]
struct Metadata<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    /// What a client of this dialect wrote beside it.
    #[serde(flatten)]
    rest: BTreeMap<&'a str, &'a Json>,
}

fn write_user(job: &mut Job<'_, '_>, body: &mut Body) {
    let request = job.request;
    let rest = request.anthropic_only.iter();
    let rest: BTreeMap<&str, &Json> =
        rest.filter_map(|(name, raw)| Some((name.strip_prefix("metadata.")?, raw))).collect();
    let safety = request.openai_only.get("safety_identifier").and_then(|raw| raw.read::<String>().ok());
    let user = request.user.as_deref().or(safety.as_deref());
    let private = !job.own && user.is_some_and(looks_like_mail);
    if private {
        job.hint("user", "an e-mail address must not be sent as user id");
    }
    let user_id = user.filter(|_| !private);
    if user_id.is_some() || !rest.is_empty() {
        body.put("metadata", &Metadata { user_id, rest });
    }
}

/// The vendor asks for ids without names, addresses or numbers ("Create a Message", `metadata.user_id`).
fn looks_like_mail(user: &str) -> bool {
    user.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

fn write_tier(job: &mut Job<'_, '_>, body: &mut Body) {
    let Some(tier) = &job.request.service_tier else { return };
    match tier.as_str() {
        other if job.own => {
            body.put("service_tier", other);
        }
        "auto" | "priority" => {
            body.put("service_tier", "auto");
        }
        "default" | "standard" | "standard_only" => {
            body.put("service_tier", "standard_only");
        }
        "fast" => {
            job.needs(FAST_MODE);
            body.put("speed", "fast");
        }
        other if job.allows("service_tier") => {
            body.put("service_tier", other);
        }
        _ => job.losses.push(LossClass::Parameter, "service_tier", "this vendor has no such tier"),
    }
}

/// Parameters without a word: sent verbatim where the operator allows it, otherwise reported.
fn unsaid(job: &mut Job<'_, '_>, body: &mut Body) {
    for (name, value) in unsaid_sampling(&job.request.sampling) {
        report(name, &value, job, body);
    }
    let request = job.request;
    for (name, raw) in &request.openai_only {
        report(name, raw, job, body);
    }
    for (name, raw) in &request.cohere_only {
        if job.allows(name) {
            body.put(name, raw);
        } else {
            job.losses.push(cohere_chat::loss_elsewhere(name, raw), name.as_str(), cohere_chat::ONLY_COHERES);
        }
    }
}

/// What was asked of sampling that neither this dialect nor Bedrock's can say, by its OpenAI name.
pub(crate) fn unsaid_sampling(sampling: &Sampling) -> impl Iterator<Item = (&'static str, Json)> {
    let single = |n: &serde_json::Number| n.as_f64() == Some(1.0);
    let named = [
        ("frequency_penalty", sampling.frequency_penalty.as_ref().and_then(|value| Json::of(value).ok())),
        ("presence_penalty", sampling.presence_penalty.as_ref().and_then(|value| Json::of(value).ok())),
        ("seed", sampling.seed.as_ref().and_then(|value| Json::of(value).ok())),
        ("n", sampling.n.as_ref().filter(|n| !single(n)).and_then(|value| Json::of(value).ok())),
        ("logprobs", sampling.logprobs.filter(|wanted| *wanted).and_then(|value| Json::of(&value).ok())),
        ("top_logprobs", sampling.top_logprobs.as_ref().and_then(|value| Json::of(value).ok())),
    ];
    named.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

fn report(name: &str, raw: &Json, job: &mut Job<'_, '_>, body: &mut Body) {
    if job.allows(name) {
        body.put(name, raw);
    } else if name == "safety_identifier" && job.request.user.is_none() {
        // It became the user id.
    } else if let Some((class, reason)) = loss_of(name, raw) {
        job.losses.push(class, name, reason);
    }
}

/// What is lost without a parameter that OpenAI names; `None` if its value says what happens anyway.
pub(crate) fn loss_of(name: &str, raw: &Json) -> Option<(LossClass, &'static str)> {
    if let Some(class) = loss_elsewhere(name, raw) {
        return Some((class, "a parameter that only OpenAI's Responses API has"));
    }
    if HINTS.contains(&name) {
        return Some((LossClass::Hint, "this dialect has no such hint"));
    }
    let says_nothing = openai_text::says_nothing(name, raw.text()) || DEFAULTS.contains(&(name, raw.text()));
    (!says_nothing).then_some((LossClass::Parameter, "this dialect has no such parameter"))
}

/// OpenAI's parameters that change nothing about the answer.
const HINTS: &[&str] =
    &["metadata", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "safety_identifier"];

/// Values that say what happens anyway.
const DEFAULTS: &[(&str, &str)] = &[("store", "false"), ("modalities", "[\"text\"]")];

/// Members and the beta feature that they belong to (each feature's own page).
const FEATURES: &[(&str, &str)] =
    &[("context_management", "context-management-2025-06-27"), ("mcp_servers", "mcp-client-2025-04-04")];

/// "Fast mode".
const FAST_MODE: &str = "fast-mode-2026-02-01";

//! Which of OpenAI's parameters a client may name for whom, as the reference proxy was seen to have it.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::Losses;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_providers::{CHAT_PARAMS, Catalogue};
use tianji_wire::RawObject;

/// The members that are left, and the parameters that were refused or dropped, in order.
fn screened(
    provider: &str,
    model: &str,
    reasoning: Option<bool>,
    allowed: &[&str],
    body: &Value,
) -> (Value, Vec<String>) {
    let catalogue = Catalogue::embedded().unwrap();
    let allowed: Vec<String> = allowed.iter().map(|&name| name.to_owned()).collect();
    let target = Target {
        provider,
        model,
        capabilities: &Capabilities { reasoning, ..Capabilities::default() },
        allowed_params: &allowed,
        budgets: &EffortBudgets::default(),
        modify_params: false,
    };
    let mut body = RawObject::parse(Bytes::from(body.to_string())).unwrap();
    let mut losses = Losses::default();
    catalogue.get(provider).unwrap().screen_chat(&mut body, &target, &mut losses);
    let lost = losses.iter().map(|loss| format!("{:?} {}", loss.class, loss.path)).collect();
    (serde_json::from_slice(&body.to_bytes()).unwrap(), lost)
}

/// (provider, model, whether it reasons, names that are refused)
const REFUSED: &[(&str, &str, Option<bool>, &[&str])] = &[
    ("openai", "gpt-4o", None, &["reasoning_effort", "thinking", "verbosity"]),
    ("openai", "gpt-5", Some(true), &["thinking"]),
    ("openai", "a-model-of-my-own", None, &["thinking", "verbosity"]),
    ("deepseek", "deepseek-chat", None, &["verbosity"]),
    ("hosted_vllm", "qwen3", None, &["verbosity"]),
    ("together_ai", "m", None, &["reasoning_effort", "thinking", "verbosity"]),
    ("groq", "openai/gpt-oss-120b", Some(true), &["thinking", "verbosity", "logprobs", "top_logprobs"]),
    (
        "groq",
        "llama-3.3-70b-versatile",
        None,
        &["reasoning_effort", "thinking", "verbosity", "logprobs", "top_logprobs"],
    ),
    ("mistral", "mistral-large-latest", None, &["n", "logit_bias", "frequency_penalty", "store", "reasoning_effort"]),
    (
        "anthropic",
        "claude-3-5-sonnet-20241022",
        None,
        &["reasoning_effort", "thinking", "seed", "n", "modalities", "store"],
    ),
    ("bedrock", "meta.llama3-1-70b-instruct-v1:0", None, &["tool_choice", "thinking", "web_search_options", "seed"]),
    ("xai", "grok-4", None, &["stop", "frequency_penalty", "reasoning_effort", "service_tier", "store"]),
    ("perplexity", "sonar-pro", None, &["tools", "stop", "seed", "reasoning_effort", "logprobs"]),
    ("vertex_ai", "claude-sonnet-4-5@20250929", Some(true), &["seed", "n", "logprobs"]),
];

#[test]
fn refused_parameters() {
    for (provider, model, reasoning, names) in REFUSED {
        for name in *names {
            let value = if *name == "n" { json!(2) } else { json!("x") };
            let (left, lost) = screened(provider, model, *reasoning, &[], &json!({ *name: value }));
            assert_eq!((left, lost), (json!({}), vec![format!("Parameter {name}")]), "{provider} {model}");
        }
    }
}

#[test]
fn parameters_that_are_taken_keep_their_bytes() {
    for (provider, model, reasoning, name) in [
        ("openai", "gpt-5", Some(true), "verbosity"),
        ("openai", "gpt-4o", None, "user"),
        ("anthropic", "claude-sonnet-4-5-20250929", Some(true), "thinking"),
        ("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", Some(true), "reasoning_effort"),
        ("bedrock", "us.amazon.nova-pro-v1:0", None, "tool_choice"),
        ("mistral", "magistral-medium-2506", None, "thinking"),
        ("xai", "grok-3-mini", None, "reasoning_effort"),
        ("together_ai", "m", None, "top_k"),
        ("mistral", "mistral-large-latest", None, "safe_prompt"),
    ] {
        let body = json!({ name: "x" });
        assert_eq!(screened(provider, model, reasoning, &[], &body), (body, vec![]), "{provider} {name}");
    }
}

#[test]
fn values_that_ask_for_nothing_go_without_a_word() {
    let nothing = json!({ "n": 1, "logprobs": false, "seed": null, "store": false });
    assert_eq!(screened("anthropic", "claude-haiku-4-5", None, &[], &nothing), (json!({}), vec![]));
}

#[test]
fn the_user_is_dropped_and_what_the_operator_allows_is_sent() {
    let asked = json!({ "user": "u", "logit_bias": { "1": 1 }, "stop": ["1", "2", "3", "4", "5"] });
    let (left, lost) = screened("mistral", "mistral-large-latest", None, &[], &asked);
    assert_eq!(left, json!({ "stop": ["1", "2", "3", "4"] }));
    assert_eq!(lost, ["Hint stop", "Hint user", "Parameter logit_bias"]);
    let (left, lost) = screened("mistral", "mistral-large-latest", None, &["logit_bias", "user", "stop"], &asked);
    assert_eq!((left, lost), (asked, vec![]));
}

#[test]
fn lists_name_parameters_that_exist() {
    let catalogue = Catalogue::embedded().unwrap();
    for row in catalogue.iter() {
        let special = row.when.iter().flat_map(|when| when.supported.iter().flatten().chain(&when.takes));
        for name in row.supported.iter().flatten().chain(special) {
            assert!(CHAT_PARAMS.binary_search(&name.as_str()).is_ok(), "{} names {name}", row.name);
        }
    }
    assert!(CHAT_PARAMS.is_sorted());
}

//! Output limits, thinking, sampling, and parameters without a word.

use crate::golden::{Encoded, encode, encode_for, encode_with, plain};
use serde_json::{Number, Value, json};
use tianji_core::Json;
use tianji_core::generate::{Capabilities, Effort, GenerateRequest, Reasoning, Sampling};

fn with_limit(limit: Option<u64>, reasoning: Option<Reasoning>) -> GenerateRequest {
    let sampling = Sampling { max_output_tokens: limit.map(Number::from), ..Sampling::default() };
    GenerateRequest { sampling, reasoning, ..plain() }
}

fn able() -> Capabilities {
    Capabilities {
        max_output_tokens: Some(64_000),
        adaptive_thinking: Some(true),
        max_reasoning_effort: Some(true),
        ..Capabilities::default()
    }
}

fn budget(tokens: u64) -> Option<Reasoning> {
    Some(Reasoning::Budget(tokens.into()))
}

#[test]
fn an_absent_limit_has_a_default_and_a_stated_one_is_kept() {
    let known = Capabilities { max_output_tokens: Some(64_000), ..Capabilities::default() };
    let short = Capabilities { max_output_tokens: Some(5000), ..Capabilities::default() };
    for (limit, reasoning, capabilities, expected) in [
        (None, None, &Capabilities::default(), 4096),
        (None, None, &known, 64_000),
        (Some(7), None, &known, 7),
        (Some(0), None, &known, 0),
        (None, budget(1024), &known, 5120),
        (None, budget(4000), &short, 5000),
        (None, budget(9000), &short, 13_096),
    ] {
        let body = encode_for(&with_limit(limit, reasoning), capabilities).unwrap().body;
        assert_eq!(body["max_tokens"], json!(expected));
    }
    let mut negative = plain();
    negative.sampling.max_output_tokens = Some(Number::from(-3));
    assert_eq!(encode(&negative).body["max_tokens"], json!(-3));
}

#[test]
fn budgets_stay_below_the_limit() {
    for (limit, tokens, expected, losses) in [
        (Some(4000), 1024, json!({ "type": "enabled", "budget_tokens": 1024 }), vec![]),
        (Some(2000), 2000, json!({ "type": "enabled", "budget_tokens": 1999 }), vec!["hint thinking.budget_tokens"]),
        (Some(1025), 2000, json!({ "type": "enabled", "budget_tokens": 1024 }), vec!["hint thinking.budget_tokens"]),
        (Some(1024), 2000, Value::Null, vec!["hint thinking"]),
        (Some(0), 2000, json!({ "type": "enabled", "budget_tokens": 2000 }), vec![]),
    ] {
        let encoded = encode(&with_limit(limit, budget(tokens)));
        assert_eq!(encoded.body["thinking"], expected);
        assert_eq!(encoded.losses, losses);
    }
}

#[test]
fn efforts_become_budgets_or_levels() {
    for (effort, tokens) in [
        (Effort::Minimal, 1024),
        (Effort::Low, 1024),
        (Effort::Medium, 2048),
        (Effort::High, 4096),
        (Effort::XHigh, 8192),
        (Effort::Max, 16_384),
    ] {
        let body = encode(&with_limit(None, Some(Reasoning::Effort(effort)))).body;
        assert_eq!(body["thinking"], json!({ "type": "enabled", "budget_tokens": tokens }));
        assert_eq!(body["max_tokens"], json!(tokens + 4096));
    }
    for (effort, word, lost) in [
        (Effort::Minimal, "low", false),
        (Effort::Medium, "medium", false),
        (Effort::High, "high", false),
        (Effort::XHigh, "high", true),
        (Effort::Max, "max", false),
    ] {
        let encoded = encode_for(&with_limit(Some(900), Some(Reasoning::Effort(effort))), &able()).unwrap();
        assert_eq!(encoded.body["thinking"], json!({ "type": "adaptive", "display": "summarized" }));
        assert_eq!(encoded.body["output_config"], json!({ "effort": word }));
        assert_eq!(encoded.losses.is_empty(), !lost);
    }
    let none = encode_for(&with_limit(None, Some(Reasoning::Effort(Effort::None))), &able()).unwrap();
    assert_eq!((&none.body["thinking"], &none.body["output_config"]), (&Value::Null, &Value::Null));
    let known = Capabilities { max_output_tokens: Some(64_000), ..Capabilities::default() };
    for (effort, tokens) in [(None, 2048), (Some(Effort::High), 4096)] {
        let body = encode_for(&with_limit(None, Some(Reasoning::Adaptive(effort))), &known).unwrap().body;
        assert_eq!(body["thinking"], json!({ "type": "enabled", "budget_tokens": tokens }));
    }
    let disabled = encode(&with_limit(None, Some(Reasoning::Disabled)));
    assert_eq!(disabled.body["thinking"], json!({ "type": "disabled" }));
    let dull = Capabilities { reasoning: Some(false), ..Capabilities::default() };
    let refused = encode_for(&with_limit(None, Some(Reasoning::Effort(Effort::Low))), &dull).unwrap();
    assert_eq!(
        (refused.losses, &refused.body["thinking"]),
        (vec!["parameter reasoning_effort".to_owned()], &Value::Null)
    );
}

fn sampled(temperature: f64, reasoning: Option<Reasoning>, capabilities: &Capabilities) -> Encoded {
    let number = |value: f64| Number::from_f64(value);
    let sampling =
        Sampling { temperature: number(temperature), top_p: number(0.5), top_k: Some(7.into()), ..Sampling::default() };
    encode_for(&GenerateRequest { sampling, reasoning, ..plain() }, capabilities).unwrap()
}

#[test]
fn thinking_fixes_the_temperature() {
    let free = sampled(0.5, None, &Capabilities::default());
    assert_eq!((&free.body["temperature"], &free.body["top_k"], free.losses.len()), (&json!(0.5), &json!(7), 0));
    let thinking = sampled(0.5, budget(1024), &Capabilities::default());
    assert_eq!((&thinking.body["temperature"], &thinking.body["top_k"]), (&Value::Null, &Value::Null));
    assert_eq!(thinking.losses, ["hint temperature", "hint top_k"]);
    assert_eq!(sampled(1.0, budget(1024), &Capabilities::default()).body["temperature"], json!(1.0));
    let fixed = Capabilities { sampling_params: Some(false), ..Capabilities::default() };
    assert_eq!(sampled(0.5, None, &fixed).losses, ["parameter temperature", "parameter top_p", "parameter top_k"]);
    assert_eq!(sampled(1.0, None, &fixed).losses, ["parameter top_p", "parameter top_k"]);
}

#[test]
fn stop_sequences_must_not_be_blank() {
    let mut request = plain();
    request.sampling.stop = vec!["X".into(), "\n".into(), String::new()];
    let encoded = encode(&request);
    assert_eq!(encoded.body["stop_sequences"], json!(["X"]));
    assert_eq!(encoded.losses, ["hint stop"]);
    request.sampling.stop = vec![" ".into()];
    assert_eq!(encode(&request).body["stop_sequences"], Value::Null);
}

#[test]
fn users_are_sent_unless_they_are_addresses() {
    let mut request = plain();
    for (user, sent) in [("user-9", true), ("a@b", true), ("ada@example.com", false)] {
        request.user = Some(user.into());
        let encoded = encode(&request);
        assert_eq!(encoded.body["metadata"]["user_id"], if sent { json!(user) } else { Value::Null });
        assert_eq!(encoded.losses.is_empty(), sent);
    }
    request.user = None;
    request.openai_only.insert("safety_identifier".into(), Json::parse("\"s1\"").unwrap());
    let encoded = encode(&request);
    assert_eq!((&encoded.body["metadata"], encoded.losses.len()), (&json!({ "user_id": "s1" }), 0));
}

#[test]
fn tiers_are_translated() {
    for (tier, member, value, feature) in [
        ("auto", "service_tier", json!("auto"), false),
        ("priority", "service_tier", json!("auto"), false),
        ("default", "service_tier", json!("standard_only"), false),
        ("fast", "speed", json!("fast"), true),
    ] {
        let request = GenerateRequest { service_tier: Some(tier.into()), ..plain() };
        let encoded = encode(&request);
        assert_eq!((&encoded.body[member], !encoded.rest.features.is_empty()), (&value, feature), "{tier}");
    }
    let flex = GenerateRequest { service_tier: Some("flex".into()), ..plain() };
    assert_eq!(encode(&flex).losses, ["parameter service_tier"]);
    let allowed = encode_with(&flex, &Capabilities::default(), &["service_tier"], false).unwrap();
    assert_eq!(allowed.body["service_tier"], json!("flex"));
}

#[test]
fn parameters_without_a_word_are_losses_unless_allowed() {
    let mut request = plain();
    let zero = || Number::from_f64(0.1);
    request.sampling.frequency_penalty = zero();
    request.sampling.presence_penalty = zero();
    request.sampling.seed = Some(9_007_199_254_740_993_u64.into());
    request.sampling.n = Some(2.into());
    request.sampling.logprobs = Some(true);
    request.sampling.top_logprobs = Some(3.into());
    for (name, raw) in
        [("logit_bias", "{\"1\":2}"), ("store", "false"), ("verbosity", "\"low\""), ("prompt_cache_key", "\"k\"")]
    {
        request.openai_only.insert(name.into(), Json::parse(raw).unwrap());
    }
    let encoded = encode(&request);
    let lost = [
        "parameter frequency_penalty",
        "parameter presence_penalty",
        "parameter seed",
        "parameter n",
        "parameter logprobs",
        "parameter top_logprobs",
        "parameter logit_bias",
        "parameter verbosity",
        "hint prompt_cache_key",
    ];
    assert_eq!(encoded.losses, lost);
    assert_eq!(encoded.body.as_object().unwrap().len(), 3);

    let allowed = encode_with(&request, &Capabilities::default(), &["seed", "logit_bias"], false).unwrap();
    assert_eq!(allowed.body["seed"], json!(9_007_199_254_740_993_u64));
    assert_eq!(allowed.body["logit_bias"], json!({ "1": 2 }));
    assert_eq!(allowed.losses.len(), lost.len() - 2);
}

#[test]
fn one_choice_and_no_log_probabilities_are_what_happens_anyway() {
    let mut request = plain();
    request.sampling.n = Some(1.into());
    request.sampling.logprobs = Some(false);
    let encoded = encode(&request);
    assert_eq!((encoded.losses.len(), &encoded.body["n"]), (0, &Value::Null));
}

#[test]
fn unknown_members_are_sent_as_they_are() {
    let mut request = plain();
    request.extra.insert("banana_level".into(), Json::parse("{\"a\":[1,2]}").unwrap());
    request.extra.insert("mcp_servers".into(), Json::parse("[]").unwrap());
    request.extra.insert("max_tokens".into(), Json::parse("5").unwrap());
    let encoded = encode(&request);
    assert_eq!(encoded.body["banana_level"], json!({ "a": [1, 2] }));
    assert_eq!(encoded.body["max_tokens"], json!(4096));
    assert_eq!(encoded.losses, ["hint max_tokens"]);
    assert_eq!(encoded.rest.features, ["mcp-client-2025-04-04"]);
}

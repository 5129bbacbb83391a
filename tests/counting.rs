//! Counting tokens at providers that count, through the real binary: Bedrock's CountTokens behind Anthropic's route, and as
//! a front door.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tianji_testkit::{Config, Gateway, Reply, Request, Upstream};

fn config(bedrock: &Upstream) -> Config {
    let entry = |group: &str, model: &str| {
        json!({"model_name": group, "litellm_params": {
            "model": model, "api_base": bedrock.url(), "aws_region_name": "eu-central-1",
            "aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "anything",
        }})
    };
    Config::new()
        .deployment(&entry("claude", "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0"))
        .deployment(&entry("nova", "bedrock/eu.amazon.nova-lite-v1:0"))
        .model("claude-direct", "anthropic/claude-sonnet-4-5", bedrock)
}

fn post(path: &str, body: &Value, key: &str) -> Request {
    Request::post(path, body).bearer(key)
}

/// What stands in base64 in a body that asks to count another.
fn inner(body: &Value) -> Option<Value> {
    let inner = STANDARD.decode(body["input"]["invokeModel"]["body"].as_str()?).ok()?;
    serde_json::from_slice(&inner).ok()
}

#[test]
fn anthropics_clients_get_bedrocks_count() {
    let bedrock = Upstream::always(Reply::json(200, &json!({"inputTokens": 31})));
    let gateway = Gateway::start(&config(&bedrock));
    let key = gateway.key(&json!({}));
    let body = json!({"model": "claude", "system": "Be brief.", "messages": [{"role": "user", "content": "hello"}]});
    let request = post("/v1/messages/count_tokens", &body, &key).header("anthropic-beta", "context-1m-2025-08-07");
    let answer = gateway.send(&request);
    assert_eq!(answer.json(), json!({"input_tokens": 31, "litellm_count_source": "provider"}), "{}", answer.text());
    let sent = &bedrock.requests()[0];
    assert_eq!(sent.path, "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens");
    assert!(sent.headers.get("authorization").is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 ")));
    let expected = json!({
        "system": "Be brief.", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 1,
        "anthropic_version": "bedrock-2023-05-31", "anthropic_beta": ["context-1m-2025-08-07"],
    });
    assert_eq!(inner(&sent.json()), Some(expected));
}

#[test]
fn what_bedrock_does_not_count_is_estimated() {
    let refusal = json!({"message": "The provided model doesn't support counting tokens."});
    let bedrock = Upstream::always(Reply::json(400, &refusal));
    let gateway = Gateway::start(&config(&bedrock));
    let key = gateway.key(&json!({}));
    for (model, asked) in [("nova", 0), ("claude", 1)] {
        let body = json!({"model": model, "messages": [{"role": "user", "content": "hello"}]});
        let answer = gateway.send(&post("/v1/messages/count_tokens", &body, &key)).json();
        assert_eq!(answer["litellm_count_source"], "local_estimate", "{answer}");
        assert!(answer["input_tokens"].as_u64().is_some_and(|tokens| tokens > 0), "{answer}");
        assert_eq!(bedrock.requests().len(), asked, "{model}");
    }
}

#[test]
fn bedrocks_clients_reach_whoever_counts() {
    let bedrock = Upstream::always(Reply::json(200, &json!({"inputTokens": 31, "input_tokens": 32})));
    let gateway = Gateway::start(&config(&bedrock));
    let key = gateway.key(&json!({}));
    let converse = json!({"input": {"converse": {"messages": [{"role": "user", "content": [{"text": "hello"}]}]}}});
    let claude =
        r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"hello"}]}"#;
    let invoke = json!({"input": {"invokeModel": {"body": STANDARD.encode(claude)}}});
    for (place, body) in [&converse, &invoke].into_iter().enumerate() {
        let answer = gateway.send(&post("/model/claude/count-tokens", body, &key));
        assert_eq!((answer.status, answer.json()), (200, json!({"inputTokens": 31})), "{}", answer.text());
        assert_eq!(bedrock.requests()[place].json(), *body, "as it came");
    }
    let answer = gateway.send(&post("/bedrock/model/claude-direct/count-tokens", &invoke, &key));
    assert_eq!(answer.json(), json!({"inputTokens": 32}), "{}", answer.text());
    let sent = &bedrock.requests()[2];
    assert_eq!(sent.path, "/v1/messages/count_tokens");
    assert_eq!(sent.json()["model"], "claude-sonnet-4-5");

    let answer = gateway.send(&post("/model/nova/count-tokens", &converse, &key)).json();
    assert!(answer["inputTokens"].as_u64().is_some_and(|tokens| tokens > 0), "{answer}");
    assert_eq!(bedrock.requests().len(), 3);
}

#[test]
fn refusals_have_bedrocks_form() {
    let bedrock = Upstream::always(Reply::json(200, &json!({"inputTokens": 31})));
    let gateway = Gateway::start(&config(&bedrock));
    let (key, limited) = (gateway.key(&json!({})), gateway.key(&json!({"models": ["nova"]})));
    let converse = json!({"input": {"converse": {"messages": [{"role": "user", "content": [{"text": "hello"}]}]}}});
    let foreign = json!({"input": {"invokeModel": {"body": "eyJwcm9tcHQiOiJ4In0="}}});
    for (model, body, key, status, kind) in [
        ("nobody", &converse, &key, 400, "ValidationException"),
        ("claude", &json!({}), &key, 400, "ValidationException"),
        ("claude", &foreign, &key, 400, "ValidationException"),
        ("claude", &converse, &limited, 403, "AccessDeniedException"),
    ] {
        let answer = gateway.send(&post(&format!("/model/{model}/count-tokens"), body, key));
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (status, kind), "{}", answer.text());
    }
    assert_eq!(bedrock.requests().len(), 0);
}

//! Credentials that are asked for, end to end: one upstream is the workspace that gives out tokens and serves models.

use serde_json::{Value, json};
use tianji_testkit::{Config, Gateway, Recorded, Reply, Upstream, vendor};

#[test]
fn a_token_is_asked_for_once_and_replaced_when_it_is_refused() {
    // Tokens are numbered; the workspace revokes the first one after two calls.
    let upstream = Upstream::start(|number, request| match (is_token(request), bearer(request)) {
        (true, _) => Reply::json(200, &json!({"access_token": format!("token-{number}"), "expires_in": 3600})),
        (false, Some("Bearer token-0")) if number > 2 => Reply::json(401, &json!({"error": {"message": "revoked"}})),
        (false, _) => Reply::json(200, &vendor::openai::text("hello")),
    });
    let gateway = Gateway::start(&config(&upstream));
    for call in 0..4 {
        let answer = gateway.post("/v1/chat/completions", &body());
        assert_eq!(answer.status, 200, "call {call}: {}", answer.text());
    }
    let seen: Vec<String> = upstream
        .requests()
        .iter()
        .map(|request| match is_token(request) {
            true => "token".to_owned(),
            false => bearer(request).unwrap_or_default().to_owned(),
        })
        .collect();
    let (first, second) = ("Bearer token-0", "Bearer token-4");
    assert_eq!(seen, ["token", first, first, first, "token", second, second]);
}

#[test]
fn a_credential_that_is_refused_for_good_is_refused_once_more_and_no_oftener() {
    let upstream = Upstream::start(|number, request| match is_token(request) {
        true => Reply::json(200, &json!({"access_token": format!("token-{number}"), "expires_in": 3600})),
        false => Reply::json(401, &json!({"error": {"message": "not for you"}})),
    });
    let gateway = Gateway::start(&config(&upstream));
    let answer = gateway.post("/v1/chat/completions", &body());
    assert_eq!(answer.status, 401, "{}", answer.text());
    assert_eq!(upstream.requests().len(), 4, "a token, a call, another token, another call");
}

#[test]
fn who_gives_no_credential_is_named_and_no_secret_is_shown() {
    let words = json!({"error": "invalid_client", "error_description": format!("{SECRET} is wrong")});
    let upstream = Upstream::always(Reply::json(401, &words));
    let gateway = Gateway::start(&config(&upstream));
    let answer = gateway.post("/v1/chat/completions", &body());
    assert_eq!(answer.status, 401, "{}", answer.text());
    let message = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.contains("the Databricks workspace gave no credential (HTTP 401: invalid_client"), "{message}");
    assert!(!answer.text().contains(SECRET) && !gateway.output().contains(SECRET));
}

fn config(upstream: &Upstream) -> Config {
    let params = json!({
        "model": "databricks/dbrx",
        "api_base": format!("{}/serving-endpoints", upstream.url()),
        "client_id": "principal",
        "client_secret": SECRET,
    });
    Config::new().deployment(&json!({"model_name": "dbrx", "litellm_params": params}))
}

fn body() -> Value {
    json!({"model": "dbrx", "messages": [{"role": "user", "content": "hi"}]})
}

fn is_token(request: &Recorded) -> bool {
    request.path == "/oidc/v1/token"
}

fn bearer(request: &Recorded) -> Option<&str> {
    request.headers.get("authorization")
}

const SECRET: &str = "dose-of-the-tests";

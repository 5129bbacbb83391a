//! Claude on Azure AI through the real binary: asked in Anthropic's form by clients of both, whole and streamed.

use serde_json::{Value, json};
use tianji_testkit::{Config, Gateway, Recorded, Reply, Request, Upstream, vendor};

fn config(foundry: &Upstream) -> Config {
    Config::new().deployment(&json!({"model_name": "claude", "litellm_params": {
        "model": "azure_ai/claude-sonnet-4-5", "api_base": foundry.url(), "api_key": "azure-key",
    }}))
}

fn foundry() -> Upstream {
    Upstream::start(|_, request| match request.path.as_str() {
        "/anthropic/v1/messages/count_tokens" => Reply::json(200, &json!({"input_tokens": 14})),
        "/anthropic/v1/messages" => vendor::anthropic::messages(&request.json(), "Hello there"),
        _ => Reply::json(404, &vendor::anthropic::error("not_found_error", "no such path")),
    })
}

fn check_sent(sent: &Recorded) {
    assert_eq!(sent.headers.get("x-api-key"), Some("azure-key"));
    assert_eq!(sent.headers.get("authorization"), None);
    assert_eq!(sent.headers.get("anthropic-version"), Some("2023-06-01"));
    assert_eq!(sent.json()["model"], "claude-sonnet-4-5");
}

fn hello(stream: bool) -> Value {
    json!({"model": "claude", "max_tokens": 20, "stream": stream, "messages": [{"role": "user", "content": "Hi"}]})
}

#[test]
fn messages_go_up_as_they_came() {
    let foundry = foundry();
    let gateway = Gateway::start(&config(&foundry));
    let key = gateway.key(&json!({}));
    let mut body = hello(false);
    body["metadata"] = json!({"user_id": "u1"});
    body["thinking"] = json!({"type": "disabled"});
    let answer = gateway.send(&Request::post("/v1/messages", &body).bearer(&key));
    assert_eq!((answer.status, answer.json()["content"][0]["text"].as_str()), (200, Some("Hello there")));
    assert_eq!(answer.json()["model"], "claude", "the name that the client sent");
    let sent = &foundry.requests()[0];
    check_sent(sent);
    body["model"] = json!("claude-sonnet-4-5");
    assert_eq!(sent.json(), body);
    let row = gateway.only_row(&key);
    assert_eq!((&row["custom_llm_provider"], &row["call_type"]), (&json!("azure_ai"), &json!("anthropic_messages")));
    assert!(row["total_tokens"].as_u64().is_some_and(|tokens| tokens > 0), "{row:#}");
}

#[test]
fn chat_is_translated() {
    let foundry = foundry();
    let gateway = Gateway::start(&config(&foundry));
    let key = gateway.key(&json!({}));
    let mut body = hello(false);
    body["messages"] = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]);
    let answer = gateway.send(&Request::post("/v1/chat/completions", &body).bearer(&key));
    let told = answer.json();
    assert_eq!(told["choices"][0]["message"]["content"], "Hello there", "{told:#}");
    assert_eq!(told["choices"][0]["finish_reason"], "stop");
    assert!(told["id"].as_str().is_some_and(|id| id.starts_with("chatcmpl-")), "{told:#}");
    let sent = &foundry.requests()[0];
    check_sent(sent);
    assert_eq!((&sent.json()["max_tokens"], &sent.json()["messages"][0]["role"]), (&json!(20), &json!("user")));
    assert!(sent.json()["system"].to_string().contains("Be brief."));
    assert_eq!(gateway.only_row(&key)["custom_llm_provider"], "azure_ai");
}

#[test]
fn both_are_streamed() {
    let foundry = foundry();
    let gateway = Gateway::start(&config(&foundry));
    let key = gateway.key(&json!({}));
    let events = |path: &str| {
        let mut open = gateway.open(&Request::post(path, &hello(true)).bearer(&key));
        open.events().expect("a stream")
    };
    let messages = events("/v1/messages");
    assert!(messages.last().is_some_and(|event| event.starts_with("event: message_stop")), "{messages:#?}");
    assert!(messages.iter().any(|event| event.contains(r#""text":"Hello ""#)), "{messages:#?}");
    let chat = events("/v1/chat/completions");
    assert_eq!(chat.last().map(String::as_str), Some("data: [DONE]"));
    assert!(chat.iter().any(|event| event.contains(r#""content":"Hello ""#)), "{chat:#?}");
    foundry.requests().iter().for_each(check_sent);
}

#[test]
fn tokens_are_counted_there() {
    let foundry = foundry();
    let gateway = Gateway::start(&config(&foundry));
    let key = gateway.key(&json!({}));
    let body = json!({"model": "claude", "messages": [{"role": "user", "content": "Hi"}]});
    let answer = gateway.send(&Request::post("/v1/messages/count_tokens", &body).bearer(&key));
    assert_eq!(answer.json(), json!({"input_tokens": 14, "litellm_count_source": "provider"}), "{}", answer.text());
    check_sent(&foundry.requests()[0]);
}

#[test]
fn a_refusal_keeps_microsofts_words() {
    let refusal = vendor::anthropic::error("rate_limit_error", "This deployment is over its quota");
    let foundry = Upstream::always(Reply::json(429, &refusal).header("retry-after", "7"));
    let gateway = Gateway::start(&config(&foundry));
    let key = gateway.key(&json!({}));
    for path in ["/v1/messages", "/v1/chat/completions"] {
        let answer = gateway.send(&Request::post(path, &hello(false)).bearer(&key));
        assert_eq!((answer.status, answer.header("retry-after")), (429, "7"), "{}", answer.text());
        assert!(answer.text().contains("This deployment is over its quota"), "{}", answer.text());
    }
}

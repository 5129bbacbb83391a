//! What is written down of calls that never reached a model, and what clients are told of costs while they stream.
#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::time::Duration;
use tianji_testkit::{Config, Gateway, MASTER_KEY, Request, Upstream, eventually, vendor};

#[test]
fn refusals_are_written_down_once_a_second() {
    let gateway = gateway(&Config::new());
    let key = gateway.key(&json!({"rpm_limit": 1}));
    assert_eq!(chat(&gateway, &key), 200);
    for _ in 0..5 {
        assert_eq!(chat(&gateway, &key), 429);
    }
    let refused = refusals(&gateway, &key);
    assert!((1..5).contains(&refused.len()), "{refused:#?}");
    assert_eq!(refused[0]["metadata"]["error_information"]["error_class"], "RateLimitError");
    assert_eq!((&refused[0]["spend"], &refused[0]["status"]), (&json!(0.0), &json!("failure")));

    let narrow = gateway.key(&json!({"models": ["other"]}));
    assert_eq!(chat(&gateway, &narrow), 403);
    assert_eq!(refusals(&gateway, &narrow)[0]["metadata"]["http_status"], 403);
    let elsewhere = gateway.key(&json!({"allowed_routes": ["/v1/models"]}));
    assert_eq!(chat(&gateway, &elsewhere), 403);
    assert_eq!(refusals(&gateway, &elsewhere).len(), 1);
    let blocked = gateway.key(&json!({}));
    let block = gateway.send(&Request::post("/key/block", &json!({"key": blocked})).bearer(MASTER_KEY));
    assert_eq!(block.status, 200, "{}", block.text());
    assert_ne!(chat(&gateway, &blocked), 200);
    assert_eq!(refusals(&gateway, &blocked).len(), 1);
}

#[test]
fn strangers_and_the_unwilling_leave_no_row() {
    let gateway = gateway(&Config::new().set("general_settings", "disable_error_logs", json!(true)));
    let key = gateway.key(&json!({"rpm_limit": 1}));
    assert_eq!((chat(&gateway, &key), chat(&gateway, &key)), (200, 429));
    assert_eq!(chat(&gateway, "sk-nobody"), 401);
    let last = gateway.key(&json!({}));
    assert_eq!(chat(&gateway, &last), 200);
    // The ledger is written in order: what is not there once this call is, is not there.
    eventually("the last call is written down", Duration::from_secs(10), || {
        (!gateway.rows(&last).is_empty()).then_some(())
    });
    assert_eq!(gateway.rows(&key).len(), 1);
}

#[test]
fn a_stream_says_what_it_costs() {
    let gateway = gateway(&Config::new().set("litellm_settings", "include_cost_in_streaming_usage", json!(true)));
    let key = gateway.key(&json!({}));
    let messages = json!([{"role": "user", "content": "hi"}]);
    let usage = json!({"include_usage": true});
    for (path, body, pointer) in [
        ("/v1/chat/completions", json!({"messages": messages, "stream_options": usage}), "/usage/cost"),
        ("/v1/messages", json!({"messages": messages, "max_tokens": 9}), "/usage/cost"),
        ("/v1/responses", json!({"input": "hi"}), "/response/usage/cost"),
    ] {
        let mut body = body;
        (body["model"], body["stream"]) = ("m".into(), true.into());
        let events = gateway.open(&Request::post(path, &body).bearer(&key)).events().expect("events");
        let data = events.iter().filter_map(|event| event.split_once("data: "));
        let costs: Vec<f64> =
            data.filter_map(|(_, data)| serde_json::from_str::<Value>(data).ok()?.pointer(pointer)?.as_f64()).collect();
        let row = eventually("the call is written down", Duration::from_secs(10), || {
            gateway
                .rows(&key)
                .into_iter()
                .find(|row| row["metadata"]["stream"] == true && row["call_type"] == call(path))
        });
        assert_eq!(costs.last().copied(), row["spend"].as_f64(), "{path}: {events:?}");
        assert!(costs.last() > Some(&0.0), "{path}");
    }
}

fn call(path: &str) -> &'static str {
    match path {
        "/v1/messages" => "anthropic_messages",
        "/v1/responses" => "aresponses",
        _ => "acompletion",
    }
}

fn gateway(config: &Config) -> Gateway {
    let upstream = Upstream::start(|_, request| vendor::openai::chat(&request.json(), "hello"));
    let entry = json!({"model": "mistral/gpt-4o", "api_base": format!("{}/v1", upstream.url()), "api_key": "k",
                       "input_cost_per_token": 0.001, "output_cost_per_token": 0.002});
    let gateway = Gateway::start(&config.clone().deployment(&json!({"model_name": "m", "litellm_params": entry})));
    // It lives as long as the process.
    std::mem::forget(upstream);
    gateway
}

fn chat(gateway: &Gateway, key: &str) -> u16 {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    gateway.send(&Request::post("/v1/chat/completions", &body).bearer(key)).status
}

fn refusals(gateway: &Gateway, key: &str) -> Vec<Value> {
    eventually("a refusal is written down", Duration::from_secs(10), || {
        let rows: Vec<Value> = gateway.rows(key).into_iter().filter(|row| row["metadata"]["refused"] == true).collect();
        (!rows.is_empty()).then_some(rows)
    })
}

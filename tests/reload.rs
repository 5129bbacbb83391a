//! A changed configuration is used without a restart, a bad one is not used, and neither disturbs what runs.
#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tianji_testkit::{Config, Gate, Gateway, MASTER_KEY, Reply, Request, Upstream, eventually, vendor};

#[test]
fn a_changed_file_is_used() {
    let upstream = upstream();
    let first = config(&upstream);
    let gateway = Gateway::start(&first);
    assert_eq!(models(&gateway), ["m"]);
    gateway.rewrite_config(&first.clone().model("later", "openai/gpt-4o", &upstream).text());
    eventually("the new model is there", NEWS, || (models(&gateway) == ["m", "later"]).then_some(()));
    assert_eq!(ask(&gateway, "later"), 200);
    gateway.rewrite_config(&first.text());
    eventually("the new model is gone", NEWS, || (models(&gateway) == ["m"]).then_some(()));
    assert_eq!(ask(&gateway, "later"), 400);
    assert_eq!(ask(&gateway, "m"), 200);
}

#[test]
fn a_signal_asks_for_it() {
    let upstream = upstream();
    let first = config(&upstream);
    let gateway = Gateway::start(&first);
    gateway.rewrite_config(&first.model("later", "openai/gpt-4o", &upstream).text());
    gateway.signal("HUP");
    eventually("the new model is there", NEWS, || (models(&gateway) == ["m", "later"]).then_some(()));
}

#[test]
fn a_provider_of_ones_own_serves_the_next_request() {
    let upstream = upstream();
    let first = config(&upstream);
    let gateway = Gateway::start(&first);
    let row = json!({"base_url": format!("{}/v1", upstream.url()), "no_auth": true, "rename": {"max_tokens": "most"}});
    let entry = json!({"model_name": "later", "litellm_params": {"model": "house/some-model"}});
    gateway.rewrite_config(&first.set("custom_providers", "house", row).deployment(&entry).text());
    gateway.signal("HUP");
    eventually("the new model is there", NEWS, || (models(&gateway) == ["m", "later"]).then_some(()));
    assert_eq!(ask(&gateway, "later"), 200);
    let asked = upstream.requests().pop().map(|request| (request.path.clone(), request.json()["model"].clone()));
    assert_eq!(asked, Some(("/v1/chat/completions".to_owned(), json!("some-model"))));
}

#[test]
fn an_entry_without_an_address_is_named_with_its_line() {
    let upstream = upstream();
    let gateway = Gateway::start(&config(&upstream));
    gateway.rewrite_config(NOWHERE);
    gateway.signal("HUP");
    eventually("the bad file is noticed", NEWS, || {
        gateway.output().contains("the new configuration is not used").then_some(())
    });
    let output = gateway.output();
    assert!(output.contains("(line 4) b: provider 'hosted_vllm' needs an `api_base`"), "{output}");
    assert_eq!(ask(&gateway, "m"), 200);
}

/// The second entry has no address.
const NOWHERE: &str = "model_list:
  - model_name: a
    litellm_params: {model: openai/gpt-4o, api_key: x}
  - model_name: b
    litellm_params: {model: hosted_vllm/x}
";

#[test]
fn a_bad_file_is_not_used() {
    let upstream = upstream();
    let first = config(&upstream);
    let mut gateway = Gateway::start(&first);
    for (number, bad) in
        ["model_list: [", "model_list: 5\n", "model_list:\n  - model_name: x\n"].into_iter().enumerate()
    {
        gateway.rewrite_config(bad);
        gateway.signal("HUP");
        eventually("the bad file is noticed", NEWS, || {
            (gateway.output().matches("the new configuration is not used").count() > number).then_some(())
        });
        assert_eq!(models(&gateway), ["m"], "{bad}");
        assert_eq!(ask(&gateway, "m"), 200, "{bad}");
    }
    gateway.assert_alive();
    gateway.rewrite_config(&first.model("later", "openai/gpt-4o", &upstream).text());
    eventually("a good file is used again", NEWS, || (models(&gateway) == ["m", "later"]).then_some(()));
}

#[test]
fn an_open_stream_is_not_disturbed() {
    let gate = Gate::new();
    let words = vendor::openai::words(&["one ", "two ", "three"]);
    let slow = Upstream::always(Reply::events(&words[..3]).then_hold(&gate).then_events(&words[3..]));
    let other = upstream();
    let gateway = Gateway::start(&config(&slow));
    let mut stream = gateway.open(&Request::post("/v1/chat/completions", &chat("m", true)).bearer(MASTER_KEY));
    let mut events = vec![stream.event().expect("the stream goes on").expect("a first event")];
    // The model of the open stream goes away.
    gateway.rewrite_config(&Config::new().model("other", "openai/gpt-4o", &other).text());
    eventually("the new model is there", NEWS, || (models(&gateway) == ["other"]).then_some(()));
    gate.open();
    events.extend(stream.events().expect("the stream is finished"));
    assert_eq!(events.last().map(String::as_str), Some(vendor::openai::DONE));
    let text: String = events.iter().filter_map(|event| content(event)).collect();
    assert_eq!(text, "one two three");
}

/// Virtual keys and what they spent are no part of the configuration.
#[test]
fn keys_survive_a_reload() {
    let upstream = upstream();
    let gateway = Gateway::start(&config(&upstream));
    let key = gateway.key(&json!({"rpm_limit": 1}));
    let call =
        |model: &str| gateway.send(&Request::post("/v1/chat/completions", &chat(model, false)).bearer(&key)).status;
    let within_a_minute = Instant::now();
    assert_eq!(call("m"), 200);
    gateway.rewrite_config(&config(&upstream).model("later", "openai/gpt-4o", &upstream).text());
    eventually("the new model is there", NEWS, || (models(&gateway) == ["m", "later"]).then_some(()));
    assert_eq!(call("later"), 429, "the reload did not reset the limit");
    assert!(within_a_minute.elapsed() < Duration::from_secs(60));
}

fn upstream() -> Upstream {
    Upstream::start(|_, request| vendor::openai::chat(&request.json(), "hello"))
}

fn config(upstream: &Upstream) -> Config {
    Config::new().model("m", "openai/gpt-4o", upstream)
}

fn models(gateway: &Gateway) -> Vec<String> {
    let list = gateway.read("/v1/models").json();
    let models = list["data"].as_array().into_iter().flatten();
    models.map(|model| model["id"].as_str().unwrap_or_default().to_owned()).collect()
}

fn ask(gateway: &Gateway, model: &str) -> u16 {
    gateway.post("/v1/chat/completions", &chat(model, false)).status
}

fn chat(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": "count to three"}]})
}

fn content(event: &str) -> Option<String> {
    let chunk: Value = serde_json::from_str(event.strip_prefix("data: ")?).ok()?;
    Some(chunk["choices"][0]["delta"]["content"].as_str()?.to_owned())
}

/// How soon a change is used.
const NEWS: Duration = Duration::from_secs(3);

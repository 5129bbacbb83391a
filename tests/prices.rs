//! Prices from a file and from the network: what a call costs after a reload, and what a bad price list changes.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Duration;
use tianji_testkit::{Answer, Config, Folder, Gate, Gateway, Launch, MASTER_KEY, Reply, Request, Upstream, eventually};

/// A price list with this price of input for `gpt-4o`, and names enough to take the embedded one's place.
fn list(input: &str) -> String {
    let mut text = String::from("{");
    for n in 0..3000 {
        write!(text, r#""filler-{n}": {{"litellm_provider": "openai", "max_tokens": {n}}}, "#).unwrap();
    }
    text + &format!(
        r#""gpt-4o": {{"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": {input},
        "output_cost_per_token": 1e-5}}}}"#
    )
}

/// Says that one thousand tokens came in and none went out.
fn vendor() -> Upstream {
    Upstream::always(Reply::json(
        200,
        &json!({
            "id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 0, "total_tokens": 1000},
        }),
    ))
}

fn config(vendor: &Upstream, place: &str) -> Config {
    Config::new().model("m", "openai/gpt-4o", vendor).set("litellm_settings", "model_cost_map_url", json!(place))
}

fn call() -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]})
}

/// What a call costs, in nano-dollars.
fn cost(gateway: &Gateway) -> f64 {
    costs(&gateway.post("/v1/chat/completions", &call()))
}

fn costs(answer: &Answer) -> f64 {
    assert_eq!(answer.status, 200, "{}", answer.text());
    (answer.header("x-litellm-response-cost").parse::<f64>().expect("a cost") * 1e9).round()
}

fn reload(gateway: &Gateway) -> (u16, Value) {
    let answer = gateway.post("/reload/model_cost_map", &json!({}));
    (answer.status, answer.json())
}

fn source(gateway: &Gateway) -> Value {
    gateway.read("/model/cost_map/source").json()
}

fn failed(gateway: &Gateway) -> bool {
    gateway.read("/metrics").text().contains("tianji_price_reload_failed 1")
}

#[test]
fn a_file_is_read_at_the_start_and_when_asked() {
    let (vendor, folder) = (vendor(), Folder::new());
    let file = folder.file("prices.json");
    std::fs::write(&file, list("3e-6")).unwrap();
    let gateway = Gateway::start(&config(&vendor, &file.display().to_string()));
    assert_eq!(cost(&gateway), 3_000_000.0);
    let seen = source(&gateway);
    assert_eq!((seen["source"].as_str(), seen["origin"].as_str()), (Some("local"), Some("file")), "{seen}");
    assert!(seen["model_count"].as_u64().is_some_and(|count| count > 3000), "{seen}");

    std::fs::write(&file, list("4e-6")).unwrap();
    assert_eq!(cost(&gateway), 3_000_000.0, "nobody asked yet");
    let (status, told) = reload(&gateway);
    assert_eq!((status, told["status"].as_str()), (200, Some("success")), "{told}");
    assert_eq!(cost(&gateway), 4_000_000.0);

    // A price of nothing, a price a million tokens, and no list at all.
    for (bad, good) in [(list("0"), true), (list("4"), true), ("{".to_owned(), false), (list("-1"), false)] {
        std::fs::write(&file, bad).unwrap();
        let (status, told) = reload(&gateway);
        assert_eq!(status, if good { 200 } else { 500 }, "{told}");
        assert_eq!((cost(&gateway), failed(&gateway)), (4_000_000.0, !good));
    }
    assert!(source(&gateway)["fallback_reason"].as_str().is_some_and(|why| why.contains("negative")));
    assert!(gateway.output().contains("a price is kept as it was"));
    assert!(gateway.output().contains("the new prices are not used"));
    std::fs::write(&file, list("5e-6")).unwrap();
    assert_eq!(reload(&gateway).0, 200);
    assert_eq!((cost(&gateway), failed(&gateway)), (5_000_000.0, false));
}

#[test]
fn prices_outlive_a_reload_of_the_configuration_and_calls_in_flight_keep_theirs() {
    let gate = Gate::new();
    let slow = Upstream::always(Reply::events::<&str>([]).then_hold(&gate).then_events([
        r#"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
        r#"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":0,"total_tokens":1000}}"#,
        "data: [DONE]",
    ]));
    let (vendor, folder) = (vendor(), Folder::new());
    let file = folder.file("prices.json");
    std::fs::write(&file, list("3e-6")).unwrap();
    let first = config(&vendor, &file.display().to_string()).model("slow", "openai/gpt-4o", &slow);
    let gateway = Gateway::start(&first);
    let key = gateway.key(&json!({}));
    let streamed = json!({"model": "slow", "stream": true, "messages": [{"role": "user", "content": "hi"}]});
    let request = Request::post("/v1/chat/completions", &streamed).bearer(&key);
    std::thread::scope(|scope| {
        let open = scope.spawn(|| gateway.open(&request).finish().unwrap());
        eventually("the call is at the vendor", WHILE, || (!slow.requests().is_empty()).then_some(()));
        std::fs::write(&file, list("6e-6")).unwrap();
        assert_eq!(reload(&gateway).0, 200);
        assert_eq!(cost(&gateway), 6_000_000.0);
        gate.open();
        assert_eq!(open.join().unwrap().status, 200);
    });
    let row = gateway.only_row(&key);
    assert_eq!((row["spend"].as_f64().unwrap() * 1e9).round(), 3_000_000.0, "{row}");
    gateway.rewrite_config(&first.model("later", "openai/gpt-4o", &vendor).text());
    let later = json!({"model": "later", "messages": [{"role": "user", "content": "hi"}]});
    let answer = eventually("the new model is there", WHILE, || {
        Some(gateway.post("/v1/chat/completions", &later)).filter(|answer| answer.status == 200)
    });
    assert_eq!((costs(&answer), cost(&gateway)), (6_000_000.0, 6_000_000.0));
}

#[test]
fn the_network_is_asked_when_an_operator_asks() {
    let answers = [
        Reply::body(200, "application/json", list("3e-6")),
        Reply::body(503, "text/plain", "later"),
        Reply::body(200, "application/json", vec![b' '; 33 << 20]),
        Reply::body(200, "application/json", [0xFF, 0xFE]),
        Reply::body(200, "application/json", list("8e-6")),
    ];
    let (vendor, books) = (vendor(), Upstream::scripted(answers));
    let gateway = Gateway::start(&config(&vendor, &format!("{}/prices.json?token=word", books.url())));
    let embedded = cost(&gateway);
    assert!(books.requests().is_empty(), "nothing is asked at the start");
    assert_eq!(source(&gateway)["origin"], "embedded");
    assert_eq!(reload(&gateway).0, 200);
    assert_eq!(cost(&gateway), 3_000_000.0);
    let seen = source(&gateway);
    assert_eq!((&seen["source"], &seen["url"]), (&json!("remote"), &json!(format!("{}/prices.json", books.url()))));
    for part in ["503", "33554432", "UTF-8"] {
        let (status, told) = reload(&gateway);
        let words = told["error"]["message"].as_str().unwrap_or_default();
        assert!(status == 500 && words.contains("The prices in use stay"), "{part}: {told}");
        assert!(source(&gateway)["fallback_reason"].as_str().is_some_and(|why| why.contains(part)), "{part}");
        assert_eq!((cost(&gateway), failed(&gateway)), (3_000_000.0, true), "{part}");
    }
    assert_eq!(reload(&gateway).0, 200);
    assert_eq!((cost(&gateway), failed(&gateway)), (8_000_000.0, false));
    assert_ne!(embedded, 8_000_000.0);
}

#[test]
fn prices_are_read_at_the_interval() {
    let (vendor, folder) = (vendor(), Folder::new());
    let file = folder.file("prices.json");
    std::fs::write(&file, list("3e-6")).unwrap();
    let config = config(&vendor, &file.display().to_string());
    let gateway = Gateway::start(&config.set("litellm_settings", "model_cost_map_reload_interval", json!(1)));
    std::fs::write(&file, list("7e-6")).unwrap();
    eventually("the new price holds", WHILE, || (cost(&gateway) == 7_000_000.0).then_some(()));
    assert_eq!(gateway.read("/schedule/model_cost_map_reload/status").json()["scheduled"], true);
}

#[test]
fn a_timetable_is_set_and_cancelled_by_admins_alone() {
    let gateway = Launch::with(&Config::new()).start();
    let status = || gateway.read("/schedule/model_cost_map_reload/status").json();
    assert_eq!(status()["scheduled"], false);
    assert_eq!(gateway.post("/schedule/model_cost_map_reload?hours=6", &json!({})).json()["interval_hours"], 6);
    assert_eq!((&status()["scheduled"], &status()["interval_hours"]), (&json!(true), &json!(6.0)));
    assert!(status()["next_run"].is_string() && status()["last_run"].is_null());
    for bad in ["?hours=0", "?hours=x", "?hours=99999", ""] {
        assert_eq!(gateway.post(&format!("/schedule/model_cost_map_reload{bad}"), &json!({})).status, 400, "{bad}");
    }
    let cancel = Request::new("DELETE", "/schedule/model_cost_map_reload", "").bearer(MASTER_KEY);
    assert_eq!(gateway.send(&cancel).status, 200);
    assert_eq!(status()["scheduled"], false);
    let (code, told) = reload(&gateway);
    assert!(code == 400 && told.to_string().contains("no price source is set"), "{told}");
    let key = gateway.key(&json!({}));
    let asked = gateway.send(&Request::post("/reload/model_cost_map", &json!({})).bearer(&key));
    assert!(matches!(asked.status, 401 | 403), "{}", asked.text());
}

const WHILE: Duration = Duration::from_secs(20);

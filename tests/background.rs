//! Responses in the background: answered at once, made whether or not anybody waits, polled, cancelled, read again.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::time::Duration;
use tianji_testkit::{Config, Gate, Gateway, Outcome, Reply, Request, Upstream, eventually, vendor};

#[test]
fn a_response_is_made_while_nobody_waits() {
    let gate = Gate::new();
    let held = gate.clone();
    let upstream = Upstream::start(move |number, request| match number {
        0 => Reply::streamed(200, "application/json")
            .then_hold(&held)
            .then_bytes(vendor::anthropic::text("Paris.").to_string()),
        _ => vendor::anthropic::messages(&request.json(), "Two million."),
    });
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    let (key, foreign) = (gateway.key(&json!({})), gateway.key(&json!({})));
    let begun = create(&gateway, &key, &json!({"input": "Capital of France?", "metadata": {"a": "b"}}));
    assert_eq!((&begun["status"], &begun["output"]), (&json!("queued"), &json!([])), "{begun:#}");
    assert_eq!((&begun["background"], &begun["metadata"]), (&json!(true), &json!({"a": "b"})));
    assert_eq!(read(&gateway, &key, &begun)["status"], "in_progress");
    assert_eq!(gateway.send(&Request::get(&path(&begun, "")).bearer(&foreign)).status, 404);
    let early = json!({"model": "m", "input": "And?", "previous_response_id": begun["id"]});
    assert_eq!(gateway.send(&Request::post("/v1/responses", &early).bearer(&key)).status, 400);

    gate.open();
    let done = ended(&gateway, &key, &begun);
    assert_eq!((&done["status"], &done["id"], &done["background"]), (&json!("completed"), &begun["id"], &json!(true)));
    assert!(done["output"].to_string().contains("Paris."), "{done:#}");
    let paid = eventually("the call is paid for", Duration::from_secs(10), || {
        let rows = gateway.rows(&key).into_iter();
        let paid: Vec<Value> = rows.filter(|row| row["spend"].as_f64() > Some(0.0)).collect();
        (!paid.is_empty()).then_some(paid)
    });
    assert_eq!((paid.len(), &paid[0]["metadata"]["outcome"]), (1, &json!("success")), "{paid:#?}");
    assert_eq!(cancel(&gateway, &key, &begun)["status"], "completed", "what is complete stays complete");
    let next = json!({"model": "m", "input": "How many live there?", "previous_response_id": begun["id"]});
    assert_eq!(gateway.send(&Request::post("/v1/responses", &next).bearer(&key)).status, 200);
    assert!(upstream.requests()[1].json().to_string().contains("Paris."), "the conversation goes on");
}

#[test]
fn a_failure_is_found_when_it_is_asked_for() {
    let upstream = Upstream::always(Reply::json(400, &vendor::anthropic::error("invalid_request_error", "No.")));
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    let key = gateway.key(&json!({}));
    let begun = create(&gateway, &key, &json!({"input": "Hi"}));
    let failed = ended(&gateway, &key, &begun);
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!("invalid_prompt")));
    assert!(failed["error"]["message"].as_str().is_some_and(|words| words.contains("No.")), "{failed:#}");
    assert_eq!(gateway.only_row(&key)["metadata"]["outcome"], "failure");
    let unkept = json!({"model": "m", "input": "Hi", "background": true, "store": false});
    let refused = gateway.send(&Request::post("/v1/responses", &unkept).bearer(&key));
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("store")));
}

#[test]
fn cancelling_stops_the_vendor() {
    let gate = Gate::new();
    let words = vendor::anthropic::words(&["one ", "two"]);
    let upstream = Upstream::always(Reply::events(&words[..3]).then_hold(&gate));
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    let key = gateway.key(&json!({}));
    let body = json!({"model": "m", "input": "Count", "background": true, "stream": true});
    let mut stream = gateway.open(&Request::post("/v1/responses", &body).bearer(&key));
    let first = data(&stream.event().expect("a stream").expect("an event"));
    let begun = first["response"].clone();
    let cancelled = cancel(&gateway, &key, &begun);
    assert_eq!((&cancelled["status"], &cancelled["id"]), (&json!("cancelled"), &begun["id"]), "{cancelled:#}");
    assert_eq!(read(&gateway, &key, &begun)["status"], "cancelled");
    assert_eq!(cancel(&gateway, &key, &begun)["status"], "cancelled", "once more changes nothing");
    assert_eq!(upstream.outcome(0, Duration::from_secs(5)).0, Outcome::HungUp);
    let events = stream.events().expect("the stream ends");
    assert!(events.iter().any(|event| event.contains("response.cancelled")), "{events:?}");
    assert_eq!(gateway.only_row(&key)["metadata"]["outcome"], "cancelled");

    // Deleting does the same, and leaves nothing.
    let begun = create(&gateway, &key, &json!({"input": "Hi"}));
    eventually("the vendor is asked", Duration::from_secs(5), || (upstream.requests().len() == 2).then_some(()));
    assert_eq!(gateway.send(&Request::new("DELETE", &path(&begun, ""), "").bearer(&key)).status, 200);
    assert_eq!(upstream.outcome(1, Duration::from_secs(5)).0, Outcome::HungUp);
    assert_eq!(gateway.send(&Request::get(&path(&begun, "")).bearer(&key)).status, 404);
}

#[test]
fn a_stream_is_taken_up_where_it_was_left() {
    let gate = Gate::new();
    let words = vendor::anthropic::words(&["one ", "two ", "three"]);
    let upstream = Upstream::always(Reply::events(&words[..3]).then_hold(&gate).then_events(&words[3..]));
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    let key = gateway.key(&json!({}));
    let body = json!({"model": "m", "input": "Count", "background": true, "stream": true});
    let mut stream = gateway.open(&Request::post("/v1/responses", &body).bearer(&key));
    let first = data(&stream.event().expect("a stream").expect("an event"));
    drop(stream);
    let begun = first["response"].clone();
    assert_eq!(read(&gateway, &key, &begun)["status"], "in_progress");
    let tail = format!("?stream=true&starting_after={}", first["sequence_number"]);
    let mut again = gateway.open(&Request::get(&path(&begun, &tail)).bearer(&key));
    gate.open();
    let rest: Vec<Value> =
        again.events().expect("the rest").iter().filter(|event| event.contains("{")).map(|event| data(event)).collect();
    let numbers: Vec<u64> = rest.iter().filter_map(|event| event["sequence_number"].as_u64()).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    assert_eq!(numbers.first().copied(), first["sequence_number"].as_u64().map(|number| number + 1));
    let last = rest.last().expect("an end");
    assert_eq!((&last["type"], &last["response"]["id"]), (&json!("response.completed"), &begun["id"]), "{last:#}");
    assert_eq!(read(&gateway, &key, &begun)["output"], last["response"]["output"]);
    // All of it, for a while after the end.
    let whole = gateway.open(&Request::get(&path(&begun, "?stream=true")).bearer(&key)).events().expect("events");
    assert!(whole.len() > rest.len(), "{whole:?}");
    let plain = create(&gateway, &key, &json!({"input": "Hi"}));
    assert_eq!(gateway.send(&Request::get(&path(&plain, "?stream=true")).bearer(&key)).status, 400);
}

#[test]
fn a_vendor_with_background_mode_is_asked_in_the_foreground() {
    let upstream = Upstream::start(|number, request| {
        let model = &request.json()["model"];
        Reply::json(
            200,
            &json!({
                "id": format!("resp_vendor{number}"), "object": "response", "created_at": 1_745_000_000,
                "status": "completed", "model": model,
                "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                            "content": [{"type": "output_text", "text": "Hello", "annotations": []}]}],
                "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
            }),
        )
    });
    let gateway = Gateway::start(&Config::new().model("m", "openai/gpt-4o", &upstream));
    let key = gateway.key(&json!({}));
    let begun = create(&gateway, &key, &json!({"input": "Hi"}));
    let done = ended(&gateway, &key, &begun);
    assert_eq!((&done["status"], &done["id"], &done["model"]), (&json!("completed"), &begun["id"], &json!("m")));
    assert!(upstream.requests()[0].json().get("background").is_none());
    let next = json!({"model": "m", "input": "And?", "previous_response_id": begun["id"]});
    assert_eq!(gateway.send(&Request::post("/v1/responses", &next).bearer(&key)).status, 200);
    assert_eq!(upstream.requests()[1].json()["previous_response_id"], "resp_vendor0", "the vendor's own name for it");
    assert_eq!(gateway.send(&Request::new("DELETE", &path(&begun, ""), "").bearer(&key)).status, 200);
    let asked = upstream.requests().pop().expect("a request");
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("DELETE", "/v1/responses/resp_vendor0"));
}

#[test]
fn a_drain_waits_and_then_gives_up() {
    let gate = Gate::new();
    let held = gate.clone();
    let upstream = Upstream::start(move |_, _| {
        Reply::streamed(200, "application/json")
            .then_hold(&held)
            .then_bytes(vendor::anthropic::text("Done.").to_string())
    });
    let mut gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    let key = gateway.key(&json!({}));
    let kept = create(&gateway, &key, &json!({"input": "Hi"}));
    eventually("the vendor is asked", Duration::from_secs(5), || (!upstream.requests().is_empty()).then_some(()));
    gateway.signal("TERM");
    eventually("draining", Duration::from_secs(5), || {
        (gateway.send(&Request::get("/health/readiness")).status == 503).then_some(())
    });
    gate.open();
    gateway.ended(Duration::from_secs(20));
    let mut gateway = gateway.restart();
    assert_eq!(read(&gateway, &key, &kept)["status"], "completed");

    let gate = Gate::new();
    let held = gate.clone();
    let silent = Upstream::start(move |_, _| Reply::streamed(200, "application/json").then_hold(&held));
    let mut other = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &silent));
    let lost_key = other.key(&json!({}));
    let lost = create(&other, &lost_key, &json!({"input": "Hi"}));
    eventually("the vendor is asked", Duration::from_secs(5), || (!silent.requests().is_empty()).then_some(()));
    other.signal("TERM");
    eventually("draining", Duration::from_secs(5), || {
        (other.send(&Request::get("/health/readiness")).status == 503).then_some(())
    });
    other.signal("INT");
    other.ended(Duration::from_secs(20));
    let other = other.restart();
    let failed = read(&other, &lost_key, &lost);
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("failed"), &json!("server_error")), "{failed:#}");
    gateway.assert_alive();
}

fn create(gateway: &Gateway, key: &str, fields: &Value) -> Value {
    let mut body = fields.clone();
    (body["model"], body["background"]) = ("m".into(), true.into());
    let answer = gateway.send(&Request::post("/v1/responses", &body).bearer(key));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn read(gateway: &Gateway, key: &str, response: &Value) -> Value {
    let answer = gateway.send(&Request::get(&path(response, "")).bearer(key));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn ended(gateway: &Gateway, key: &str, response: &Value) -> Value {
    eventually("the response has ended", Duration::from_secs(10), || {
        let now = read(gateway, key, response);
        (now["status"] != "queued" && now["status"] != "in_progress").then_some(now)
    })
}

fn cancel(gateway: &Gateway, key: &str, response: &Value) -> Value {
    let answer = gateway.send(&Request::post(&path(response, "/cancel"), &json!({})).bearer(key));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn data(event: &str) -> Value {
    serde_json::from_str(event.split_once("data: ").expect("data").1).expect("JSON")
}

fn path(response: &Value, tail: &str) -> String {
    format!("/v1/responses/{}{tail}", response["id"].as_str().expect("an id"))
}

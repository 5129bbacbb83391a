//! What a vendor may do wrong, and what the client and the ledger see of it.
#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tianji_testkit::{Config, Gate, Gateway, MASTER_KEY, Open, Outcome, Reply, Request, Upstream, eventually, vendor};

#[test]
fn a_stream_that_is_cut_ends_with_one_error_event() {
    let words = vendor::openai::words(&["one ", "two ", "three"]);
    let upstream = Upstream::always(Reply::events(&words[..3]).then_cut());
    let gateway = Gateway::start(&openai(&upstream));
    let key = gateway.key(&json!({}));
    let events = stream(&gateway, &key, "/v1/chat/completions").events().expect("the gateway ends the body properly");
    assert_eq!(text_of_openai(&events), "one two ");
    let errors: Vec<_> = events.iter().filter(|event| event.contains("\"error\"")).collect();
    assert_eq!(errors.len(), 1, "{events:#?}");
    assert_eq!(errors[0], events.last().expect("an event"));
    let error: Value = serde_json::from_str(errors[0].strip_prefix("data: ").expect("data")).expect("JSON");
    assert_eq!(error["error"]["code"], "503", "{error}");
    assert!(!events.contains(&vendor::openai::DONE.to_owned()), "{events:#?}");
    let row = gateway.only_row(&key);
    assert_eq!(outcome(&row), "failure");
    assert!(tokens(&row, "completion_tokens") > 0, "what was streamed is metered: {row:#}");
}

#[test]
fn an_anthropic_stream_that_is_cut_ends_with_one_error_event() {
    let words = vendor::anthropic::words(&["one ", "two ", "three"]);
    let upstream = Upstream::always(Reply::events(&words[..5]).then_cut());
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    let key = gateway.key(&json!({}));
    let events = stream(&gateway, &key, "/v1/messages").events().expect("the gateway ends the body properly");
    let errors: Vec<_> = events.iter().filter(|event| event.starts_with("event: error")).collect();
    assert_eq!(errors.len(), 1, "{events:#?}");
    assert_eq!(errors[0], events.last().expect("an event"));
    assert!(!events.iter().any(|event| event.contains("message_stop")), "{events:#?}");
    assert_eq!(outcome(&gateway.only_row(&key)), "failure");
}

/// A connection that ends properly in the middle of a message is a broken stream all the same.
#[test]
fn a_stream_without_a_finish_is_no_success() {
    let words = vendor::openai::words(&["one ", "two"]);
    let upstream = Upstream::always(Reply::events(&words[..3]));
    let gateway = Gateway::start(&openai(&upstream));
    let key = gateway.key(&json!({}));
    let events = stream(&gateway, &key, "/v1/chat/completions").events().expect("the gateway ends the body properly");
    assert!(events.last().is_some_and(|event| event.contains("\"error\"")), "{events:#?}");
    assert_eq!(outcome(&gateway.only_row(&key)), "failure");
}

#[test]
fn a_silent_vendor_is_not_waited_for() {
    let upstream = Upstream::always(Reply::silence());
    let gateway = Gateway::start(&openai(&upstream));
    for streamed in [false, true] {
        let key = gateway.key(&json!({}));
        let mut body = chat();
        body["timeout"] = json!(0.5);
        body["stream"] = streamed.into();
        let start = Instant::now();
        let answer = gateway.send(&Request::post("/v1/chat/completions", &body).bearer(&key));
        let took = start.elapsed();
        assert_eq!(answer.status, 408, "{}", answer.text());
        assert_eq!(answer.json()["error"]["code"], "408");
        assert!(took > Duration::from_millis(450) && took < Duration::from_secs(3), "{took:?}");
        assert_eq!(outcome(&gateway.only_row(&key)), "failure");
        let (ended, _) = upstream.outcome(usize::from(streamed), Duration::from_secs(2));
        assert_eq!(ended, Outcome::HungUp, "the vendor's connection is closed");
    }
}

#[test]
fn a_vendor_that_talks_nonsense_is_tried_again() {
    for reply in [
        Reply::body(200, "application/json", "<html>welcome to the hotel's network</html>"),
        Reply::body(200, "application/json", ""),
        Reply::json(200, &json!({"choices": 5})),
        Reply::garbage("SSH-2.0-OpenSSH_9.6\r\n"),
    ] {
        let upstream = Upstream::always(reply.clone());
        let gateway = Gateway::start(&openai(&upstream).set("router_settings", "num_retries", json!(2)));
        let key = gateway.key(&json!({}));
        let answer = gateway.send(&Request::post("/v1/chat/completions", &chat()).bearer(&key));
        assert_eq!(answer.status, 500, "{reply:?}: {}", answer.text());
        assert_eq!(answer.json()["error"]["type"], "internal_server_error", "{reply:?}");
        assert_eq!(upstream.requests().len(), 3, "{reply:?}");
        assert_eq!(outcome(&gateway.only_row(&key)), "failure", "three attempts are one call");
    }
}

#[test]
fn a_failure_that_passes_is_invisible() {
    for failure in [
        Reply::json(500, &vendor::openai::error("boom", "server_error", "internal")),
        Reply::body(502, "text/html", "<html><body>bad gateway</body></html>"),
        Reply::body(200, "application/json", "{\"id\": \"chatcmpl-1\", \"choi").then_cut(),
    ] {
        let upstream = Upstream::scripted([failure.clone(), Reply::json(200, &vendor::openai::text("at last"))]);
        let gateway = Gateway::start(&openai(&upstream).set("router_settings", "num_retries", json!(2)));
        let key = gateway.key(&json!({}));
        let answer = gateway.send(&Request::post("/v1/chat/completions", &chat()).bearer(&key));
        assert_eq!(answer.status, 200, "{failure:?}: {}", answer.text());
        assert_eq!(answer.json()["choices"][0]["message"]["content"], "at last");
        assert_eq!(answer.header("x-litellm-attempted-retries"), "1", "{:?}", answer.headers);
        assert_eq!(upstream.requests().len(), 2);
        let row = gateway.only_row(&key);
        assert_eq!(outcome(&row), "success");
        assert_eq!(tokens(&row, "total_tokens"), 18);
    }
}

#[test]
fn a_vendors_rate_limit_is_passed_on() {
    let body =
        vendor::openai::error("Rate limit reached for gpt-4o: Limit 3, Used 3.", "requests", "rate_limit_exceeded");
    let upstream = Upstream::always(Reply::json(429, &body).header("retry-after", "17"));
    let gateway = Gateway::start(&openai(&upstream));
    let key = gateway.key(&json!({}));
    let answer = gateway.send(&Request::post("/v1/chat/completions", &chat()).bearer(&key));
    assert_eq!(answer.status, 429, "{}", answer.text());
    assert_eq!(answer.header("retry-after"), "17");
    let error = &answer.json()["error"];
    assert_eq!(error["type"], "throttling_error");
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.contains("Rate limit reached for gpt-4o: Limit 3, Used 3."), "{message}");
    assert_eq!(outcome(&gateway.only_row(&key)), "failure");
}

/// Whatever goes wrong before the first frame, another group answers and the client never knows.
#[test]
fn a_stream_that_fails_before_its_first_frame_falls_back() {
    for failure in [
        Reply::json(500, &vendor::openai::error("boom", "server_error", "internal")),
        Reply::events::<&str>([]).then_cut(),
        Reply::events(["data: {\"error\": {\"message\": \"overloaded\", \"type\": \"server_error\", \"code\": 500}}"]),
        Reply::garbage(""),
    ] {
        let broken = Upstream::always(failure.clone());
        let spare = Upstream::start(|_, request| vendor::openai::chat(&request.json(), "from the spare"));
        let config = openai(&broken).model("spare", "openai/gpt-4o", &spare).set(
            "router_settings",
            "fallbacks",
            json!([{"m": ["spare"]}]),
        );
        let gateway = Gateway::start(&config);
        let key = gateway.key(&json!({}));
        let events = stream(&gateway, &key, "/v1/chat/completions").events().expect("a whole stream");
        assert_eq!(text_of_openai(&events), "from the spare", "{failure:?}");
        assert_eq!(events.last().map(String::as_str), Some(vendor::openai::DONE), "{failure:?}");
        assert!(!events.iter().any(|event| event.contains("error")), "{failure:?}: {events:#?}");
        let row = gateway.only_row(&key);
        assert_eq!((outcome(&row), &row["metadata"]["attempted_fallbacks"]), ("success", &json!(1)), "{row:#}");
    }
}

#[test]
fn a_client_that_leaves_takes_the_vendors_connection_along() {
    let gate = Gate::new();
    let words = vendor::openai::words(&["one ", "two ", "three"]);
    let upstream = Upstream::always(Reply::events(&words[..3]).then_hold(&gate).then_events(&words[3..]));
    let gateway = Gateway::start(&openai(&upstream));
    let key = gateway.key(&json!({}));
    let mut open = stream(&gateway, &key, "/v1/chat/completions");
    assert_eq!(open.status, 200);
    let mut text = String::new();
    while text != "one two " {
        let event = open.event().expect("the stream goes on").expect("the stream has not ended");
        text.push_str(&text_of_openai(&[event]));
    }
    let left = Instant::now();
    drop(open);
    let (ended, at) = upstream.outcome(0, Duration::from_secs(5));
    assert_eq!(ended, Outcome::HungUp);
    let took = at.saturating_duration_since(left);
    assert!(took < Duration::from_secs(1), "the vendor went on for {took:?}");
    let row = gateway.only_row(&key);
    assert_eq!(outcome(&row), "cancelled");
    assert!(tokens(&row, "prompt_tokens") > 0 && tokens(&row, "completion_tokens") > 0, "{row:#}");
    assert!(row["spend"].as_f64().is_some_and(|spend| spend > 0.0), "{row:#}");
}

/// Before the first frame there is nothing to meter but the attempt; it is written down all the same.
#[test]
fn a_client_that_leaves_before_the_first_frame() {
    let upstream = Upstream::always(Reply::silence());
    let gateway = Gateway::start(&openai(&upstream));
    let key = gateway.key(&json!({}));
    // The client's own connection is given up while the gateway waits for the vendor.
    let request = Request::post("/v1/chat/completions", &chat()).bearer(&key);
    let address = gateway.address();
    let (left, leave) = std::sync::mpsc::channel::<()>();
    let waiting = std::thread::spawn(move || {
        let mut socket = std::net::TcpStream::connect(address).expect("a connection");
        std::io::Write::write_all(&mut socket, &request.to_bytes(address)).expect("the request is sent");
        leave.recv().expect("the test says when");
    });
    eventually("the vendor is asked", Duration::from_secs(5), || (!upstream.requests().is_empty()).then_some(()));
    left.send(()).expect("the client waits");
    waiting.join().expect("the client ends");
    let (ended, _) = upstream.outcome(0, Duration::from_secs(1));
    assert_eq!(ended, Outcome::HungUp);
    assert_eq!(outcome(&gateway.only_row(&key)), "cancelled");
}

/// The same through a translation, in both directions.
#[test]
fn a_translated_stream_that_is_cut_ends_with_one_error_event() {
    let anthropic = Upstream::always(Reply::events(&vendor::anthropic::words(&["one ", "two"])[..4]).then_cut());
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &anthropic));
    let events = stream(&gateway, MASTER_KEY, "/v1/chat/completions").events().expect("a proper end");
    assert_eq!(text_of_openai(&events), "one ");
    assert_eq!(positions(&events, "\"error\""), [events.len() - 1], "{events:#?}");

    let openai_vendor = Upstream::always(Reply::events(&vendor::openai::words(&["one ", "two"])[..2]).then_cut());
    let gateway = Gateway::start(&openai(&openai_vendor));
    let events = stream(&gateway, MASTER_KEY, "/v1/messages").events().expect("a proper end");
    assert!(events.iter().any(|event| event.contains("\"one \"")), "{events:#?}");
    assert_eq!(positions(&events, "event: error"), [events.len() - 1], "{events:#?}");
}

/// A vendor that knows that it fails says so in the stream; its words reach the client.
#[test]
fn a_vendors_error_in_the_stream_is_passed_on() {
    let mut words = vendor::openai::words(&["one ", "two ", "three"])[..3].to_vec();
    words.push("data: {\"error\": {\"message\": \"the model fell over\", \"type\": \"server_error\"}}".to_owned());
    let upstream = Upstream::always(Reply::events(&words));
    let gateway = Gateway::start(&openai(&upstream));
    let key = gateway.key(&json!({}));
    let events = stream(&gateway, &key, "/v1/chat/completions").events().expect("a proper end");
    assert_eq!(text_of_openai(&events), "one two ");
    assert_eq!(positions(&events, "the model fell over"), [events.len() - 1], "{events:#?}");
    assert_eq!(outcome(&gateway.only_row(&key)), "failure");

    let mut words = vendor::anthropic::words(&["one ", "two "])[..4].to_vec();
    words.push(vendor::anthropic::event(&vendor::anthropic::error("overloaded_error", "Overloaded just now")));
    let upstream = Upstream::always(Reply::events(&words));
    let gateway = Gateway::start(&Config::new().model("m", "anthropic/claude-sonnet-4-5", &upstream));
    for path in ["/v1/messages", "/v1/chat/completions"] {
        let events = stream(&gateway, MASTER_KEY, path).events().expect("a proper end");
        assert_eq!(positions(&events, "Overloaded just now"), [events.len() - 1], "{path}: {events:#?}");
        assert_eq!(positions(&events, "[DONE]"), [0; 0], "{path}: {events:#?}");
    }
}

#[test]
fn a_stream_that_stalls_is_ended() {
    let words = vendor::openai::words(&["one ", "two ", "three"]);
    let upstream = Upstream::always(Reply::events(&words[..3]).then_hold(&Gate::new()));
    let gateway = Gateway::start(&openai(&upstream));
    let key = gateway.key(&json!({}));
    let mut body = chat();
    body["stream"] = true.into();
    body["timeout"] = json!(1);
    let start = Instant::now();
    let mut open = gateway.open(&Request::post("/v1/chat/completions", &body).bearer(&key));
    let events = open.events().expect("a proper end");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(text_of_openai(&events), "one two ");
    assert_eq!(positions(&events, "\"error\""), [events.len() - 1], "{events:#?}");
    assert_eq!(upstream.outcome(0, Duration::from_secs(1)).0, Outcome::HungUp);
    assert_eq!(outcome(&gateway.only_row(&key)), "failure");
}

#[test]
fn a_vendor_that_is_not_there() {
    let gone = Upstream::always(Reply::silence());
    let config = openai(&gone).set("router_settings", "num_retries", json!(1));
    drop(gone);
    let gateway = Gateway::start(&config);
    let key = gateway.key(&json!({}));
    let start = Instant::now();
    let answer = gateway.send(&Request::post("/v1/chat/completions", &chat()).bearer(&key));
    assert_eq!(answer.status, 500, "{}", answer.text());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let row = gateway.only_row(&key);
    assert_eq!((outcome(&row), row["spend"].as_f64()), ("failure", Some(0.0)), "{row:#}");
}

/// A redirect would carry the vendor's key to wherever it points.
#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Upstream::start(|_, request| vendor::openai::chat(&request.json(), "from elsewhere"));
    let target = format!("{}/v1/chat/completions", elsewhere.url());
    let upstream = Upstream::always(Reply::body(307, "text/plain", "over there").header("location", &target));
    let gateway = Gateway::start(&openai(&upstream));
    let answer = gateway.post("/v1/chat/completions", &chat());
    assert!(answer.status >= 500, "{}: {}", answer.status, answer.text());
    assert!(elsewhere.requests().is_empty(), "{:?}", elsewhere.requests());
}

fn openai(upstream: &Upstream) -> Config {
    Config::new().model("m", "openai/gpt-4o", upstream).set("router_settings", "retry_after", json!(0))
}

fn chat() -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": "count to three"}], "max_tokens": 50})
}

fn stream(gateway: &Gateway, key: &str, path: &str) -> Open {
    let mut body = chat();
    body["stream"] = true.into();
    gateway.open(&Request::post(path, &body).bearer(key))
}

fn text_of_openai(events: &[String]) -> String {
    let chunks = events.iter().filter_map(|event| serde_json::from_str::<Value>(event.strip_prefix("data: ")?).ok());
    chunks.map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Where the events that contain a text are.
fn positions(events: &[String], text: &str) -> Vec<usize> {
    events.iter().enumerate().filter(|(_, event)| event.contains(text)).map(|(place, _)| place).collect()
}

fn outcome(row: &Value) -> &str {
    row["metadata"]["outcome"].as_str().unwrap_or_else(|| panic!("a row without an outcome: {row:#}"))
}

fn tokens(row: &Value, kind: &str) -> u64 {
    row[kind].as_u64().unwrap_or_else(|| panic!("a row without {kind}: {row:#}"))
}

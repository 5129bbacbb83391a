//! SIGTERM: load balancers are told at once, what runs is finished, then the process ends in order.
#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::time::Duration;
use tianji_testkit::{Config, Gate, Gateway, MASTER_KEY, Reply, Request, Upstream, eventually, open, send, vendor};

#[test]
fn an_open_stream_is_finished_before_the_end() {
    let gate = Gate::new();
    let words = vendor::openai::words(&["one ", "two ", "three"]);
    let upstream = Upstream::always(Reply::events(&words[..3]).then_hold(&gate).then_events(&words[3..]));
    let mut gateway = Gateway::start(&Config::new().model("m", "openai/gpt-4o", &upstream));
    let key = gateway.key(&json!({}));
    assert_eq!(ready(&gateway), 200);
    let mut stream =
        open(gateway.address(), &Request::post("/v1/chat/completions", &chat()).bearer(&key)).expect("a stream");
    let mut events = vec![stream.event().expect("the stream goes on").expect("a first event")];

    gateway.signal("TERM");
    eventually("not ready any more", Duration::from_secs(1), || (ready(&gateway) == 503).then_some(()));
    let live = gateway.send(&Request::get("/health/liveliness"));
    assert_eq!((live.status, live.header("connection")), (200, "close"), "balancers that are slow are still served");
    eventually("no new connections", Duration::from_secs(15), || {
        send(gateway.address(), &Request::get("/health/liveliness")).is_err().then_some(())
    });

    gate.open();
    events.extend(stream.events().expect("the stream is finished"));
    assert_eq!(text(&events), "one two three");
    assert_eq!(events.last().map(String::as_str), Some(vendor::openai::DONE));
    assert_eq!(gateway.ended(Duration::from_secs(15)).code(), Some(0), "{}", gateway.output());

    let gateway = gateway.restart();
    assert_eq!(gateway.only_row(&key)["metadata"]["outcome"], "success");
}

#[test]
fn an_idle_gateway_ends_by_itself() {
    let upstream = Upstream::start(|_, request| vendor::openai::chat(&request.json(), "hello"));
    let mut gateway = Gateway::start(&Config::new().model("m", "openai/gpt-4o", &upstream));
    assert_eq!(gateway.post("/v1/chat/completions", &chat()).status, 200);
    gateway.signal("TERM");
    assert_eq!(gateway.ended(Duration::from_secs(15)).code(), Some(0), "{}", gateway.output());
}

#[test]
fn a_second_signal_does_not_wait() {
    let upstream = Upstream::always(Reply::silence());
    let mut gateway = Gateway::start(&Config::new().model("m", "openai/gpt-4o", &upstream));
    let address = gateway.address();
    let waiting =
        std::thread::spawn(move || send(address, &Request::post("/v1/chat/completions", &chat()).bearer(MASTER_KEY)));
    eventually("the vendor is asked", Duration::from_secs(5), || (!upstream.requests().is_empty()).then_some(()));
    gateway.signal("TERM");
    eventually("not ready any more", Duration::from_secs(1), || (ready(&gateway) == 503).then_some(()));
    gateway.signal("INT");
    let ended = gateway.ended(Duration::from_secs(4));
    assert_eq!(ended.code(), Some(0), "{}", gateway.output());
    assert!(waiting.join().expect("the client ends").is_err(), "its call was given up");
}

fn ready(gateway: &Gateway) -> u16 {
    gateway.send(&Request::get("/health/readiness")).status
}

fn chat() -> Value {
    json!({"model": "m", "stream": true, "messages": [{"role": "user", "content": "count to three"}]})
}

fn text(events: &[String]) -> String {
    let chunks = events.iter().filter_map(|event| serde_json::from_str::<Value>(event.strip_prefix("data: ")?).ok());
    chunks.map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().unwrap_or_default().to_owned()).collect()
}

//! Signs of life in streams that say nothing for a while, through the real binary. The vendor goes on only when the
//! client has seen one.

use serde_json::{Value, json};
use tianji_testkit::{Config, Gate, Gateway, Open, Reply, Request, Upstream, vendor};

/// A vendor that falls silent after so many events, until the gate is open.
fn silent(events: &[String], after: usize, gate: &Gate) -> Upstream {
    let (first, rest) = events.split_at(after);
    Upstream::always(Reply::events(first).then_hold(gate).then_events(rest))
}

fn request(path: &str, key: &str) -> Request {
    let body = json!({"model": "m", "stream": true, "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]});
    Request::post(path, &body).bearer(key)
}

/// Reads to the first sign of life, lets the vendor go on, reads the rest; all events but the signs.
fn with_one_ping(open: &mut Open, ping: &str, gate: &Gate) -> Vec<String> {
    let mut events = Vec::new();
    loop {
        let event = open.event().expect("a stream").expect("a sign of life before the end");
        if event == ping {
            break;
        }
        events.push(event);
    }
    gate.open();
    let rest = open.events().expect("a proper end");
    assert_ne!(rest.last().map(String::as_str), Some(ping), "nothing follows the end");
    events.extend(rest.into_iter().filter(|event| event != ping));
    events
}

#[test]
fn a_caller_asks_for_them() {
    let words = vendor::openai::words(&["one ", "two"]);
    let in_body = json!({
        "model": "m", "stream": true, "keepalive_seconds": 1, "messages": [{"role": "user", "content": "Hi"}],
    });
    for in_header in [true, false] {
        let gate = Gate::new();
        let upstream = silent(&words, 2, &gate);
        let gateway = Gateway::start(&Config::new().model("m", "openai/gpt-4o", &upstream));
        let key = gateway.key(&json!({}));
        let request = match in_header {
            true => request("/v1/chat/completions", &key).header("x-litellm-keepalive-seconds", "1"),
            false => Request::post("/v1/chat/completions", &in_body).bearer(&key),
        };
        let events = with_one_ping(&mut gateway.open(&request), ": ping", &gate);
        assert_eq!(events.last().map(String::as_str), Some("data: [DONE]"), "{events:#?}");
        assert_eq!(events.len(), words.len() - 1, "all of the vendor's but the usage: {events:#?}");
        assert_eq!(upstream.requests()[0].json().get("keepalive_seconds"), None);
        assert_eq!(gateway.only_row(&key)["metadata"]["outcome"], "success");
    }
}

#[test]
fn anthropics_clients_get_an_event_as_the_operator_says() {
    let (gate, words) = (Gate::new(), vendor::anthropic::words(&["one ", "two"]));
    let upstream = silent(&words, 4, &gate);
    let config = Config::new()
        .model("m", "anthropic/claude-sonnet-4-5", &upstream)
        .set("litellm_settings", "sse_keepalive_ping_interval_seconds", json!(3600))
        .set("litellm_settings", "anthropic_sse_ping_interval_seconds", json!(1));
    let gateway = Gateway::start(&config);
    let key = gateway.key(&json!({}));
    let ping = "event: ping\ndata: {\"type\": \"ping\"}";
    let events = with_one_ping(&mut gateway.open(&request("/v1/messages", &key)), ping, &gate);
    let theirs = words.iter().filter(|event| !event.contains("ping")).count();
    let ours = events.iter().filter(|event| !event.contains("ping")).count();
    assert_eq!(ours, theirs, "{events:#?}");
    assert!(events.last().is_some_and(|event| event.starts_with("event: message_stop")), "{events:#?}");
}

/// Google's SDK takes any line that is not empty for JSON, so an empty one it is; in an array it is white space.
#[test]
fn geminis_clients_get_empty_lines() {
    for query in ["?alt=sse", ""] {
        let gate = Gate::new();
        let upstream = silent(&vendor::openai::words(&["one ", "two"]), 2, &gate);
        let config = Config::new().model("m", "openai/gpt-4o", &upstream);
        let gateway = Gateway::start(&config.set("litellm_settings", "sse_keepalive_ping_interval_seconds", json!(1)));
        let key = gateway.key(&json!({}));
        let body = json!({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]});
        let path = format!("/v1beta/models/m:streamGenerateContent{query}");
        let mut open = gateway.open(&Request::post(&path, &body).bearer(&key));
        let mut seen = Vec::new();
        loop {
            let piece = open.piece().expect("a stream").expect("a sign of life before the end");
            if piece == b"\n" {
                break;
            }
            seen.extend(piece);
        }
        gate.open();
        seen.extend(open.finish().expect("a proper end").body);
        let text = String::from_utf8_lossy(&seen);
        if query.is_empty() {
            let array: Vec<Value> = serde_json::from_slice(&seen).unwrap_or_default();
            assert!(array.len() > 1, "one array: {text}");
        }
        assert!(text.contains("one ") && text.contains("two") && text.contains("STOP"), "{text}");
    }
}

#[test]
fn a_wrong_interval_is_refused() {
    let upstream = Upstream::always(Reply::json(200, &vendor::openai::text("Hi")));
    let gateway = Gateway::start(&Config::new().model("m", "openai/gpt-4o", &upstream));
    let key = gateway.key(&json!({}));
    let wrong = request("/v1/chat/completions", &key).header("x-litellm-keepalive-seconds", "soon");
    let answer = gateway.send(&wrong);
    assert_eq!((answer.status, upstream.requests().len()), (400, 0), "{}", answer.text());
    assert!(answer.text().contains("keepalive-seconds"), "{}", answer.text());
}

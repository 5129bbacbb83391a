//! The ledger after SIGKILL: whatever a vendor was asked for is written down exactly once, and what a client got whole
//! is written down as a success.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;
use tianji_testkit::{Config, Gateway, Request, Upstream, eventually, open, pause, vendor};

#[test]
fn every_call_is_written_down_once() {
    let upstream = Upstream::start(|_, request| {
        let reply = vendor::openai::chat(&request.json(), "one two three four five");
        reply.slowly(Duration::from_millis(2))
    });
    let mut gateway = Gateway::start(&Config::new().model("m", "openai/gpt-4o", &upstream));
    let mut keys = Vec::new();
    let mut delivered = BTreeSet::new();
    // The kills fall before the first shipment, into it and between two of them.
    for (round, calls_before_kill) in [30, 120, 60].into_iter().enumerate() {
        let users: Vec<_> = (0..CLIENTS).map(|client| (gateway.key(&json!({})), format!("{round}-{client}"))).collect();
        let before = upstream.completed().len();
        let clients: Vec<_> = users
            .iter()
            .map(|(key, name)| {
                let (address, key, name) = (gateway.address(), key.clone(), name.clone());
                thread::spawn(move || call_until_it_breaks(address, &key, &name))
            })
            .collect();
        eventually("load", Duration::from_secs(60), || {
            (upstream.completed().len() >= before + calls_before_kill).then_some(())
        });
        gateway.kill();
        for client in clients {
            delivered.extend(client.join().expect("a client ends"));
        }
        keys.extend(users.into_iter().map(|(key, _)| key));
        gateway = killed_while_starting(gateway);
    }
    // Written down is known by the vendor's side: the gateway cannot have forgotten what it was asked there.
    let asked: BTreeSet<_> = upstream.requests().iter().map(|request| user(&request.json())).collect();
    assert_eq!(asked.len(), upstream.requests().len(), "without retries each call is asked for once");
    let completed: BTreeSet<_> = upstream.completed().iter().map(|request| user(&request.json())).collect();
    assert!(delivered.is_subset(&completed), "a client cannot have more than the vendor gave");
    assert!(
        delivered.len() >= 50 && delivered.len() < asked.len(),
        "the kills met calls: {} of {}",
        delivered.len(),
        asked.len()
    );

    let rows = eventually("all calls are in the ledger", Duration::from_secs(30), || {
        let rows: BTreeMap<_, _> = keys.iter().map(|key| (key.clone(), gateway.rows(key))).collect();
        let known: BTreeSet<_> =
            rows.values().flatten().map(|row| row["end_user"].as_str().unwrap_or_default().to_owned()).collect();
        asked.is_subset(&known).then_some(rows)
    });
    let mut once = BTreeMap::new();
    for row in rows.values().flatten() {
        let user = row["end_user"].as_str().expect("a row knows its end user").to_owned();
        let double = once.insert(user.clone(), row["metadata"]["outcome"].clone());
        assert!(double.is_none(), "{user} is there twice");
    }
    for user in &delivered {
        assert_eq!(once[user], "success", "{user} was delivered");
    }
    for key in &keys {
        assert_spend_is_the_sum(&gateway, key, &rows[key]);
    }
}

/// Kills the restarted gateway again and again, at other moments of its start, before it may live.
fn killed_while_starting(mut gateway: Gateway) -> Gateway {
    for moment in [0, 20, 60, 150] {
        gateway = gateway.restart_at_once();
        pause(Duration::from_millis(moment));
        gateway.kill();
    }
    gateway.restart()
}

/// Calls, whole and streamed in turn, until the gateway is gone; returns which were delivered whole.
fn call_until_it_breaks(address: SocketAddr, key: &str, name: &str) -> Vec<String> {
    let mut delivered = Vec::new();
    for number in 0..MOST_CALLS {
        let user = format!("{name}-{number}");
        let streamed = number % 2 == 1;
        let body = json!({
            "model": "m", "stream": streamed, "user": user, "messages": [{"role": "user", "content": "count"}],
        });
        let reply =
            open(address, &Request::post("/v1/chat/completions", &body).bearer(key)).and_then(|open| open.finish());
        let Ok(answer) = reply else { return delivered };
        assert_eq!(answer.status, 200, "{}", answer.text());
        if streamed {
            assert!(answer.text().trim_end().ends_with(vendor::openai::DONE), "{}", answer.text());
        }
        delivered.push(user);
    }
    delivered
}

fn user(request: &Value) -> String {
    request["user"].as_str().expect("a request names its user").to_owned()
}

fn assert_spend_is_the_sum(gateway: &Gateway, key: &str, rows: &[Value]) {
    let nanos = |value: &Value| (value.as_f64().expect("an amount") * 1e9).round();
    let sum: f64 = rows.iter().map(|row| nanos(&row["spend"])).sum();
    let shown = gateway.read(&format!("/key/info?key={key}")).json();
    assert!((nanos(&shown["info"]["spend"]) - sum).abs() < 0.5, "{shown:#} is not the sum {sum}");
}

const CLIENTS: usize = 4;
/// The ledger shows the last 100 calls of a key.
const MOST_CALLS: usize = 90;

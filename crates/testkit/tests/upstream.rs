//! The kit tells the truth: what the upstream says about an answer is what its caller saw.

use serde_json::json;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tianji_testkit::{Gate, Outcome, Reply, Request, Upstream, eventually, open, send};

#[test]
fn a_whole_reply() {
    let upstream = Upstream::always(Reply::json(418, &json!({"tea": true})).header("x-pot", "green"));
    let answer = send(address(&upstream), &Request::post("/brew?now", &json!({"cups": 2})).bearer("k")).unwrap();
    assert_eq!((answer.status, answer.header("x-pot"), answer.json()), (418, "green", json!({"tea": true})));
    assert_eq!(upstream.outcome(0, SOON).0, Outcome::Completed);
    let request = upstream.completed().remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/brew?now"));
    assert_eq!(request.headers.get("Authorization"), Some("Bearer k"));
    assert_eq!(request.json(), json!({"cups": 2}));
}

#[test]
fn a_script_goes_on_with_its_last_reply() {
    let upstream = Upstream::scripted([500, 200].map(|status| Reply::json(status, &json!({}))));
    let statuses = [0; 3].map(|_| send(address(&upstream), &Request::get("/")).unwrap().status);
    assert_eq!(statuses, [500, 200, 200]);
}

#[test]
fn events_come_one_by_one() {
    let gate = Gate::new();
    let upstream = Upstream::always(Reply::events(["data: 1", "data: 2"]).then_hold(&gate).then_events(["data: 3"]));
    let mut reply = open(address(&upstream), &Request::get("/")).unwrap();
    assert_eq!(reply.headers.get("content-type"), Some("text/event-stream"));
    assert_eq!(reply.event().unwrap().as_deref(), Some("data: 1"));
    assert_eq!(reply.event().unwrap().as_deref(), Some("data: 2"));
    assert_eq!(upstream.exchanges()[0].outcome, Outcome::Pending);
    gate.open();
    assert_eq!(reply.events().unwrap(), ["data: 3"]);
    assert_eq!(upstream.outcome(0, SOON).0, Outcome::Completed);
}

#[test]
fn a_cut_is_no_end() {
    for reply in [Reply::events(["data: 1"]).then_cut(), Reply::json(200, &json!({"half": 1})).then_cut()] {
        let upstream = Upstream::always(reply);
        let error = open(address(&upstream), &Request::get("/")).unwrap().finish().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(upstream.outcome(0, SOON).0, Outcome::Cut);
    }
}

#[test]
fn a_caller_that_leaves_is_noticed() {
    let upstream = Upstream::always(Reply::events(["data: 1"]).then_hold(&Gate::new()));
    let mut reply = open(address(&upstream), &Request::get("/")).unwrap();
    assert_eq!(reply.event().unwrap().as_deref(), Some("data: 1"));
    drop(reply);
    assert_eq!(upstream.outcome(0, SOON).0, Outcome::HungUp);
    assert!(upstream.completed().is_empty());
}

#[test]
fn silence_lasts_until_the_upstream_goes() {
    let upstream = Upstream::always(Reply::silence());
    let address = address(&upstream);
    let waiting = std::thread::spawn(move || send(address, &Request::get("/")));
    eventually("the request", SOON, || (!upstream.requests().is_empty()).then_some(()));
    assert!(!waiting.is_finished());
    drop(upstream);
    assert!(waiting.join().unwrap().is_err());
}

fn address(upstream: &Upstream) -> SocketAddr {
    upstream
        .url()
        .strip_prefix("http://")
        .and_then(|address| address.parse().ok())
        .unwrap_or(([127, 0, 0, 1], 1).into())
}

const SOON: Duration = Duration::from_secs(5);

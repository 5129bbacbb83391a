//! Replicate: addresses of all forms of model names, and the way from a prediction to its output.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{Error, Exchange, Kind, Losses, Reply, Secret, Step, WireRequest};
use tianji_providers::{Catalogue, Connection, ConnectionParams, Followed, Following, Operation, Provider, Taken};
use tianji_wire::RawObject;

const STREAM: Operation = Operation::Chat { stream: true };

fn replicate() -> Arc<Provider> {
    Arc::clone(Catalogue::embedded().unwrap().get("replicate").unwrap())
}

fn connection(base: Option<&str>) -> Connection {
    let key = Secret::new("r8_x");
    let params = ConnectionParams { api_key: Some(&key), api_base: base, ..ConnectionParams::default() };
    Connection::new(&replicate(), &params, &|_| None).unwrap()
}

#[test]
fn names_say_what_is_asked() {
    for (model, path, version) in [
        ("meta/meta-llama-3-70b-instruct", "/v1/models/meta/meta-llama-3-70b-instruct/predictions", None),
        ("deployments/acme/mine", "/v1/deployments/acme/mine/predictions", None),
        ("meta/llama-2-70b-chat:2796ee94", "/v1/predictions", Some("2796ee94")),
        ("2796ee94", "/v1/predictions", Some("2796ee94")),
        ("a?/b c", "/v1/models/a%3F/b%20c/predictions", None),
    ] {
        let outgoing = replicate().outgoing(&connection(None), STREAM, model).unwrap();
        assert_eq!((outgoing.uri.host(), outgoing.uri.path()), (Some("api.replicate.com"), path));
        assert_eq!(outgoing.headers.get("authorization").unwrap(), "Token r8_x");
        let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
        let target = Target {
            provider: "replicate",
            model,
            capabilities: &capabilities,
            allowed_params: &[],
            budgets: &budgets,
            modify_params: false,
        };
        let mut body = RawObject::parse(Bytes::from_static(br#"{"input":{}}"#)).unwrap();
        replicate().edit_chat(&mut body, &target, &mut Losses::default()).unwrap();
        assert_eq!(body.str("version").as_deref(), version, "{model}");
    }
    for astray in ["a/../b", "../x", "a//b", "/a"] {
        assert!(replicate().outgoing(&connection(None), STREAM, astray).is_err(), "{astray}");
    }
}

fn prediction(status: &str, urls: &Value) -> Reply {
    let body = json!({ "id": "gm3q/x", "status": status, "output": null, "urls": urls }).to_string();
    Reply { status: StatusCode::CREATED, headers: HeaderMap::new(), body: body.into() }
}

fn begin(base: Option<&str>, stream: bool, first: Reply) -> Box<dyn Exchange<Output = Followed>> {
    follow(base, stream, first).exchange
}

fn follow(base: Option<&str>, stream: bool, first: Reply) -> Following {
    let connection = connection(base);
    let mut headers = replicate().outgoing(&connection, STREAM, "a/b").unwrap().headers;
    headers.insert("host", "api.replicate.com".parse().unwrap());
    (replicate().follow().unwrap())(Taken { connection: &connection, headers: &headers, stream, reply: first })
}

fn waited(step: Step<Followed>) -> (Duration, WireRequest) {
    match step {
        Step::Wait(time, request) => (time, request),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_prediction_is_asked_for_until_it_has_ended() {
    let urls = json!({ "get": "https://api.replicate.com/v1/predictions/gm3q" });
    for status in ["succeeded", "failed", "canceled", "aborted"] {
        let mut exchange = begin(None, false, prediction("starting", &urls));
        let (first, request) = waited(exchange.next(None));
        assert_eq!(
            (request.method.as_str(), request.uri.to_string().as_str()),
            ("GET", "https://api.replicate.com/v1/predictions/gm3q")
        );
        assert_eq!(request.headers.get("authorization").unwrap(), "Token r8_x");
        assert!(request.headers.get("content-type").is_none() && request.headers.get("host").is_none());
        let mut last = first;
        for _ in 0..20 {
            let (time, _) = waited(exchange.next(Some(prediction("processing", &urls))));
            assert!(time >= last && time <= Duration::from_secs(1));
            last = time;
        }
        assert_eq!(last, Duration::from_secs(1));
        let Step::Done(Followed::Whole(body)) = exchange.next(Some(prediction(status, &urls))) else {
            panic!("{status}")
        };
        assert!(body.starts_with(b"{"));
    }
    // one that ended at once is not asked for
    let mut exchange = begin(None, true, prediction("succeeded", &urls));
    assert!(matches!(exchange.next(None), Step::Done(Followed::Whole(_))));
}

#[test]
fn the_key_goes_to_the_vendor_only() {
    for (base, get, asked) in [
        (None, "https://evil.example/v1/predictions/gm3q", "https://api.replicate.com/v1/predictions/gm3q%2Fx"),
        (None, "http://api.replicate.com/v1/predictions/gm3q", "https://api.replicate.com/v1/predictions/gm3q%2Fx"),
        (
            Some("http://127.0.0.1:1/c"),
            "https://api.replicate.com/v1/predictions/gm3q",
            "http://127.0.0.1:1/c/predictions/gm3q%2Fx",
        ),
        (Some("http://127.0.0.1:1/c"), "http://127.0.0.1:1/c/predictions/y", "http://127.0.0.1:1/c/predictions/y"),
    ] {
        let mut exchange = begin(base, false, prediction("starting", &json!({ "get": get })));
        assert_eq!(waited(exchange.next(None)).1.uri.to_string(), asked);
    }
    for (stream, opened) in [
        ("https://stream.replicate.com/v1/files/x", true),
        ("https://streaming.api.replicate.com/v1/x", true),
        ("https://replicate.com.evil.example/x", false),
        ("http://stream.replicate.com/x", false),
    ] {
        let mut exchange = begin(None, true, prediction("starting", &json!({ "stream": stream })));
        match exchange.next(None) {
            Step::Done(Followed::Stream(request)) => {
                assert!(opened, "{stream}");
                assert_eq!(request.headers.get("accept").unwrap(), "text/event-stream");
                assert_eq!(request.uri.to_string(), stream);
            }
            Step::Wait(..) => assert!(!opened, "{stream}"),
            other => panic!("{other:?}"),
        }
    }
    // who wants no stream gets none
    let urls = json!({ "stream": "https://stream.replicate.com/v1/files/x" });
    waited(begin(None, false, prediction("starting", &urls)).next(None));
}

#[test]
fn a_lost_question_is_asked_again() {
    let lost = || Error::provider(Kind::Connection, "lost");
    let mut exchange = begin(None, false, prediction("starting", &json!({})));
    waited(exchange.next(None));
    for _ in 0..3 {
        waited(exchange.failed(lost()));
    }
    waited(exchange.next(Some(prediction("processing", &json!({})))));
    for _ in 0..3 {
        waited(exchange.failed(lost()));
    }
    assert!(matches!(exchange.failed(lost()), Step::Fail(error) if error.message == "lost"));
}

#[test]
fn a_prediction_can_be_given_up_until_it_has_ended() {
    let cancel = "https://api.replicate.com/v1/predictions/gm3q/cancel";
    for (status, named, asked) in [
        ("starting", cancel, Some(cancel)),
        ("processing", "https://evil.example/cancel", Some("https://api.replicate.com/v1/predictions/gm3q%2Fx/cancel")),
        ("succeeded", cancel, None),
    ] {
        let request = follow(None, false, prediction(status, &json!({ "cancel": named }))).cancel;
        let told = request.as_ref().map(|request| (request.method.as_str(), request.uri.to_string()));
        assert_eq!(told, asked.map(|url| ("POST", url.to_owned())), "{status}");
    }
}

#[test]
fn what_is_no_prediction_fails() {
    for body in ["[]", "{}", "<html>"] {
        let reply = Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: body.into() };
        let Step::Fail(error) = begin(None, false, reply).next(None) else { panic!("{body}") };
        assert_eq!(error.kind, Kind::MalformedReply);
    }
}

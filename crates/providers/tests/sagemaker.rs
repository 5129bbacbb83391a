//! SageMaker: addresses, headers and signatures of its three names.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::Bytes;
use http::Method;
use std::sync::Arc;
use tianji_core::{Credential, DialectId, Micros, Secret};
use tianji_providers::{Catalogue, Connection, ConnectionParams, Operation, Provider, Unsigned};
use tianji_sign::sigv4::Authorization;

const NAMES: [&str; 3] = ["sagemaker", "sagemaker_chat", "sagemaker_nova"];
const CHAT: Operation = Operation::Chat { stream: false };
const STREAM: Operation = Operation::Chat { stream: true };

fn provider(name: &str) -> Arc<Provider> {
    Arc::clone(Catalogue::embedded().unwrap().get(name).unwrap())
}

#[test]
fn addresses() {
    let host = "https://runtime.sagemaker";
    for (base, region, operation, uri) in [
        (None, None, CHAT, format!("{host}.us-west-2.amazonaws.com/endpoints/my%2Fep/invocations")),
        (
            None,
            Some("eu-west-1"),
            STREAM,
            format!("{host}.eu-west-1.amazonaws.com/endpoints/my%2Fep/invocations-response-stream"),
        ),
        (None, Some("cn-north-1"), CHAT, format!("{host}.cn-north-1.amazonaws.com.cn/endpoints/my%2Fep/invocations")),
        (Some("https://x.com/"), None, CHAT, "https://x.com/endpoints/my%2Fep/invocations".to_owned()),
        // an address of the endpoint itself, with either verb
        (
            Some("https://x.com/endpoints/a/invocations"),
            None,
            STREAM,
            "https://x.com/endpoints/a/invocations-response-stream".to_owned(),
        ),
        (
            Some("https://x.com/endpoints/a/invocations-response-stream"),
            None,
            CHAT,
            "https://x.com/endpoints/a/invocations".to_owned(),
        ),
    ] {
        for name in NAMES {
            let params = ConnectionParams { api_base: base, region, ..ConnectionParams::default() };
            let connection = Connection::new(&provider(name), &params, &|_| None).unwrap();
            assert_eq!(provider(name).outgoing(&connection, operation, "my/ep").unwrap().uri.to_string(), uri);
        }
    }
}

#[test]
fn a_region_that_is_none_makes_no_host() {
    for region in ["evil.example/", "us-east-1.evil", "a@b"] {
        let params = ConnectionParams { region: Some(region), ..ConnectionParams::default() };
        let connection = Connection::new(&provider("sagemaker"), &params, &|_| None).unwrap();
        assert!(provider("sagemaker").outgoing(&connection, CHAT, "m").is_err(), "{region}");
    }
}

#[test]
fn a_component_is_named_by_a_header() {
    let params = ConnectionParams { model_id: Some("part-1"), ..ConnectionParams::default() };
    let connection = Connection::new(&provider("sagemaker_chat"), &params, &|_| None).unwrap();
    let outgoing = provider("sagemaker_chat").outgoing(&connection, STREAM, "m").unwrap();
    assert_eq!(outgoing.headers.get("x-amzn-sagemaker-inference-component").unwrap(), "part-1");
    assert_eq!(outgoing.headers.get("accept").unwrap(), "application/vnd.amazon.eventstream");
    let broken = ConnectionParams { model_id: Some("a\nb"), ..params };
    let connection = Connection::new(&provider("sagemaker"), &broken, &|_| None).unwrap();
    assert!(provider("sagemaker").outgoing(&connection, CHAT, "m").is_err());
}

#[test]
fn requests_are_signed_for_where_they_go() {
    let keys =
        Credential::Aws { access_key_id: "A".to_owned(), secret_access_key: Secret::new("s"), session_token: None };
    for (base, region, wanted) in [
        (None, Some("eu-west-1"), "eu-west-1"),
        (Some("https://runtime.sagemaker.ap-south-1.amazonaws.com"), Some("eu-west-1"), "ap-south-1"),
        (Some("https://proxy.example.com"), Some("eu-west-1"), "eu-west-1"),
        (Some("https://proxy.example.com"), None, "us-west-2"),
    ] {
        let provider = provider("sagemaker_chat");
        let params = ConnectionParams { api_base: base, region, ..ConnectionParams::default() };
        let connection = Connection::new(&provider, &params, &|_| None).unwrap();
        let outgoing = provider.outgoing(&connection, CHAT, "m").unwrap();
        let mut headers = outgoing.headers;
        let (body, now) = ([Bytes::from_static(b"{}")], Micros(1_440_938_160_000_000));
        let request = Unsigned { method: &Method::POST, uri: &outgoing.uri, headers: &mut headers, body: &body, now };
        provider.sign(&connection, &keys, request).unwrap();
        let read = Authorization::parse(headers.get("authorization").unwrap().to_str().unwrap()).unwrap();
        assert_eq!((read.scope.region, read.scope.service), (wanted, "sagemaker"));
    }
}

#[test]
fn dialects() {
    for (name, dialect) in [
        ("sagemaker", DialectId::TextGeneration),
        ("sagemaker_chat", DialectId::OpenAiChat),
        ("sagemaker_nova", DialectId::OpenAiChat),
    ] {
        let ways = provider(name).ways("m");
        assert_eq!(ways.iter().map(|way| way.dialect).collect::<Vec<_>>(), [dialect], "{name}");
    }
}

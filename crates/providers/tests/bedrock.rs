//! Bedrock: addresses of all forms of model names, signatures, ways.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::Bytes;
use http::{HeaderMap, Method};
use std::sync::Arc;
use tianji_core::{Credential, DialectId, Micros, Secret};
use tianji_providers::{Catalogue, Connection, ConnectionParams, EndpointKind, Operation, Provider, Unsigned, Way};
use tianji_sign::sigv4::Authorization;

fn bedrock() -> Arc<Provider> {
    Arc::clone(Catalogue::embedded().unwrap().get("bedrock").unwrap())
}

fn connection(params: &ConnectionParams<'_>) -> Connection {
    Connection::new(&bedrock(), params, &|_| None).unwrap()
}

const CHAT: Operation = Operation::Chat { stream: false };
const STREAM: Operation = Operation::Chat { stream: true };
const INVOKE: Operation = Operation::Messages { stream: false };
const INVOKE_STREAM: Operation = Operation::Messages { stream: true };

#[test]
fn addresses() {
    let profile = "arn:aws:bedrock:eu-west-3:1:application-inference-profile/a1b2";
    let encoded = "arn%3Aaws%3Abedrock%3Aeu-west-3%3A1%3Aapplication-inference-profile%2Fa1b2";
    let host = |region: &str| format!("https://bedrock-runtime.{region}.amazonaws.com/model");
    for (base, region, model, operation, uri) in [
        (None, None, "a.b-v1:0", CHAT, format!("{}/a.b-v1%3A0/converse", host("us-west-2"))),
        (None, Some("eu-central-1"), "us.a.b", STREAM, format!("{}/us.a.b/converse-stream", host("eu-central-1"))),
        (None, Some("eu-central-1"), "us-east-1/a.b", CHAT, format!("{}/a.b/converse", host("us-east-1"))),
        (None, Some("eu-central-1"), profile, CHAT, format!("{}/{encoded}/converse", host("eu-west-3"))),
        (None, None, "invoke/anthropic.claude-v2", INVOKE, format!("{}/anthropic.claude-v2/invoke", host("us-west-2"))),
        (None, None, "a.b", INVOKE_STREAM, format!("{}/a.b/invoke-with-response-stream", host("us-west-2"))),
        (Some("https://x.com/y/"), None, "a.b", CHAT, "https://x.com/y/model/a.b/converse".to_owned()),
        (
            None,
            Some("cn-north-1"),
            "a.b",
            CHAT,
            "https://bedrock-runtime.cn-north-1.amazonaws.com.cn/model/a.b/converse".to_owned(),
        ),
    ] {
        let connection = connection(&ConnectionParams { api_base: base, region, ..ConnectionParams::default() });
        let outgoing = bedrock().outgoing(&connection, operation, model).unwrap();
        assert_eq!(outgoing.uri.to_string(), uri);
    }
    assert!(bedrock().outgoing(&connection(&ConnectionParams::default()), CHAT, "agent/A/B").is_err());
}

#[test]
fn tokens_are_counted_for_the_foundation_model() {
    let connection = connection(&ConnectionParams::default());
    let arn = "arn:aws:bedrock:eu-west-3:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
    for (model, counted) in [
        ("anthropic.claude-3-haiku-20240307-v1:0", Some("anthropic.claude-3-haiku-20240307-v1%3A0")),
        ("us.anthropic.claude-opus-4-6-v1", Some("anthropic.claude-opus-4-6-v1")),
        ("invoke/us-east-1/global.anthropic.claude-opus-4-6-v1", Some("anthropic.claude-opus-4-6-v1")),
        (arn, Some("anthropic.claude-sonnet-4-5-20250929-v1%3A0")),
        ("arn:aws:bedrock:eu-west-3:1:application-inference-profile/a1b2", None),
        ("amazon.nova-lite-v1:0", None),
    ] {
        let outgoing = bedrock().outgoing(&connection, Operation::CountTokens, model);
        let path = outgoing.ok().map(|outgoing| outgoing.uri.path().to_owned());
        assert_eq!(path, counted.map(|id| format!("/model/{id}/count-tokens")), "{model}");
    }
}

#[test]
fn the_environment_says_where() {
    let env = |name: &str| (name == "AWS_REGION").then(|| "ap-south-1".to_owned());
    let connection = Connection::new(&bedrock(), &ConnectionParams::default(), &env).unwrap();
    let outgoing = bedrock().outgoing(&connection, CHAT, "a.b").unwrap();
    assert_eq!(outgoing.uri.host(), Some("bedrock-runtime.ap-south-1.amazonaws.com"));
}

#[test]
fn a_region_that_is_none_makes_no_host() {
    for region in ["evil.example/", "us-east-1.evil", "US-EAST-1", "us_east_1"] {
        let connection = connection(&ConnectionParams { region: Some(region), ..ConnectionParams::default() });
        assert!(bedrock().outgoing(&connection, CHAT, "a.b").is_err(), "{region}");
    }
}

#[test]
fn an_api_key_is_a_bearer_token() {
    let key = Secret::new("bedrock-api-key-x");
    let connection = connection(&ConnectionParams { api_key: Some(&key), ..ConnectionParams::default() });
    let outgoing = bedrock().outgoing(&connection, CHAT, "a.b").unwrap();
    assert_eq!(outgoing.headers.get("authorization").unwrap(), "Bearer bedrock-api-key-x");
    assert!(connection.missing_key.is_none());
}

fn signed(connection: &Connection, credential: &Credential, model: &str) -> (HeaderMap, Option<String>) {
    let outgoing = bedrock().outgoing(connection, CHAT, model).unwrap();
    let (mut headers, mut uri) = (outgoing.headers, outgoing.uri);
    let body = [Bytes::from_static(b"{\"messages\":"), Bytes::from_static(b"[]}")];
    let now = Micros(1_440_938_160_000_000);
    let (method, uri) = (&Method::POST, &mut uri);
    let request = Unsigned { method, uri, headers: &mut headers, body: &body, now };
    bedrock().sign(connection, credential, request).unwrap();
    let value = headers.get("authorization").unwrap().to_str().unwrap().to_owned();
    let region = Authorization::parse(&value).map(|read| read.scope.region.to_owned());
    (headers, region)
}

/// The signature is what `botocore` 1.43 makes of the same request.
#[test]
fn aws_keys_sign() {
    let keys = Credential::Aws {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        session_token: Some(Secret::new("token")),
    };
    let here = connection(&ConnectionParams { region: Some("us-east-1"), ..ConnectionParams::default() });
    let (headers, region) = signed(&here, &keys, "anthropic.claude-v2:1");
    assert_eq!(region.as_deref(), Some("us-east-1"));
    assert_eq!(headers.get("x-amz-date").unwrap(), "20150830T123600Z");
    assert_eq!(headers.get("x-amz-security-token").unwrap(), "token");
    let value = headers.get("authorization").unwrap().to_str().unwrap();
    let read = Authorization::parse(value).unwrap();
    assert_eq!(read.scope.service, "bedrock");
    assert_eq!(read.signature, "427d132e49b0b33b4cbc8c0fec73d904f0bcacd7f9f78caf937b6e6d655692b7");
}

#[test]
fn the_region_of_a_signature_is_where_the_request_goes() {
    let keys =
        Credential::Aws { access_key_id: "A".to_owned(), secret_access_key: Secret::new("s"), session_token: None };
    let profile = "arn:aws:bedrock:eu-west-3:1:inference-profile/eu.a.b";
    for (base, model, region) in [
        (None, "a.b", "us-west-2"),
        (None, "eu-central-1/a.b", "eu-central-1"),
        (Some("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com"), "a.b", "us-gov-west-1"),
        (Some("https://vpce-1.bedrock-runtime.eu-north-1.vpce.amazonaws.com"), "a.b", "eu-north-1"),
        (Some("https://proxy.example.com"), profile, "eu-west-3"),
        (Some("https://proxy.example.com"), "a.b", "us-west-2"),
    ] {
        let here = connection(&ConnectionParams { api_base: base, ..ConnectionParams::default() });
        assert_eq!(signed(&here, &keys, model).1.as_deref(), Some(region), "{base:?} {model}");
    }
}

#[test]
fn tokens_that_are_asked_for_are_sent_as_they_are() {
    let token = Credential::Token(Secret::new("t"));
    let (headers, _) = signed(&connection(&ConnectionParams::default()), &token, "a.b");
    assert_eq!(headers.get("authorization").unwrap(), "Bearer t");
}

#[test]
fn claude_answers_to_two_interfaces() {
    let converse = Way { dialect: DialectId::BedrockConverse, kind: EndpointKind::Chat };
    let messages = Way { dialect: DialectId::AnthropicMessages, kind: EndpointKind::Messages };
    let arn = "invoke/arn:aws:bedrock:eu-west-3:1:application-inference-profile/a1b2";
    for (model, ways) in [
        ("us.anthropic.claude-v2:1", vec![converse, messages]),
        ("converse/us.anthropic.claude-v2:1", vec![converse]),
        ("invoke/us.anthropic.claude-v2:1", vec![messages]),
        (arn, vec![messages]),
        ("amazon.nova-lite-v1:0", vec![converse]),
        ("invoke/amazon.nova-lite-v1:0", Vec::new()),
        ("agent/A/B", Vec::new()),
    ] {
        assert_eq!(bedrock().ways(model), ways, "{model}");
    }
    let ways = bedrock().ways("anthropic.claude-v2");
    assert_eq!(bedrock().way(&ways, DialectId::AnthropicMessages, true), Some(1));
    assert_eq!(bedrock().way(&ways, DialectId::OpenAiChat, true), Some(0));
}

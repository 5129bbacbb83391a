//! Clouds with credentials of their own: addresses, tokens beside keys, signatures.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};
use std::sync::Arc;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{Credential, DialectId, Losses, Micros, Secret};
use tianji_providers::{
    Catalogue, Connection, ConnectionParams, CredentialParams, EndpointKind, Operation, Provider, Unsigned,
};
use tianji_sign::sigv4::Authorization;
use tianji_wire::RawObject;

const CHAT: Operation = Operation::Chat { stream: false };
const STREAM: Operation = Operation::Chat { stream: true };
const RESPONSES: Operation = Operation::Responses { stream: false };
const MESSAGES: Operation = Operation::Messages { stream: true };
const TEXT: Operation = Operation::TextCompletion { stream: true };

/// An entry that says where the provider is.
fn entry() -> ConnectionParams<'static> {
    ConnectionParams { api_base: Some("https://host.example.com"), ..ConnectionParams::default() }
}

fn provider(name: &str) -> Arc<Provider> {
    Arc::clone(Catalogue::embedded().unwrap().get(name).unwrap())
}

fn connection(name: &str, params: &ConnectionParams<'_>) -> Connection {
    Connection::new(&provider(name), params, &|_| None).unwrap()
}

#[test]
fn addresses() {
    let (dedicated, oracle) = ("deployment/5f/0e", "https://inference.generativeai.us-ashburn-1.oci.oraclecloud.com");
    for (name, base, model, operation, uri) in [
        ("watsonx", Some("https://h/ml/v1/text/chat"), "ibm/g", CHAT, "https://h/ml/v1/text/chat?version=2024-03-13"),
        ("watsonx", Some("https://h"), "ibm/g", STREAM, "https://h/ml/v1/text/chat_stream?version=2024-03-13"),
        (
            "watsonx",
            Some("https://h"),
            dedicated,
            CHAT,
            "https://h/ml/v1/deployments/5f%2F0e/text/chat?version=2024-03-13",
        ),
        ("watsonx_text", Some("https://h"), "m", TEXT, "https://h/ml/v1/text/generation_stream?version=2024-03-13"),
        ("sap", Some("https://h/v2"), "gpt-4o", CHAT, "https://h/v2/v2/completion"),
        (
            "sap",
            Some("https://h/v2/inference/deployments/d1/v2/completion"),
            "gpt-4o",
            STREAM,
            "https://h/v2/inference/deployments/d1/v2/completion",
        ),
        ("gigachat", None, "GigaChat", CHAT, "https://gigachat.devices.sberbank.ru/api/v1/chat/completions"),
        ("github_copilot", None, "gpt-4.1", CHAT, "https://api.githubcopilot.com/chat/completions"),
        ("github_copilot", None, "claude-sonnet-4.5", MESSAGES, "https://api.githubcopilot.com/v1/messages"),
        ("bedrock_mantle", None, "qwen.q", CHAT, "https://bedrock-mantle.us-east-1.api.aws/v1/chat/completions"),
        (
            "bedrock_mantle",
            None,
            "openai.gpt-5.5",
            RESPONSES,
            "https://bedrock-mantle.us-east-1.api.aws/openai/v1/responses",
        ),
        ("bedrock_mantle", Some("https://h/v1"), "anthropic.claude-x", MESSAGES, "https://h/anthropic/v1/messages"),
        ("oci", None, "meta.llama", CHAT, &format!("{oracle}/20231130/actions/chat")),
    ] {
        let connected = connection(name, &ConnectionParams { api_base: base, ..entry() });
        let outgoing = provider(name).outgoing(&connected, operation, model).unwrap();
        assert_eq!(outgoing.uri.to_string(), uri, "{name} {model}");
    }
    let evil = ConnectionParams { api_base: None, region: Some("x.evil.example/"), ..entry() };
    for name in ["bedrock_mantle", "oci"] {
        assert!(provider(name).outgoing(&connection(name, &evil), CHAT, "qwen.q").is_err(), "{name}");
    }
}

#[test]
fn ways() {
    use DialectId::{AnthropicMessages, OpenAiChat, OpenAiResponses, OpenAiText};
    for (name, model, dialects) in [
        ("bedrock_mantle", "anthropic.claude-opus-4-8", &[AnthropicMessages][..]),
        ("bedrock_mantle", "openai.gpt-5.5", &[OpenAiResponses]),
        ("bedrock_mantle", "openai.gpt-oss-120b", &[OpenAiChat, OpenAiResponses]),
        ("bedrock_mantle", "qwen.qwen3-32b", &[OpenAiChat]),
        ("github_copilot", "claude-sonnet-4.5", &[OpenAiChat, AnthropicMessages]),
        ("github_copilot", "gpt-5", &[OpenAiChat, OpenAiResponses]),
        ("watsonx_text", "ibm/granite-13b", &[OpenAiText]),
    ] {
        let found: Vec<DialectId> = provider(name).ways(model).iter().map(|way| way.dialect).collect();
        assert_eq!(found, dialects, "{name} {model}");
    }
}

#[test]
fn watsonx_takes_a_token_before_a_key_and_a_zen_key_as_it_is() {
    let (key, token, zen) = (Secret::new("key"), Secret::new("tok-1"), Secret::new("dXNlcjprZXk="));
    let header = |connected: &Connection| {
        let outgoing = provider("watsonx").outgoing(connected, CHAT, "m").unwrap();
        outgoing.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned())
    };
    let keyed = connection("watsonx", &ConnectionParams { api_key: Some(&key), ..entry() });
    assert!(keyed.source.is_some() && keyed.key.is_none(), "the key is for the issuer alone");
    assert_eq!(header(&keyed), None);
    let ready = connection("watsonx", &ConnectionParams { api_key: Some(&key), token: Some(&token), ..entry() });
    assert!(ready.source.is_none() && ready.missing_key.is_none());
    assert_eq!(header(&ready).as_deref(), Some("Bearer tok-1"));
    let credentials = CredentialParams { zen_api_key: Some(&zen), ..CredentialParams::default() };
    let own = connection("watsonx", &ConnectionParams { credentials, ..entry() });
    assert!(own.source.is_none() && own.missing_key.is_none());
    assert_eq!(header(&own).as_deref(), Some("ZenApiKey dXNlcjprZXk="));
    assert!(connection("watsonx", &entry()).missing_key.unwrap().contains("WATSONX_APIKEY"));
    // Tokens are for providers that have them.
    assert!(connection("gigachat", &ConnectionParams { token: Some(&token), ..entry() }).bearer.is_some());
    assert!(connection("groq", &ConnectionParams { token: Some(&token), ..entry() }).bearer.is_none());
}

fn bound(name: &str, connected: &Connection, model: &str, body: &Value) -> Value {
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let target = Target {
        provider: name,
        model,
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    let provider = provider(name);
    let mut raw = RawObject::parse(Bytes::from(body.to_string())).unwrap();
    match provider.ways(model).first().unwrap().kind {
        EndpointKind::TextCompletion => provider.edit_text(&mut raw, &target, &mut Losses::default()).unwrap(),
        _ => provider.edit_chat(&mut raw, &target, &mut Losses::default()).unwrap(),
    }
    provider.bind(&mut raw, connected, &target);
    serde_json::from_slice(&raw.to_bytes()).unwrap()
}

#[test]
fn watsonx_names_who_pays() {
    let body = json!({ "model": "m", "messages": [], "project_id": "clients" });
    for (project, space, model, expected) in [
        (Some("p"), Some("s"), "m", json!({ "messages": [], "model_id": "m", "project_id": "p" })),
        (None, Some("s"), "m", json!({ "messages": [], "model_id": "m", "space_id": "s" })),
        (None, None, "m", json!({ "messages": [], "model_id": "m", "project_id": "clients" })),
    ] {
        let connected = connection("watsonx", &ConnectionParams { project, space, ..entry() });
        assert_eq!(bound("watsonx", &connected, model, &body), expected);
    }
    let body = json!({ "model": "m", "messages": [], "tool_choice": "auto", "stop": "x", "stream": true });
    let told = bound("watsonx", &connection("watsonx", &entry()), "deployment/d", &body);
    assert_eq!(told, json!({ "messages": [], "tool_choice_option": "auto", "stop": ["x"] }));
}

#[test]
fn watsonx_generation() {
    let connected = connection("watsonx_text", &ConnectionParams { project: Some("p"), ..entry() });
    let body = json!({
        "model": "m", "prompt": "Say hi", "max_tokens": 9, "temperature": 0.5, "stop": "x", "seed": 1, "stream": true,
        "repetition_penalty": 1.1, "moderations": {}, "user": "u",
    });
    let parameters = json!({
        "max_new_tokens": 9, "temperature": 0.5, "stop_sequences": ["x"], "random_seed": 1, "repetition_penalty": 1.1,
        "decoding_method": "sample",
    });
    let expected = json!({
        "moderations": {}, "input": "Say hi", "parameters": parameters, "model_id": "m", "project_id": "p",
    });
    assert_eq!(bound("watsonx_text", &connected, "m", &body), expected);
}

#[test]
fn gigachat_calls_one_function_a_message() {
    let call = |id: &str, name: &str| json!({ "id": id, "type": "function", "function": { "name": name, "arguments": "{\"a\":1}" } });
    let body = json!({ "model": "m", "messages": [
        { "role": "user", "content": "Go" },
        { "role": "assistant", "content": null, "tool_calls": [call("call_state_7f", "one"), call("b", "two")] },
        { "role": "tool", "tool_call_id": "call_state_7f", "content": "{\"ok\":true}" },
        { "role": "tool", "tool_call_id": "b", "content": "fine" },
    ] });
    let expected = json!([
        { "role": "user", "content": "Go" },
        {
            "role": "assistant", "content": "", "function_call": { "name": "one", "arguments": { "a": 1 } },
            "functions_state_id": "7f",
        },
        { "role": "function", "name": "one", "content": "{\"ok\":true}" },
        { "role": "assistant", "content": "", "function_call": { "name": "two", "arguments": { "a": 1 } } },
        { "role": "function", "name": "two", "content": "{\"result\":\"fine\"}" },
    ]);
    assert_eq!(bound("gigachat", &connection("gigachat", &entry()), "m", &body)["messages"], expected);
}

fn signed(name: &str, connected: &Connection, credential: &Credential) -> (Uri, HeaderMap) {
    let provider = provider(name);
    let outgoing = provider.outgoing(connected, CHAT, "qwen.q").unwrap();
    let (mut headers, mut uri) = (outgoing.headers, outgoing.uri);
    let body = [Bytes::from_static(b"{\"a\":"), Bytes::from_static(b"1}")];
    let now = Micros(1_440_938_160_000_000);
    let request = Unsigned { method: &Method::POST, uri: &mut uri, headers: &mut headers, body: &body, now };
    provider.sign(connected, credential, request).unwrap();
    (uri, headers)
}

#[test]
fn a_token_moves_a_request_to_where_it_is_good() {
    let token = Secret::new("t");
    for (name, base, place, uri) in [
        (
            "sap",
            Some("https://h/v2"),
            "https://h/v2/inference/deployments/d1",
            "https://h/v2/inference/deployments/d1/v2/completion",
        ),
        (
            "github_copilot",
            None,
            "https://api.business.githubcopilot.com",
            "https://api.business.githubcopilot.com/chat/completions",
        ),
    ] {
        let connected = connection(name, &ConnectionParams { api_base: base, ..entry() });
        let credential = Credential::TokenAt { token: token.clone(), base: place.to_owned() };
        let (found, headers) = signed(name, &connected, &credential);
        assert_eq!(found.to_string(), uri);
        assert_eq!(headers.get("authorization").unwrap(), "Bearer t");
    }
}

#[test]
fn mantle_is_a_service_of_its_own() {
    let keys = Credential::Aws {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: Secret::new("secret"),
        session_token: None,
    };
    for (base, region, expected) in [
        (None, Some("eu-west-1"), "eu-west-1"),
        (Some("https://bedrock-mantle.us-east-2.api.aws/v1"), Some("eu-west-1"), "us-east-2"),
        (Some("https://proxy.example.com"), None, "us-east-1"),
    ] {
        let connected = connection("bedrock_mantle", &ConnectionParams { api_base: base, region, ..entry() });
        let (_, headers) = signed("bedrock_mantle", &connected, &keys);
        let value = headers.get("authorization").unwrap().to_str().unwrap().to_owned();
        let read = Authorization::parse(&value).unwrap();
        assert_eq!((read.scope.region, read.scope.service), (expected, "bedrock-mantle"));
    }
}

/// The signing string is put together by hand, as Oracle's page tells it, and checked with the public key.
#[test]
fn oracle_signs_date_target_host_and_body() {
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der = aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\nOCI_API_KEY",
        BASE64_STANDARD.encode(der.as_ref())
    );
    let credential = Credential::Rsa { key_id: "t/u/f".to_owned(), private_key: Secret::new(pem) };
    let connected = connection("oci", &ConnectionParams { api_base: None, region: Some("us-chicago-1"), ..entry() });
    let (_, headers) = signed("oci", &connected, &credential);
    // SHA-256 of `{"a":1}`.
    let digest = "AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=";
    assert_eq!(headers.get("x-content-sha256").unwrap(), digest);
    let text = format!(
        "date: Sun, 30 Aug 2015 12:36:00 GMT\n(request-target): post /20231130/actions/chat\n\
         host: inference.generativeai.us-chicago-1.oci.oraclecloud.com\ncontent-length: 7\n\
         content-type: application/json\nx-content-sha256: {digest}"
    );
    let value = headers.get("authorization").unwrap();
    assert!(value.is_sensitive());
    let value = value.to_str().unwrap();
    let beginning = "Signature version=\"1\",headers=\"date (request-target) host content-length content-type \
                     x-content-sha256\",keyId=\"t/u/f\",algorithm=\"rsa-sha256\",signature=\"";
    let signature = value.strip_prefix(beginning).unwrap().strip_suffix('"').unwrap();
    let signature = BASE64_STANDARD.decode(signature).unwrap();
    let public = aws_lc_rs::signature::KeyPair::public_key(&pair).as_ref().to_vec();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(text.as_bytes(), &signature).unwrap();
}

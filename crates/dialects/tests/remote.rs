//! Media behind addresses: which dialects take them, and what is sent when the bytes were fetched.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{Capabilities, EffortBudgets, GenerateRequest, Target};
use tianji_core::{DialectId, Losses};
use tianji_dialects::remote::{self, Inline};
use tianji_dialects::{DialectError, dialect};

const WEB: &str = "https://example.com/a.png";
const PLAIN: &str = "http://example.com/a.png";
const NAMELESS: &str = "https://example.com/picture?id=1";
const DOCUMENT: &str = "https://example.com/a.pdf";

fn decoded(client: DialectId, body: &Value) -> GenerateRequest {
    dialect(client).decode_request(&Bytes::from(body.to_string())).unwrap()
}

fn pictures(addresses: &[&str]) -> GenerateRequest {
    let parts: Vec<Value> =
        addresses.iter().map(|url| json!({"type": "image_url", "image_url": {"url": url}})).collect();
    decoded(DialectId::OpenAiChat, &json!({"model": "m", "messages": [{"role": "user", "content": parts}]}))
}

fn document(address: &str) -> GenerateRequest {
    let part = json!({"type": "document", "source": {"type": "url", "url": address}, "title": "Report"});
    let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [part]}]});
    decoded(DialectId::AnthropicMessages, &body)
}

fn encoded(upstream: DialectId, request: &GenerateRequest) -> Result<Value, DialectError> {
    let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
    let target = Target {
        provider: "p",
        model: "m",
        capabilities: &capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    let encoded = dialect(upstream).encode_request(request, &target, &mut Losses::default())?;
    Ok(serde_json::from_slice(&encoded.body).unwrap())
}

fn with_bytes(upstream: DialectId, mut request: GenerateRequest, mime: &str) -> Value {
    let bytes = Inline { mime: mime.into(), data: "QUJD".into() };
    remote::inline(upstream, &mut request, true, &|_| Some(bytes.clone()));
    encoded(upstream, &request).unwrap()
}

const ALL: [DialectId; 8] = [
    DialectId::OpenAiChat,
    DialectId::OpenAiText,
    DialectId::OpenAiResponses,
    DialectId::AnthropicMessages,
    DialectId::Gemini,
    DialectId::BedrockConverse,
    DialectId::CohereChat,
    DialectId::OllamaChat,
];

#[test]
fn each_dialect_says_what_it_does_not_fetch() {
    let pictures = pictures(&[WEB, PLAIN, NAMELESS, WEB, "s3://bucket/a.png", "gs://bucket/a.png"]);
    let file = document(DOCUMENT);
    for upstream in ALL {
        let (images, files): (&[&str], &[&str]) = match upstream {
            DialectId::OpenAiChat => (&[], &[DOCUMENT]),
            DialectId::OpenAiText | DialectId::OpenAiResponses | DialectId::CohereChat => (&[], &[]),
            DialectId::AnthropicMessages => (&[PLAIN], &[]),
            DialectId::Gemini => (&[PLAIN, NAMELESS], &[]),
            DialectId::BedrockConverse => (&[WEB, PLAIN, NAMELESS], &[DOCUMENT]),
            DialectId::OllamaChat => (&[WEB, PLAIN, NAMELESS], &[]),
        };
        assert_eq!(remote::wanted(upstream, &pictures, true), images, "{upstream:?}");
        assert_eq!(remote::wanted(upstream, &file, true), files, "{upstream:?}");
        assert_eq!(remote::wanted(upstream, &pictures, false), [WEB, PLAIN, NAMELESS], "{upstream:?}");
    }
}

#[test]
fn what_is_fetched_is_enough() {
    for upstream in [DialectId::AnthropicMessages, DialectId::Gemini, DialectId::BedrockConverse, DialectId::OllamaChat]
    {
        let request = pictures(&[PLAIN]);
        assert!(!remote::wanted(upstream, &request, true).is_empty());
        let body = with_bytes(upstream, request, "image/png").to_string();
        assert!(body.contains("QUJD") && !body.contains("example.com"), "{upstream:?}: {body}");
    }
    let body = with_bytes(DialectId::OpenAiChat, document(DOCUMENT), "application/pdf");
    let file = body.pointer("/messages/0/content/0/file").unwrap();
    assert_eq!(*file, json!({"filename": "Report", "file_data": "data:application/pdf;base64,QUJD"}));
}

#[test]
fn an_address_may_lead_to_something_else_than_a_picture() {
    for (mime, pointer, part) in [
        ("image/webp", "image", json!({"format": "webp", "source": {"bytes": "QUJD"}})),
        ("video/mp4", "video", json!({"format": "mp4", "source": {"bytes": "QUJD"}})),
        ("audio/mpeg", "audio", json!({"format": "mp3", "source": {"bytes": "QUJD"}})),
        ("application/pdf", "document", json!({"format": "pdf", "name": "Document", "source": {"bytes": "QUJD"}})),
    ] {
        let body = with_bytes(DialectId::BedrockConverse, pictures(&[WEB]), mime);
        let found = body.pointer(&format!("/messages/0/content/0/{pointer}"));
        assert_eq!(found, Some(&part), "{mime}: {body}");
    }
    let body = with_bytes(DialectId::BedrockConverse, document(DOCUMENT), "image/png");
    assert!(body.pointer("/messages/0/content/0/image").is_some(), "{body}");
}

#[test]
fn results_of_tools_are_looked_into() {
    let picture = json!({"type": "image", "source": {"type": "url", "url": WEB}});
    let body = json!({"model": "m", "max_tokens": 9, "messages": [
        {"role": "user", "content": "Look."},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "see", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": [picture]}]},
    ]});
    let request = decoded(DialectId::AnthropicMessages, &body);
    assert_eq!(remote::wanted(DialectId::BedrockConverse, &request, true), [WEB]);
    let body = with_bytes(DialectId::BedrockConverse, request, "image/png").to_string();
    assert!(body.contains("QUJD"), "{body}");
}

#[test]
fn what_was_not_fetched_is_refused_as_before() {
    let mut request = pictures(&[WEB]);
    remote::inline(DialectId::OllamaChat, &mut request, true, &|_| None);
    assert_eq!(request.messages, pictures(&[WEB]).messages);
    assert!(matches!(encoded(DialectId::OllamaChat, &request), Err(DialectError::Content { .. })));
}

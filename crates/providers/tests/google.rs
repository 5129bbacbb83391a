//! Google's two ways to its models: addresses, keys, and edits of bodies.

#![expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]

use bytes::Bytes;
use serde_json::{Value, json};
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{DialectId, Losses, Secret};
use tianji_providers::{Catalogue, Connection, ConnectionError, ConnectionParams, Operation};
use tianji_wire::RawObject;

const CHAT: Operation = Operation::Chat { stream: false };
const STREAM: Operation = Operation::Chat { stream: true };

fn url(provider: &str, params: &ConnectionParams<'_>, operation: Operation, model: &str) -> String {
    let catalogue = Catalogue::embedded().unwrap();
    let provider = catalogue.get(provider).unwrap();
    let connection = Connection::new(provider, params, &|_| None).unwrap();
    provider.outgoing(&connection, operation, model).unwrap().uri.to_string()
}

#[test]
fn ai_studio_names_model_and_method_in_the_path() {
    let own = "https://generativelanguage.googleapis.com/v1beta";
    for (base, operation, model, expected) in [
        (None, CHAT, "gemini-2.5-flash", format!("{own}/models/gemini-2.5-flash:generateContent")),
        (None, STREAM, "gemini-2.5-flash", format!("{own}/models/gemini-2.5-flash:streamGenerateContent?alt=sse")),
        (None, Operation::CountTokens, "gemini-2.5-flash", format!("{own}/models/gemini-2.5-flash:countTokens")),
        (None, CHAT, "models/gemini-2.5-flash", format!("{own}/models/gemini-2.5-flash:generateContent")),
        (None, CHAT, "tunedModels/mine", format!("{own}/tunedModels/mine:generateContent")),
        (Some("https://h/c/x"), CHAT, "m", "https://h/c/x/models/m:generateContent".to_owned()),
        (
            Some("https://h/v1beta/models/m:generateContent"),
            STREAM,
            "m",
            "https://h/v1beta/models/m:streamGenerateContent?alt=sse".to_owned(),
        ),
    ] {
        let params = ConnectionParams { api_base: base, ..ConnectionParams::default() };
        assert_eq!(url("gemini", &params, operation, model), expected);
    }
}

#[test]
fn the_key_goes_in_a_header() {
    let catalogue = Catalogue::embedded().unwrap();
    let provider = catalogue.get("gemini").unwrap();
    let key = Secret::new("k");
    let params = ConnectionParams { api_key: Some(&key), ..ConnectionParams::default() };
    let connection = Connection::new(provider, &params, &|_| None).unwrap();
    let outgoing = provider.outgoing(&connection, STREAM, "gemini-2.5-flash").unwrap();
    assert_eq!(outgoing.headers["x-goog-api-key"], "k");
    assert!(outgoing.headers["x-goog-api-key"].is_sensitive());
    assert_eq!(outgoing.uri.query(), Some("alt=sse"));
}

#[test]
fn vertex_addresses_follow_from_place_and_publisher() {
    let google = "publishers/google/models/gemini-2.5-flash";
    for (region, operation, model, expected) in [
        (Some("europe-west4"), CHAT, "gemini-2.5-flash", format!("https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4/{google}:generateContent")),
        (Some("global"), STREAM, "gemini-2.5-flash", format!("https://aiplatform.googleapis.com/v1/projects/p/locations/global/{google}:streamGenerateContent?alt=sse")),
        (Some("eu"), CHAT, "gemini-2.5-flash", format!("https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/{google}:generateContent")),
        (None, Operation::CountTokens, "gemini-2.5-flash", format!("https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/{google}:countTokens")),
        (None, CHAT, "gemini-3-pro-preview", "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google/models/gemini-3-pro-preview:generateContent".to_owned()),
        (Some("r"), CHAT, "claude-haiku-4-5@20251001", "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/publishers/anthropic/models/claude-haiku-4-5@20251001:rawPredict".to_owned()),
        (Some("r"), STREAM, "claude-haiku-4-5@20251001", "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/publishers/anthropic/models/claude-haiku-4-5@20251001:streamRawPredict".to_owned()),
        (Some("r"), Operation::CountTokens, "claude-haiku-4-5@20251001", "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/publishers/anthropic/models/count-tokens:rawPredict".to_owned()),
        (Some("r"), STREAM, "mistral-small-2503", "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/publishers/mistralai/models/mistral-small-2503:streamRawPredict".to_owned()),
        (Some("r"), CHAT, "jamba-1.5", "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/publishers/ai21/models/jamba-1.5:rawPredict".to_owned()),
        (Some("r"), STREAM, "meta/llama-4-maverick", "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/endpoints/openapi/chat/completions".to_owned()),
        (Some("r"), CHAT, "4965075652664360960", "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/endpoints/4965075652664360960:generateContent".to_owned()),
        (Some("r"), CHAT, "gemini/4965075652664360960", "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/endpoints/4965075652664360960:generateContent".to_owned()),
        (Some("r"), CHAT, "openai/4965075652664360960", "https://r-aiplatform.googleapis.com/v1/projects/p/locations/r/endpoints/4965075652664360960/chat/completions".to_owned()),
    ] {
        let params = ConnectionParams { region, project: Some("p"), ..ConnectionParams::default() };
        assert_eq!(url("vertex_ai", &params, operation, model), expected);
    }
}

#[test]
fn a_body_to_be_counted_names_claude_and_the_version() {
    let catalogue = Catalogue::embedded().unwrap();
    let mut body = RawObject::parse(Bytes::from_static(br#"{"model":"mine","messages":[]}"#)).unwrap();
    catalogue.get("vertex_ai").unwrap().edit_count(&mut body, "claude-haiku-4-5@20251001", &http::HeaderMap::new());
    let body: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
    let expected = json!({
        "model": "claude-haiku-4-5@20251001", "messages": [], "anthropic_version": "vertex-2023-10-16",
    });
    assert_eq!(body, expected);
    let base = "https://h/v1/projects/p/locations/r/publishers/anthropic/models/claude-haiku-4-5";
    let params = ConnectionParams { api_base: Some(base), ..ConnectionParams::default() };
    let counter = "https://h/v1/projects/p/locations/r/publishers/anthropic/models/count-tokens:rawPredict";
    assert_eq!(url("vertex_ai", &params, Operation::CountTokens, "claude-haiku-4-5"), counter);
}

#[test]
fn what_an_operator_left_on_the_base_is_kept() {
    let place = "https://h/v1/projects/p/locations/r";
    for (base, model, expected) in [
        (
            format!("{place}/publishers/google/models/m"),
            "m",
            format!("{place}/publishers/google/models/m:generateContent"),
        ),
        (
            format!("{place}/publishers/google/models/m:generateContent"),
            "m",
            format!("{place}/publishers/google/models/m:generateContent"),
        ),
        (place.to_owned(), "m", format!("{place}/publishers/google/models/m:generateContent")),
        ("https://h".to_owned(), "m", format!("{place}/publishers/google/models/m:generateContent")),
    ] {
        let params = ConnectionParams {
            api_base: Some(&base),
            region: Some("r"),
            project: Some("p"),
            ..ConnectionParams::default()
        };
        assert_eq!(url("vertex_ai", &params, CHAT, model), expected);
    }
}

#[test]
fn a_missing_project_is_asked_for() {
    let catalogue = Catalogue::embedded().unwrap();
    let provider = catalogue.get("vertex_ai").unwrap();
    let connection = Connection::new(provider, &ConnectionParams::default(), &|_| None).unwrap();
    let error = provider.outgoing(&connection, CHAT, "gemini-2.5-flash").unwrap_err();
    assert!(
        matches!(&error, ConnectionError::MissingProject { variables, .. } if variables.contains("VERTEXAI_PROJECT"))
    );
    let refused = provider.outgoing(&connection, Operation::CountTokens, "mistral-small-2503");
    assert!(matches!(refused, Err(ConnectionError::NotOffered { .. })));
}

#[test]
fn a_location_cannot_lead_elsewhere() {
    let catalogue = Catalogue::embedded().unwrap();
    let provider = catalogue.get("vertex_ai").unwrap();
    for location in ["evil.example.com/", "a@evil.example.com", "r#", "", "a b", "a.b"] {
        let params = ConnectionParams { region: Some(location), project: Some("p"), ..ConnectionParams::default() };
        let connection = Connection::new(provider, &params, &|_| None).unwrap();
        let refused = provider.outgoing(&connection, CHAT, "gemini-2.5-flash");
        assert!(matches!(refused, Err(ConnectionError::InvalidBase { .. })), "{location}");
    }
}

#[test]
fn vertex_models_speak_their_publishers_dialect() {
    let catalogue = Catalogue::embedded().unwrap();
    let provider = catalogue.get("vertex_ai").unwrap();
    let (budgets, capabilities) = (EffortBudgets::default(), Capabilities::default());
    for (model, dialect, edited) in [
        ("gemini-2.5-flash", DialectId::Gemini, json!({ "x": 1, "model": "m" })),
        (
            "claude-haiku-4-5@20251001",
            DialectId::AnthropicMessages,
            json!({ "x": 1, "anthropic_version": "vertex-2023-10-16" }),
        ),
        ("mistralai/codestral-2501", DialectId::OpenAiChat, json!({ "x": 1, "model": "codestral-2501" })),
        ("qwen/qwen3-next", DialectId::OpenAiChat, json!({ "x": 1, "model": "m" })),
    ] {
        assert_eq!(provider.ways(model)[0].dialect, dialect, "{model}");
        let target = Target {
            provider: "vertex_ai",
            model,
            capabilities: &capabilities,
            allowed_params: &[],
            budgets: &budgets,
            modify_params: false,
        };
        let mut body = RawObject::parse(Bytes::from_static(br#"{"x":1,"model":"m"}"#)).unwrap();
        provider.edit_chat(&mut body, &target, &mut Losses::default()).unwrap();
        let body: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
        assert_eq!(body, edited, "{model}");
    }
}

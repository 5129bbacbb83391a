//! The catalogue as a whole: every row is well-formed, and operators' rows are like built-in ones.

use serde_json::json;
use std::path::Path;
use tianji_core::DialectId;
use tianji_providers::{Catalogue, Connection, ConnectionError, ConnectionParams, EndpointKind, RowError};

#[test]
fn every_provider_has_an_address_or_asks_for_one() {
    let catalogue = Catalogue::embedded().unwrap();
    assert!(catalogue.iter().count() > 100);
    for provider in catalogue.iter() {
        let name = &provider.name;
        let made = Connection::new(provider, &ConnectionParams::default(), &|_| None);
        match (&provider.base_url, made) {
            (Some(url), Ok(connection)) => {
                assert!(url.starts_with(&connection.base) || connection.base.starts_with(url.as_str()), "{name}");
                assert!(url.starts_with("https://") || provider.no_auth, "{name}: a key would be sent in the clear");
            }
            (Some(url), Err(ConnectionError::MissingBase { .. })) => assert!(url.contains('{'), "{name}"),
            (None, Err(ConnectionError::MissingBase { variables, .. })) => assert!(!variables.is_empty(), "{name}"),
            (None, Ok(connection)) => assert!(provider.base_of_place && connection.base.is_empty(), "{name}"),
            (base, made) => panic!("{name}: {base:?} {made:?}"),
        }
        let given = ConnectionParams { api_base: Some("https://own.example.com/v9"), ..ConnectionParams::default() };
        assert!(Connection::new(provider, &given, &|_| None).unwrap().base.starts_with("https://own.example.com/v9"));
        assert!(!provider.label.is_empty() && !provider.key_env.is_empty(), "{name}");
        assert_eq!(provider.chat.is_some(), provider.endpoints.contains(&EndpointKind::Chat), "{name}");
    }
}

#[test]
fn every_provider_has_a_fixture_and_every_fixture_a_provider() {
    let catalogue = Catalogue::embedded().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/providers");
    for provider in catalogue.iter() {
        assert!(folder.join(format!("{}.json", provider.name)).is_file(), "{} has no fixture", provider.name);
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(catalogue.get(&name).is_some_and(|provider| provider.name == name), "{name}.json has no provider");
        }
    }
}

#[test]
fn labels_are_the_words_that_client_code_greps_for() {
    let catalogue = Catalogue::embedded().unwrap();
    for (name, label) in
        [("openai", "OpenAI"), ("azure", "Azure"), ("anthropic", "Anthropic"), ("groq", "Groq"), ("xai", "Xai")]
    {
        assert_eq!(catalogue.get(name).unwrap().label, label);
    }
}

#[test]
fn custom_rows_are_like_built_in_ones() {
    let rows = [(
        "acme".to_owned(),
        json!({
            "base_url": "https://llm.acme.example/v1", "api_key": ["ACME_KEY"], "endpoints": ["chat", "embeddings"],
            "rename": { "max_completion_tokens": "max_tokens" }, "quirks": ["flatten_text", { "reasoning_field": "thoughts" }],
            "auth": { "header": "x-acme-key" }, "aliases": ["acme_ai"]
        }),
    )];
    let catalogue = Catalogue::embedded().unwrap().with_custom(rows.into_iter()).unwrap();
    let acme = catalogue.get("acme_ai").unwrap();
    assert_eq!((acme.name.as_str(), acme.chat.as_ref().unwrap().dialect), ("acme", DialectId::OpenAiChat));
    assert_eq!(acme.quirks.len(), 2);
    let (provider, model) = catalogue.resolve("acme/m/1", None, &|_| None).unwrap();
    assert_eq!((provider.name.as_str(), model.as_str()), ("acme", "m/1"));
}

#[test]
fn wrong_rows_are_refused_by_name() {
    let with = |name: &str, row| {
        Catalogue::embedded().unwrap().with_custom(std::iter::once((name.to_owned(), row))).unwrap_err()
    };
    assert!(matches!(with("groq", json!({})), RowError::Taken { taken, .. } if taken == "groq"));
    assert!(matches!(with("x", json!({ "aliases": ["vllm"] })), RowError::Taken { taken, .. } if taken == "vllm"));
    assert!(matches!(with("a/b", json!({})), RowError::Name(name) if name == "a/b"));
    assert!(matches!(with("x", json!({ "base_url": "ftp://x" })), RowError::Base(name) if name == "x"));
    let unknown = with("x", json!({ "quirk": ["flatten_text"] })).to_string();
    assert!(unknown.contains("'x'") && unknown.contains("quirk"), "{unknown}");
    assert!(with("x", json!({ "quirks": ["fly"] })).to_string().contains("fly"));
    let wire = with("x", json!({ "wires": { "embeddings": "telepathy" } })).to_string();
    assert!(wire.contains("telepathy") && wire.contains("Embeddings"), "{wire}");
}

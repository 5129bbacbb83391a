//! What each provider makes of one common set of requests, replies, streams and errors: `fixtures/providers/<name>.json`.
//!
//! `TIANJI_WRITE_FIXTURES=1 cargo test -p tianji-providers --test fixtures` writes the files anew; the difference is then
//! read like code.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests may panic")]

use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{DialectId, Losses, Secret};
use tianji_dialects::dialect;
use tianji_providers::{Catalogue, Connection, ConnectionParams, EndpointKind, Provider};
use tianji_wire::{Frame, RawObject};

/// Models whose names matter to rules.
const MODELS: &[(&str, &[&str])] = &[
    ("anthropic", &["claude-sonnet-4-5"]),
    ("azure", &["my-deployment", "gpt-5-mini"]),
    ("bedrock", &["us.anthropic.claude-sonnet-4-5-20250929-v1:0"]),
    ("bedrock_mantle", &["qwen.qwen3-32b", "openai.gpt-oss-120b"]),
    ("deepinfra", &["model-x", "mistralai/Mistral-7B-Instruct-v0.3"]),
    ("fireworks_ai", &["model-x", "accounts/fireworks/models/llama-v3p3-70b-instruct"]),
    ("gemini", &["gemini-2.5-flash"]),
    ("moonshot", &["moonshot-v1-8k", "kimi-k2.5"]),
    ("oci", &["meta.llama-3.3-70b-instruct", "cohere.command-r-plus-08-2024"]),
    ("openai", &["gpt-4o", "gpt-5", "gpt-5.1", "o1"]),
    ("watsonx", &["ibm/granite-3-8b-instruct", "deployment/5f0e"]),
    ("vertex_ai", &["gemini-2.5-flash", "claude-haiku-4-5@20251001", "mistral-small-2503", "meta/llama-4-maverick"]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/providers")
}

fn inputs(dialect: &str) -> BTreeMap<String, Value> {
    inputs_of("inputs", dialect)
}

fn inputs_of(what: &str, dialect: &str) -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(folder().join(what).join(dialect)).unwrap();
    files
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect()
}

/// A model of which the price catalogue knows only bad things, but that it thinks.
fn limited() -> Capabilities {
    Capabilities {
        reasoning: Some(true),
        function_calling: Some(false),
        response_schema: Some(false),
        system_messages: Some(false),
        ..Capabilities::default()
    }
}

/// The edited bodies and the losses, by input.
fn cases(provider: &Provider, connection: &Connection, model: &str, capabilities: &Capabilities) -> Value {
    let budgets = EffortBudgets::default();
    let target = Target {
        provider: &provider.name,
        model,
        capabilities,
        allowed_params: &[],
        budgets: &budgets,
        modify_params: false,
    };
    let dialect = provider.ways(model).first().expect("asked of providers that chat").dialect.name();
    let mut cases = Map::new();
    for (name, mut input) in inputs(dialect) {
        if provider.chat.as_ref().is_some_and(|chat| chat.dialect.names_model_in_body()) {
            input.as_object_mut().unwrap().insert("model".to_owned(), model.into());
        }
        let mut body = RawObject::parse(Bytes::from(input.to_string())).unwrap();
        let mut losses = Losses::default();
        provider.edit_chat(&mut body, &target, &mut losses).unwrap();
        provider.bind(&mut body, connection, &target);
        let edited: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
        assert!(
            edited == input || provider.edits_chat(&provider.special(target.model, target.capabilities)),
            "{}: {name} is edited unannounced",
            provider.name
        );
        let losses: Vec<String> =
            losses.iter().map(|loss| format!("{:?} {}: {}", loss.class, loss.path, loss.reason)).collect();
        let body = if edited == input { json!("unchanged") } else { edited };
        cases.insert(name, json!({ "body": body, "losses": losses }));
    }
    cases.into()
}

fn fixture(provider: &Provider) -> Value {
    let key = Secret::new("key");
    let own = provider.base_url.is_some();
    let params = ConnectionParams {
        api_key: Some(&key),
        api_base: Some("https://host.example.com").filter(|_| !own),
        region: Some("region"),
        project: Some("project"),
        ..ConnectionParams::default()
    };
    let env = |name: &str| (name.ends_with("ACCOUNT_ID") || name.ends_with("REGION")).then(|| "account".to_owned());
    let connection = Connection::new(provider, &params, &env).unwrap();
    let special = MODELS.iter().find(|(name, _)| *name == provider.name).map(|(_, models)| *models);
    let mut runs = Vec::new();
    for model in special.unwrap_or(&["model-x"]) {
        let way = provider.ways(model).first().map(|way| way.operation(true));
        let operation = way.or_else(|| provider.endpoints.iter().find_map(|kind| kind.operation())).unwrap();
        let outgoing = provider.outgoing(&connection, operation, model).unwrap();
        let mut headers: Vec<&str> = outgoing.headers.keys().map(http::HeaderName::as_str).collect();
        headers.sort_unstable();
        if provider.chat.is_none() {
            runs.push(json!({ "model": model, "url": outgoing.uri.to_string(), "headers": headers }));
            continue;
        }
        let known = cases(provider, &connection, model, &Capabilities::default());
        let poor = cases(provider, &connection, model, &limited());
        let differs = known != poor;
        runs.push(json!({ "model": model, "url": outgoing.uri.to_string(), "headers": headers, "cases": known }));
        if differs {
            runs.push(json!({ "model": model, "capabilities": "limited", "cases": poor }));
        }
    }
    let mut fixture = json!({ "label": provider.label, "key_variables": provider.key_env, "runs": runs });
    let model = special.and_then(|models| models.first()).unwrap_or(&"model-x");
    if let Some(way) = provider.ways(model).first() {
        let members = fixture.as_object_mut().unwrap();
        if way.dialect == DialectId::OpenAiChat {
            members.insert("replies".to_owned(), replies(provider));
        }
        members.insert("errors".to_owned(), errors(way.dialect));
    }
    fixture
}

/// What becomes of replies and streams that vendors of this dialect give.
fn replies(provider: &Provider) -> Value {
    let mut replies = Map::new();
    for (name, case) in inputs_of("replies", "openai_chat") {
        let frames = case["stream"].as_array().unwrap();
        let edited = provider.edit_reply(EndpointKind::Chat, "minted", &Bytes::from(case["reply"].to_string()));
        let edited = edited.map_or(json!("unchanged"), |reply| serde_json::from_slice(&reply).unwrap());
        let streamed = streamed(provider, frames);
        let streamed = if streamed == *frames { json!("unchanged") } else { streamed.into() };
        let unchanged = edited == "unchanged" && streamed == "unchanged";
        let outcome = if unchanged { edited } else { json!({ "reply": edited, "stream": streamed }) };
        replies.insert(name, outcome);
    }
    replies.into()
}

fn streamed(provider: &Provider, frames: &[Value]) -> Vec<Value> {
    let mut editor = provider.stream_edit(EndpointKind::Chat, "minted");
    let mut out = Vec::new();
    for frame in frames {
        let data = Bytes::from(frame.to_string());
        let frame = Frame { raw: data.clone(), event: None, data };
        match &mut editor {
            Some(editor) => editor.edit(frame, &mut out),
            None => out.push(frame),
        }
    }
    if let Some(editor) = &mut editor {
        editor.end(&mut out);
    }
    out.iter().map(|frame| serde_json::from_slice(&frame.data).unwrap()).collect()
}

/// What the vendor's refusals mean.
fn errors(spoken: DialectId) -> Value {
    let mut errors = Map::new();
    for (name, case) in inputs_of("errors", spoken.name()) {
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        let read = dialect(spoken).decode_error(status, case["body"].to_string().as_bytes());
        let shown = format!("{} {:?}: {}", read.status.as_u16(), read.kind, read.message);
        errors.insert(name, shown.into());
    }
    errors.into()
}

#[test]
fn each_provider_edits_as_written_down() {
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests")]
    let write = std::env::var("TIANJI_WRITE_FIXTURES").is_ok();
    for provider in Catalogue::embedded().unwrap().iter() {
        let found = fixture(provider);
        let path = folder().join(format!("{}.json", provider.name));
        if write {
            std::fs::write(&path, format!("{found:#}\n")).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
        let wanted: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(found, wanted, "{}", provider.name);
    }
}

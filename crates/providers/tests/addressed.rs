//! Providers whose models have addresses of their own: what a model's name makes of the address and of the body.

use serde_json::{Value, json};
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{Losses, Secret};
use tianji_providers::{Catalogue, Connection, ConnectionParams, Operation};
use tianji_wire::RawObject;

/// Provider, base, model; address and the model in the body. No address = the name is refused.
type Row = (&'static str, Option<&'static str>, &'static str, Option<(&'static str, &'static str)>);

const ROWS: &[Row] = &[
    (
        "baseten",
        None,
        "deepseek-ai/DeepSeek-V3.1",
        Some(("https://inference.baseten.co/v1/chat/completions", "deepseek-ai/DeepSeek-V3.1")),
    ),
    (
        "baseten",
        None,
        "abcd1234",
        Some(("https://model-abcd1234.api.baseten.co/environments/production/sync/v1/chat/completions", "abcd1234")),
    ),
    ("baseten", None, "evil.com", Some(("https://inference.baseten.co/v1/chat/completions", "evil.com"))),
    ("baseten", Some("https://x.example/v1"), "abcd1234", Some(("https://x.example/v1/chat/completions", "abcd1234"))),
    (
        "clarifai",
        None,
        "openai.chat-completion.gpt-4o",
        Some((
            "https://api.clarifai.com/v2/ext/openai/v1/chat/completions",
            "https://clarifai.com/openai/chat-completion/models/gpt-4o",
        )),
    ),
    (
        "ragflow",
        Some("http://rag:9380/api/v1/"),
        "chat/c1/qwen-max",
        Some(("http://rag:9380/api/v1/chats_openai/c1/chat/completions", "qwen-max")),
    ),
    (
        "ragflow",
        Some("http://rag:9380"),
        "agent/a1/qwen/max",
        Some(("http://rag:9380/api/v1/agents_openai/a1/chat/completions", "qwen/max")),
    ),
    (
        "ragflow",
        Some("http://rag:9380"),
        "c?1",
        Some(("http://rag:9380/api/v1/chats_openai/c%3F1/chat/completions", "model")),
    ),
    ("ragflow", Some("http://rag:9380"), "chat/../x", None),
    ("langgraph", None, "agent", Some(("http://localhost:2024/runs/stream", ""))),
];

#[test]
fn names_say_where_models_are() {
    let catalogue = Catalogue::embedded().unwrap();
    let (capabilities, budgets, key) = (Capabilities::default(), EffortBudgets::default(), Secret::new("k"));
    for (name, base, model, wanted) in ROWS {
        let provider = catalogue.get(name).unwrap();
        let params = ConnectionParams { api_key: Some(&key), api_base: *base, ..ConnectionParams::default() };
        let connection = Connection::new(provider, &params, &|_| None).unwrap();
        let outgoing = provider.outgoing(&connection, Operation::Chat { stream: true }, model);
        let Some((url, named)) = wanted else {
            assert!(outgoing.is_err(), "{name} {model}");
            continue;
        };
        assert_eq!(outgoing.unwrap().uri.to_string(), *url, "{name} {model}");
        let target = Target {
            provider: name,
            model,
            capabilities: &capabilities,
            allowed_params: &[],
            budgets: &budgets,
            modify_params: false,
        };
        let body = json!({"model": model, "messages": [{"role": "user", "content": "hi"}]});
        let mut body = RawObject::parse(body.to_string().into()).unwrap();
        provider.edit_chat(&mut body, &target, &mut Losses::default()).unwrap();
        let body: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
        assert_eq!(body.get("model").and_then(Value::as_str).unwrap_or_default(), *named, "{name} {model}");
    }
}

//! Predibase: addresses by tenant and deployment, and what LoRAX is told.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use serde_json::{Value, json};
use std::sync::Arc;
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_core::{Losses, Secret};
use tianji_providers::{Catalogue, Connection, ConnectionError, ConnectionParams, Operation, Provider};
use tianji_wire::RawObject;

const CHAT: Operation = Operation::Chat { stream: false };
const STREAM: Operation = Operation::Chat { stream: true };

fn predibase() -> Arc<Provider> {
    Arc::clone(Catalogue::embedded().unwrap().get("predibase").unwrap())
}

fn connection(base: Option<&str>, tenant: Option<&str>, env: &dyn Fn(&str) -> Option<String>) -> Connection {
    let key = Secret::new("pb_x");
    let params =
        ConnectionParams { api_key: Some(&key), api_base: base, project: tenant, ..ConnectionParams::default() };
    Connection::new(&predibase(), &params, env).unwrap()
}

#[test]
fn addresses() {
    let own = "https://serving.app.predibase.com";
    for (base, tenant, operation, model, url) in [
        (None, "8a3f", CHAT, "qwen3-8b", format!("{own}/8a3f/deployments/v2/llms/qwen3-8b/generate")),
        (None, "8a3f", STREAM, "my-llm", format!("{own}/8a3f/deployments/v2/llms/my-llm/generate_stream")),
        (None, "a/b", CHAT, "c?/d", format!("{own}/a%2Fb/deployments/v2/llms/c%3F%2Fd/generate")),
        (Some("https://x.com/"), "t", CHAT, "m", "https://x.com/t/deployments/v2/llms/m/generate".to_owned()),
        // an address of the deployment itself, with either verb
        (
            Some("https://x.com/t/deployments/v2/llms/other/generate"),
            "",
            STREAM,
            "m",
            "https://x.com/t/deployments/v2/llms/other/generate_stream".to_owned(),
        ),
    ] {
        let connection = connection(base, Some(tenant), &|_| None);
        let outgoing = predibase().outgoing(&connection, operation, model).unwrap();
        assert_eq!(outgoing.uri.to_string(), url);
        assert_eq!(outgoing.headers.get("authorization").unwrap(), "Bearer pb_x");
    }
    for astray in ["", ".", ".."] {
        assert!(predibase().outgoing(&connection(None, Some("t"), &|_| None), CHAT, astray).is_err(), "{astray}");
    }
}

#[test]
fn the_tenant_may_stand_in_the_environment_and_must_stand_somewhere() {
    let env = |name: &str| (name == "PREDIBASE_TENANT_ID").then(|| "of-env".to_owned());
    let uri = predibase().outgoing(&connection(None, None, &env), CHAT, "m").unwrap().uri;
    assert_eq!(uri.path(), "/of-env/deployments/v2/llms/m/generate");
    let refused = predibase().outgoing(&connection(None, None, &|_| None), CHAT, "m").unwrap_err();
    let variables = "PREDIBASE_TENANT_ID".to_owned();
    assert_eq!(refused, ConnectionError::MissingProject { provider: "predibase".to_owned(), variables });
}

#[test]
fn details_are_asked_for_and_unknown_penalties_refused() {
    for (parameters, sent, lost) in [
        (json!({ "max_new_tokens": 5 }), json!({ "max_new_tokens": 5, "details": true }), vec![]),
        (json!({ "details": false, "adapter_id": "a/1" }), json!({ "details": false, "adapter_id": "a/1" }), vec![]),
        (
            json!({ "frequency_penalty": 0.5, "presence_penalty": 0 }),
            json!({ "details": true }),
            vec!["frequency_penalty"],
        ),
    ] {
        let (capabilities, budgets) = (Capabilities::default(), EffortBudgets::default());
        let target = Target {
            provider: "predibase",
            model: "m",
            capabilities: &capabilities,
            allowed_params: &[],
            budgets: &budgets,
            modify_params: false,
        };
        let body = json!({ "inputs": "Hi", "parameters": parameters, "stream": true });
        let mut body = RawObject::parse(body.to_string().into()).unwrap();
        let mut losses = Losses::default();
        predibase().edit_chat(&mut body, &target, &mut losses).unwrap();
        let found: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
        assert_eq!(found, json!({ "inputs": "Hi", "parameters": sent }));
        assert_eq!(losses.iter().map(|loss| loss.path.as_str()).collect::<Vec<_>>(), lost);
    }
}

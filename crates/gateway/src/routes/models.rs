//! Which models there are, for the caller.

use super::{Answer, Hit, Route, route};
use crate::respond::{self, Reply};
use serde_json::{Value, json};
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup, may_use_model};
use tianji_core::{Error, Kind, Micros};
use tianji_pipeline::{Caller, Snapshot};

pub(super) const ROUTES: &[Route] = &[
    route(Verb::Get, "/v1/models", "model_list", "Models the key may call", Permission::SelfRead, GROUPS, list),
    route(Verb::Get, "/v1/models/{*model}", "model_info", "One model", Permission::SelfRead, GROUPS, one),
];

const GROUPS: &[RouteGroup] = &[RouteGroup::Info, RouteGroup::OpenAi, RouteGroup::Llm];

fn list(hit: Hit) -> Answer {
    Box::pin(async move {
        let names = visible(&hit.snapshot, hit.caller.as_ref());
        if hit.head.headers.contains_key("anthropic-version") {
            anthropic(&names)
        } else {
            openai(&hit.snapshot, &names)
        }
    })
}

fn one(hit: Hit) -> Answer {
    Box::pin(async move {
        let name = hit.param("model").unwrap_or_default();
        let names = visible(&hit.snapshot, hit.caller.as_ref());
        if names.contains(&name) || may_call(hit.caller.as_ref(), name) && hit.snapshot.find(name).is_some() {
            return respond::json(&item(&hit.snapshot, name));
        }
        let words = format!("The model `{name}` does not exist or is not accessible");
        respond::error(&Error::client(Kind::NotFound, words).as_detail())
    })
}

/// Names that the caller may call, in the order of the configuration; wildcards are not listed.
fn visible<'a>(snapshot: &'a Snapshot, caller: Option<&Caller>) -> Vec<&'a str> {
    snapshot.visible_names().filter(|name| !name.contains('*') && may_call(caller, name)).collect()
}

fn may_call(caller: Option<&Caller>, name: &str) -> bool {
    let key = caller.and_then(|caller| caller.principal.key());
    key.is_none_or(|key| may_use_model(&key.models, &[name]))
}

fn openai(snapshot: &Snapshot, names: &[&str]) -> Reply {
    let data: Vec<Value> = names.iter().map(|name| item(snapshot, name)).collect();
    respond::json(&json!({"data": data, "object": "list"}))
}

fn item(snapshot: &Snapshot, name: &str) -> Value {
    let mut item = json!({"id": name, "object": "model", "created": CREATED, "owned_by": "openai"});
    let found = snapshot.find(name);
    let concrete = found.and_then(|found| found.group.deployments.first()?.fixed.clone());
    if let (Some(concrete), Some(fields)) = (concrete, item.as_object_mut()) {
        let mode = concrete.price.as_ref().and_then(|price| price.raw().get("mode")?.as_str().map(str::to_owned));
        let facts = [
            ("mode", mode.map(Value::from)),
            ("max_input_tokens", concrete.capabilities.max_input_tokens.map(Value::from)),
            ("max_output_tokens", concrete.capabilities.max_output_tokens.map(Value::from)),
        ];
        fields.extend(facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    item
}

/// Anthropic's form, for callers that name its API version.
fn anthropic(names: &[&str]) -> Reply {
    let created = Micros(CREATED * 1_000_000).rfc3339();
    let data: Vec<Value> = names
        .iter()
        .map(|name| json!({"id": name, "type": "model", "display_name": name, "created_at": created}))
        .collect();
    respond::json(&json!({
        "data": data, "has_more": false, "first_id": names.first(), "last_id": names.last(),
    }))
}

/// The time that the reference proxy shows for every model.
const CREATED: i64 = 1_677_610_602;

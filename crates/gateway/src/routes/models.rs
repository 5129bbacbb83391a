//! Which models there are, for the caller.

use super::{Answer, Hit, Route, route};
use crate::respond::{self, Reply};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup, may_use_model};
use tianji_core::{Error, Kind, Micros};
use tianji_pipeline::{Caller, Deployment, Snapshot};
use tianji_router::FallbackKind;

pub(super) const ROUTES: &[Route] = &[
    route(Verb::Get, "/v1/models", "model_list", "Models the key may call", Permission::SelfRead, GROUPS, list),
    route(Verb::Get, "/v1/models/{*model}", "model_info", "One model", Permission::SelfRead, GROUPS, one),
];

const GROUPS: &[RouteGroup] = &[RouteGroup::Info, RouteGroup::OpenAi, RouteGroup::Llm];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    /// With names that hold `*`, and the known models that they stand for.
    return_wildcard_routes: bool,
    /// With the fallbacks of each model.
    include_metadata: bool,
    /// Which fallbacks.
    fallback_type: Option<String>,
}

fn list(hit: Hit) -> Answer {
    Box::pin(async move { listed(&hit).unwrap_or_else(|error| respond::error(&error)) })
}

fn listed(hit: &Hit) -> Result<Reply, Error> {
    let query: Query = super::admin::from_query(hit.head.uri.query())?;
    let mut names: Vec<String> = visible(&hit.snapshot, hit.caller.as_ref()).into_iter().map(str::to_owned).collect();
    if query.return_wildcard_routes {
        let wild = under_wildcards(&hit.snapshot);
        names.extend(wild.into_iter().filter(|name| may_call(hit.caller.as_ref(), name)));
    }
    if hit.head.headers.contains_key("anthropic-version") {
        return Ok(anthropic(&names));
    }
    let kind = query.fallback_type.as_deref().map(fallback_kind).transpose()?.unwrap_or_default();
    let item = |name: &String| {
        let mut item = item(&hit.snapshot, name);
        if let (true, Some(fields)) = (query.include_metadata, item.as_object_mut()) {
            let targets = hit.snapshot.fallbacks.listed(kind, name).iter().map(|target| target.model.as_str());
            fields.insert("metadata".to_owned(), json!({"fallbacks": targets.collect::<Vec<_>>()}));
        }
        item
    };
    Ok(respond::json(&json!({"data": names.iter().map(item).collect::<Vec<_>>(), "object": "list"})))
}

fn fallback_kind(word: &str) -> Result<FallbackKind, Error> {
    match word {
        "general" => Ok(FallbackKind::General),
        "context_window" => Ok(FallbackKind::ContextWindow),
        "content_policy" => Ok(FallbackKind::ContentPolicy),
        _ => {
            let words = "Invalid fallback_type. Must be one of: ['general', 'context_window', 'content_policy']";
            Err(Error::client(Kind::BadRequest, words).as_detail())
        }
    }
}

/// Names of groups that hold `*`, each followed by the catalogue's models that it stands for.
fn under_wildcards(snapshot: &Snapshot) -> Vec<String> {
    let mut names = Vec::new();
    for group in snapshot.all_groups().filter(|group| group.name.contains('*')) {
        let models: BTreeSet<String> =
            group.deployments.iter().flat_map(|deployment| known(snapshot, deployment)).collect();
        names.push(group.name.to_string());
        names.extend(models.into_iter().map(|model| group.name.replacen('*', &model, 1)));
    }
    names
}

/// What may stand for the `*` of an entry's model, by the price catalogue.
fn known<'a>(snapshot: &'a Snapshot, deployment: &'a Deployment) -> impl Iterator<Item = String> + 'a {
    let around = deployment.model.split_once('*').filter(|(_, after)| !after.contains('*'));
    let provider = deployment.provider.name.as_str();
    let own = snapshot.prices.entries().filter(move |(name, _)| {
        around.is_some() && snapshot.prices.provider_of(name).is_some_and(|of| *of == *provider)
    });
    own.filter_map(move |(name, _)| {
        let (before, after) = around?;
        let model = name.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
        Some(model.strip_prefix(before)?.strip_suffix(after)?.to_owned())
    })
}

fn one(hit: Hit) -> Answer {
    Box::pin(async move {
        let name = hit.param("model").unwrap_or_default();
        let names = visible(&hit.snapshot, hit.caller.as_ref());
        let found = !hit.snapshot.is_hidden(name) && hit.snapshot.find(name).is_some();
        if names.contains(&name) || may_call(hit.caller.as_ref(), name) && found {
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
fn anthropic(names: &[String]) -> Reply {
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

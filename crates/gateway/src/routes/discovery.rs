//! What there is: models with their prices, groups, providers, parameters. Everything here is read from the snapshot
//! and the catalogues, so that it cannot differ from what calls get.

use super::{Answer, Hit, Route, describe, route, sorting};
use crate::respond::{self, Reply};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tianji_admin::Verb;
use tianji_auth::{Permission, Role, RouteGroup, may_use_model};
use tianji_core::{Error, Kind};
use tianji_pipeline::Deployment;
use tianji_providers::EndpointKind;
use tianji_router::Health;

pub(super) const ROUTES: &[Route] = &[
    own("/v1/model/info", "model_info_list", "Deployments with prices and abilities", model_info),
    own("/v2/model/info", "model_info_pages", "Deployments with prices and abilities, in pages", model_info_pages),
    own("/model_group/info", "model_group_info", "Groups with prices and abilities", group_info),
    own("/utils/supported_openai_params", "supported_openai_params", "Parameters that a model takes", params),
    own("/utils/model_info", "utils_model_info", "What the catalogue says about a model", catalogue_info),
    Route {
        method: Verb::Post,
        ..own("/utils/token_counter", "token_counter", "Count the tokens of a prompt", tokens)
    },
    public("/public/providers", "public_providers", "Names of all providers", providers),
    public("/public/providers/fields", "public_provider_fields", "What providers need to be set up", fields),
    public("/public/endpoints", "public_endpoints", "Endpoint kinds with their providers", endpoints),
    public("/public/litellm_model_cost_map", "model_cost_map", "The price catalogue", cost_map),
    public("/public/tianji_model_cost_map", "model_cost_map", "The price catalogue", cost_map),
    public("/get/litellm_model_cost_map", "model_cost_map", "The price catalogue", cost_map),
];

const fn own(path: &'static str, name: &'static str, summary: &'static str, handler: fn(Hit) -> Answer) -> Route {
    route(Verb::Get, path, name, summary, Permission::SelfRead, &[RouteGroup::Info, RouteGroup::Llm], handler)
}

const fn public(path: &'static str, name: &'static str, summary: &'static str, handler: fn(Hit) -> Answer) -> Route {
    route(Verb::Get, path, name, summary, Permission::Public, &[RouteGroup::Public], handler)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Query {
    litellm_model_id: Option<String>,
    #[serde(alias = "modelId")]
    model_id: Option<String>,
    model: Option<String>,
    model_group: Option<String>,
    custom_llm_provider: Option<String>,
    search: Option<String>,
    healthy_only: bool,
    page: Option<usize>,
    size: Option<usize>,
    #[serde(alias = "sortBy")]
    sort_by: Option<String>,
    #[serde(alias = "sortOrder")]
    sort_order: Option<String>,
    wildcard_only: bool,
}

/// Deployments that the caller may call, in the order of the configuration.
fn visible(hit: &Hit, query: &Query) -> Vec<Value> {
    let admin = hit.caller.as_ref().is_some_and(|caller| caller.principal.role() == Role::ProxyAdmin);
    let now = hit.gateway.shared.millis();
    let wanted = |deployment: &Deployment| {
        let id = query.litellm_model_id.as_ref().or(query.model_id.as_ref());
        let lower = |text: &str| text.to_lowercase();
        id.is_none_or(|id| *deployment.id == **id)
            && query.model.as_ref().is_none_or(|model| *deployment.group == **model)
            && query.search.as_ref().is_none_or(|part| lower(&deployment.group).contains(&lower(part)))
            && (!query.wildcard_only || deployment.group.contains('*'))
            && (!query.healthy_only || !matches!(deployment.health(now), Health::Open(_)))
    };
    let groups = hit.snapshot.all_groups().filter(|group| may_call(hit, &group.name));
    let deployments = groups.flat_map(|group| &group.deployments).filter(|deployment| wanted(deployment));
    deployments.map(|deployment| describe::deployment(deployment, admin)).collect()
}

fn may_call(hit: &Hit, name: &str) -> bool {
    let key = hit.caller.as_ref().and_then(|caller| caller.principal.key());
    key.is_none_or(|key| may_use_model(&key.models, &[name]))
}

fn answer(result: Result<Value, Error>) -> Answer {
    let reply = match result {
        Ok(value) => respond::json(&value),
        Err(error) => respond::error(&error),
    };
    Box::pin(async { reply })
}

fn query(hit: &Hit) -> Result<Query, Error> {
    super::admin::from_query(hit.head.uri.query())
}

fn model_info(hit: Hit) -> Answer {
    answer(query(&hit).and_then(|query| {
        let data = visible(&hit, &query);
        match query.litellm_model_id {
            Some(id) if data.is_empty() => {
                Err(Error::client(Kind::BadRequest, format!("Model id = {id} not found on the proxy")))
            }
            _ => Ok(json!({"data": data})),
        }
    }))
}

fn model_info_pages(hit: Hit) -> Answer {
    answer(query(&hit).and_then(|query| {
        let mut all = visible(&hit, &query);
        if let Some(by) = &query.sort_by {
            sorting::sort(&mut all, by, query.sort_order.as_deref())?;
        }
        let (page, size) = (query.page.unwrap_or(1).max(1), query.size.unwrap_or(50).clamp(1, 500));
        let data: Vec<&Value> = all.iter().skip((page - 1).saturating_mul(size)).take(size).collect();
        Ok(json!({
            "data": data, "total_count": all.len(), "current_page": page,
            "total_pages": all.len().div_ceil(size), "size": size,
        }))
    }))
}

fn group_info(hit: Hit) -> Answer {
    answer(query(&hit).and_then(|query| {
        let wanted = |name: &str| query.model_group.as_ref().is_none_or(|group| group == name);
        let groups = hit.snapshot.all_groups().filter(|group| wanted(&group.name) && may_call(&hit, &group.name));
        let data: Vec<Value> = groups.map(|group| describe::group(group)).collect();
        match query.model_group {
            Some(name) if data.is_empty() => {
                Err(Error::client(Kind::NotFound, format!("Model group {name} does not exist or is not accessible")))
            }
            _ => Ok(json!({"data": data})),
        }
    }))
}

fn params(hit: Hit) -> Answer {
    answer(query(&hit).and_then(|query| {
        let model = query.model.unwrap_or_default();
        let found = hit.snapshot.find(&model).filter(|found| may_call(&hit, &found.name));
        let first = found.as_ref().and_then(|found| {
            let deployment = found.group.deployments.first()?;
            let concrete = deployment.concrete(found.filled(0), &hit.snapshot.prices).ok()?;
            Some(describe::params(deployment, &concrete))
        });
        let list = first.or_else(|| listed(&hit, &model)).ok_or_else(|| {
            Error::client(Kind::BadRequest, format!("Could not map model={model} to a provider")).with_param("model")
        })?;
        Ok(json!({"supported_openai_params": list}))
    }))
}

/// For a model that no group has: by its provider, if its name or the price catalogue says whose it is.
fn listed(hit: &Hit, model: &str) -> Option<Vec<&'static str>> {
    let prices = &hit.snapshot.prices;
    let named = model.split_once('/').is_some_and(|(left, _)| hit.snapshot.providers.get(left).is_some());
    if !named && prices.provider_of(model).is_none() {
        return None;
    }
    let (provider, model) = hit.snapshot.providers.resolve(model, None, &|name| prices.provider_of(name)).ok()?;
    let found = prices.lookup(&provider.name, &model, None);
    let capabilities = found.map(|price| price.capabilities()).unwrap_or_default();
    Some(describe::taken(&provider, &model, &capabilities, &[]))
}

fn catalogue_info(hit: Hit) -> Answer {
    answer(query(&hit).and_then(|query| {
        let (model, prices) = (query.model.unwrap_or_default(), &hit.snapshot.prices);
        let provider = query.custom_llm_provider.or_else(|| prices.provider_of(&model)).unwrap_or_default();
        let found = prices.lookup(&provider, &model, None).ok_or_else(|| {
            let words = format!("This model isn't mapped yet. model={model}, custom_llm_provider={provider}");
            Error::client(Kind::NotFound, words).with_param("model")
        })?;
        let mut fields = found.raw();
        fields.insert("key".to_owned(), json!(found.name()));
        Ok(Value::Object(fields))
    }))
}

fn tokens(hit: Hit) -> Answer {
    Box::pin(async move {
        let asked = tianji_wire::RawObject::parse(hit.body.clone()).ok();
        let asked = asked.as_ref().and_then(|body| body.str("model").map(std::borrow::Cow::into_owned));
        match tianji_pipeline::estimate_tokens_of(&hit.snapshot, hit.body).await {
            Ok(counted) => respond::json(&json!({
                "total_tokens": counted.tokens, "request_model": asked, "model_used": counted.model,
                "tokenizer_type": counted.tokenizer, "count_source": "local_estimate", "original_response": null,
                "error": false, "error_message": null, "status_code": null,
            })),
            Err(error) => respond::error(&error),
        }
    })
}

fn providers(hit: Hit) -> Answer {
    let names: Vec<&str> = hit.snapshot.providers.iter().map(|provider| provider.name.as_str()).collect();
    let reply = respond::json(&names);
    Box::pin(async { reply })
}

fn fields(hit: Hit) -> Answer {
    let forms: Vec<Value> = hit.snapshot.providers.iter().map(|provider| describe::fields(provider)).collect();
    let reply = respond::json(&forms);
    Box::pin(async { reply })
}

/// From the providers' own lists: a kind that nobody offers is not there.
fn endpoints(hit: Hit) -> Answer {
    let mut kinds: BTreeMap<EndpointKind, Vec<Value>> = BTreeMap::new();
    for provider in hit.snapshot.providers.iter() {
        for kind in &provider.endpoints {
            kinds.entry(*kind).or_default().push(json!({"slug": provider.name, "display_name": provider.label}));
        }
    }
    let shown: Vec<Value> = kinds
        .into_iter()
        .map(|(kind, providers)| {
            let key = serde_json::to_value(kind).unwrap_or_default();
            let label = key.as_str().unwrap_or_default().replace('_', " ");
            json!({"key": key, "label": label, "endpoint": path(kind), "providers": providers})
        })
        .collect();
    let reply = respond::json(&json!({"endpoints": shown}));
    Box::pin(async { reply })
}

/// The route that serves a kind; empty while there is none.
fn path(kind: EndpointKind) -> &'static str {
    let name = match kind {
        EndpointKind::Chat => "chat_completion",
        EndpointKind::TextCompletion => "text_completion",
        EndpointKind::Responses => "responses",
        EndpointKind::ResponsesCompact => "responses_compact",
        EndpointKind::Messages => "messages",
        EndpointKind::CountTokens => "messages_count_tokens",
        EndpointKind::Embeddings => "embeddings",
        EndpointKind::Rerank => "rerank",
        EndpointKind::Images => "image_generation",
        EndpointKind::ImageEdits => "image_edit",
        EndpointKind::ImageVariations => "image_variation",
        EndpointKind::Transcription => "audio_transcriptions",
        EndpointKind::Translation => "audio_translations",
        EndpointKind::Speech => "audio_speech",
        EndpointKind::Moderation => "moderations",
        EndpointKind::Ocr => "ocr",
        EndpointKind::Search => "search",
        EndpointKind::Video => "video_generation",
        EndpointKind::Invoke => "bedrock_invoke",
        EndpointKind::Batches | EndpointKind::FineTuning | EndpointKind::Realtime => return "",
    };
    super::all().find(|route| route.name == name).map_or("", |route| route.path)
}

fn cost_map(hit: Hit) -> Answer {
    Box::pin(async move { whole_catalogue(&hit) })
}

fn whole_catalogue(hit: &Hit) -> Reply {
    let mut body = String::with_capacity(2 << 20);
    body.push('{');
    for (place, (name, entry)) in hit.snapshot.prices.entries().enumerate() {
        if place > 0 {
            body.push(',');
        }
        body.push_str(&Value::from(name).to_string());
        body.push(':');
        body.push_str(entry);
    }
    body.push('}');
    respond::with_type(body, "application/json")
}

//! Who and how much: the body is JSON, the model exists and is allowed, limits and budget hold.

use crate::call::{Admitted, Endpoint, Envelope, Incoming};
use crate::controls::{self, Controls};
use crate::films::{FilmCall, studio};
use crate::invoke;
use crate::keys::ModelLimits;
use crate::receipt::Receipt;
use crate::shared::Shared;
use crate::snapshot::{Found, Snapshot};
use crate::words;
use smallvec::SmallVec;
use std::sync::Arc;
use std::time::Duration;
use tianji_auth::{Denial, Permission, may_use_model};
use tianji_core::{DialectId, Error, Kind, Upload, Usd};
use tianji_dialects::{
    DialectError, Inspection, anthropic_messages, bedrock_converse, cohere_chat, gemini, ollama_chat, openai_chat,
    openai_responses, openai_text,
};
use tianji_limits::{Demand, Limits, Permit, Refusal, Scope};
use tianji_providers::EndpointKind;
use tianji_providers::kinds::{self, Errand, Seen};
use tianji_wire::{JsonLimits, RawObject};

/// Lets a call in, or says why not. A refusal has spent nothing and holds nothing.
pub(crate) fn admit(shared: &Shared, snapshot: Arc<Snapshot>, mut request: Incoming) -> Result<Box<Admitted>, Error> {
    let caller = request.caller;
    caller.check(Permission::Infer, request.endpoint.template)?;
    let mut body = RawObject::parse_within(request.body, JsonLimits::REQUEST)
        .map_err(|cause| DialectError::from(cause).of_request())?;
    if request.endpoint.envelope == Envelope::BedrockInvoke {
        let stream = request.path_stream == Some(true);
        request.endpoint = invoke::open(&mut body, &mut request.headers, stream, request.endpoint);
    }
    let mut controls = controls::take(&mut body, request.endpoint.dialect)?;
    controls::read_headers(&request.headers, &mut controls)?;
    let film = FilmCall::of(shared, &snapshot, &caller, request.endpoint.kind, request.film)?;
    let errand = film.as_deref().map(|film| film.errand);
    let mut seen = inspect(&body, &request.files, request.endpoint, errand)?;
    seen.stream = request.path_stream.unwrap_or(seen.stream);
    let asked = request.path_model.or_else(|| seen.model.take());
    let (model, found) = target(&snapshot, &caller, film.as_deref(), asked)?;
    let demand = demand(&found, &seen, &body);
    let permits = charge(shared, &snapshot, &caller, &found, &demand)?;
    let timeout = time_for(&snapshot, &found, &controls);
    let mut receipt = Receipt::open(shared.clone(), &caller, permits, request.call_id, request.started);
    let record = receipt.record_mut();
    record.call_type = request.endpoint.call_type.into();
    record.endpoint = request.endpoint.template.into();
    record.stream = seen.stream;
    record.model_group = Arc::clone(&found.name);
    record.end_user = seen.user;
    record.ip = request.ip;
    record.user_agent = words::header_text(&request.headers, &http::header::USER_AGENT);
    record.tags = std::mem::take(&mut controls.tags);
    record.metadata = controls.metadata.take();
    record.trace_id = controls.trace_id.take();
    record.session_id = controls.session_id.take();
    receipt.estimate_input(body.len_bytes());
    if errand.is_some_and(|errand| !errand.makes()) {
        receipt.free();
    }
    Ok(Box::new(Admitted {
        deadline: request.started + timeout,
        snapshot,
        endpoint: request.endpoint,
        caller,
        headers: request.headers,
        body,
        files: request.files,
        media: crate::media::Media::default(),
        controls,
        model,
        found,
        stream: seen.stream,
        include_usage: seen.include_usage,
        json_array: request.json_array,
        film,
        timeout,
        receipt,
        background: None,
    }))
}

fn inspect(
    body: &RawObject,
    files: &[Upload],
    endpoint: Endpoint,
    errand: Option<Errand>,
) -> Result<Inspection, Error> {
    if errand.is_some_and(|errand| !errand.makes()) {
        let model = body.str("model").map(std::borrow::Cow::into_owned);
        return Ok(Inspection { model, include_usage: true, max_output_tokens: Some(0), ..Inspection::default() });
    }
    if !endpoint.kind.generates() {
        let Seen { model, stream, user } = kinds::inspect(endpoint.kind, body, files)?;
        // What is not read may ask for any number of tokens.
        let max_output_tokens = (endpoint.kind != EndpointKind::Invoke).then_some(0);
        return Ok(Inspection { model, stream, user, include_usage: true, max_output_tokens });
    }
    let seen = match endpoint.dialect {
        DialectId::OpenAiChat => openai_chat::inspect(body),
        DialectId::OpenAiText => openai_text::inspect(body),
        DialectId::OpenAiResponses => openai_responses::inspect(body),
        DialectId::BedrockConverse => bedrock_converse::inspect(body),
        DialectId::CohereChat => cohere_chat::inspect(body),
        DialectId::AnthropicMessages => {
            anthropic_messages::require_max_tokens(body).and_then(|()| anthropic_messages::inspect(body))
        }
        DialectId::OllamaChat => ollama_chat::inspect(body),
        DialectId::Gemini => gemini::inspect(body),
        DialectId::TextGeneration | DialectId::ReplicatePredictions => Err(DialectError::no_clients(endpoint.dialect)),
    };
    seen.map_err(|cause| unreadable(endpoint.dialect, cause))
}

/// As a refusal; of chat completions without something in the reference proxy's words, which name the route.
fn unreadable(dialect: DialectId, cause: DialectError) -> Error {
    let names_route = dialect == DialectId::OpenAiChat && matches!(cause, DialectError::Missing { .. });
    let mut error = cause.of_request();
    if names_route {
        error.message.insert_str(0, "/chat/completions: ");
    }
    error
}

/// The model as the client calls it, and the group that is meant: a film's own, or the one that is named.
fn target(
    snapshot: &Snapshot,
    caller: &crate::Caller,
    film: Option<&FilmCall>,
    asked: Option<String>,
) -> Result<(String, Found), Error> {
    if let Some(bound) = film.map(|film| film.target(snapshot, caller)).transpose()?.flatten() {
        return Ok(bound);
    }
    let lists = film.is_some_and(|film| film.errand == Errand::List);
    let asked = asked.or_else(|| lists.then(|| studio(snapshot)).flatten());
    let asked = asked.or_else(|| snapshot.settings.default_model.clone());
    let model = asked.ok_or_else(|| words::unknown_model(None, snapshot))?;
    let found = find(snapshot, caller, &model)?;
    Ok((model, found))
}

/// The group behind a name, through the key's own aliases; access is checked on both names.
fn find(snapshot: &Snapshot, caller: &crate::Caller, model: &str) -> Result<Found, Error> {
    let key = caller.principal.key();
    let target = key.and_then(|key| key.aliases.get(model)).map_or(model, String::as_str);
    let found = snapshot.find(target);
    if let Some(key) = key {
        let resolved = found.as_ref().map_or(target, |found| &found.name);
        let pattern = found.as_ref().map_or(target, |found| &found.group.name);
        if !may_use_model(&key.models, &[model, target, resolved, pattern]) {
            return Err(Denial::Model(model.to_owned()).error());
        }
    }
    found.ok_or_else(|| words::unknown_model(Some(model), snapshot))
}

/// What the call may use, for limits and budgets: a cheap estimate from the body's length.
fn demand(found: &Found, seen: &Inspection, body: &RawObject) -> Demand {
    let input = tianji_pricing::estimate_tokens(body.len_bytes());
    let deployment = found.group.deployments.first();
    let price =
        deployment.and_then(|deployment| deployment.fixed.as_ref()).and_then(|concrete| concrete.price.as_ref());
    let Some(price) = price else {
        return Demand { tokens: input + seen.max_output_tokens.unwrap_or(0), cost: Usd::ZERO, free: false };
    };
    let most = price.capabilities().max_output_tokens.unwrap_or(DEFAULT_ALLOWANCE).min(DEFAULT_ALLOWANCE);
    let allowance = seen.max_output_tokens.unwrap_or(most);
    Demand {
        tokens: input + seen.max_output_tokens.unwrap_or(0),
        cost: tianji_pricing::estimate(price, input, allowance),
        free: price.is_free(),
    }
}

/// Charges the key and its limit on the model; all or nothing.
fn charge(
    shared: &Shared,
    snapshot: &Snapshot,
    caller: &crate::Caller,
    found: &Found,
    demand: &Demand,
) -> Result<SmallVec<[Permit; 2]>, Error> {
    let (second, now) = (shared.second(), shared.clock.wall());
    let mut permits: SmallVec<[Permit; 2]> = SmallVec::new();
    let admit = |scope: &Arc<Scope>, limits: &Limits| {
        let mut demand = *demand;
        if let Some(limit) = limits.tokens.filter(|_| demand.tokens == 0) {
            demand.tokens = (limit / 4).clamp(1, 1024);
        }
        scope.admit(limits, &demand, second, now)
    };
    let key = admit(&caller.scope, &caller.limits);
    permits.push(key.map_err(|refusal| refused(refusal, "api_key", &caller.token, caller, snapshot, now))?);
    if let Some(ModelLimits { model, scope, limits }) = caller.models.iter().find(|limits| *limits.model == *found.name)
    {
        match admit(scope, limits) {
            Ok(permit) => permits.push(permit),
            Err(refusal) => {
                permits.drain(..).for_each(|permit| permit.refund(second));
                let value = format!("{}:{model}", caller.token);
                return Err(refused(refusal, "model_per_key", &value, caller, snapshot, now));
            }
        }
    }
    Ok(permits)
}

fn refused(
    refusal: Refusal,
    descriptor: &str,
    value: &str,
    caller: &crate::Caller,
    snapshot: &Snapshot,
    now: tianji_core::Micros,
) -> Error {
    match refusal {
        Refusal::Requests { limit, wait } => words::rate_limited(descriptor, value, "requests", limit, 0, wait, now),
        Refusal::Tokens { limit, remaining, wait } => {
            words::rate_limited(descriptor, value, "tokens", limit, remaining, wait, now)
        }
        Refusal::Parallel { limit } => {
            words::rate_limited(descriptor, value, "max_parallel_requests", limit, 0, 1, now)
        }
        Refusal::Budget { spent, max, resets_at } => {
            let name = caller.principal.key().map_or("", |key| key.key_name.as_str());
            let alias = caller.alias.as_deref().unwrap_or("None");
            let message = format!(
                "Budget has been exceeded! Key={alias} ({name}) Current cost: {}, Max budget: {}",
                spent.python(),
                max.python()
            );
            let status = snapshot.settings.budget_status;
            let reset = resets_at.map(|end| Duration::from_micros(u64::try_from(end.0 - now.0).unwrap_or(0)));
            let wait = reset.filter(|_| status == 429).map(|wait| wait.min(Duration::from_secs(3600)));
            Error::client(Kind::BudgetExceeded, message).with_status(status).with_retry_after(wait)
        }
    }
}

/// The whole call's time: the caller's, capped by the entry's or the settings'.
fn time_for(snapshot: &Snapshot, found: &Found, controls: &Controls) -> Duration {
    let entry = found.group.deployments.iter().filter_map(|deployment| deployment.timeout).min();
    let most = entry.unwrap_or(snapshot.settings.timeout);
    controls.timeout.map_or(most, |asked| asked.min(most))
}

/// Output tokens assumed when the caller states no limit.
const DEFAULT_ALLOWANCE: u64 = 4096;

//! One attempt's request: the client's body, translated afresh for a deployment.
//!
//! Same dialect on both sides: the body goes up as the slices it came in, with the model name and the provider's edits
//! spliced in. Otherwise it is decoded and encoded once. Nothing of an earlier attempt leaks into this one.

use crate::call::{Admitted, Attempt, Plan, Sending};
use crate::compaction;
use crate::deployment::{Concrete, Deployment};
use crate::drop_path::drop_path;
use crate::words;
use std::sync::Arc;
use tianji_core::generate::{EffortBudgets, GenerateRequest, Target};
use tianji_core::{DialectId, Error, Kind, LossClass, Losses};
use tianji_dialects::{DialectError, Fixups, bridge, dialect, openai_chat, remote};
use tianji_http::OutBody;
use tianji_providers::kinds::{Ask, Filming, Flow};
use tianji_providers::{EndpointKind, Special, Way};
use tianji_wire::RawObject;

/// Why there is no attempt.
#[derive(Debug)]
pub(crate) enum Halt {
    /// It cannot be.
    Refused(Box<Error>),
    /// Not yet: the target must be sent the bytes behind these addresses.
    Wants(Vec<String>),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Refused(Box::new(error))
    }
}

/// A body ready to go, with what hangs on it.
struct Encoded {
    body: OutBody,
    features: Vec<&'static str>,
    fixups: Fixups,
}

/// Where a request goes.
#[derive(Clone, Copy)]
struct Goal<'a> {
    way: Way,
    deployment: &'a Deployment,
    target: &'a Target<'a>,
    special: &'a Special,
}

/// Builds the attempt of a call on a deployment. `overrides` are the parameters of a fallback target.
pub(crate) fn encode(
    call: &Admitted,
    deployment: &Arc<Deployment>,
    concrete: &Arc<Concrete>,
    group: &Arc<str>,
    overrides: &serde_json::Map<String, serde_json::Value>,
) -> Result<Attempt, Halt> {
    let missing = deployment.connection.missing_key.as_ref().filter(|_| deployment.mock_response.is_none());
    if let Some(missing) = missing {
        return Err(words::missing_key(&deployment.provider, missing).into());
    }
    let mut body = call.body.clone();
    // Parameters have names there that only its vendor knows.
    if call.endpoint.kind != EndpointKind::Invoke {
        prepare(&mut body, call, deployment, overrides);
    }
    let allowed: Vec<String> = deployment.allowed_params.iter().chain(&call.controls.allowed_params).cloned().collect();
    let target = Target {
        provider: &deployment.provider.name,
        model: &concrete.model,
        capabilities: &concrete.capabilities,
        allowed_params: &allowed,
        budgets: &BUDGETS,
        modify_params: call.snapshot.settings.modify_params,
    };
    let mut losses = Losses::default();
    let plan = if call.endpoint.kind.generates() {
        Plan::Generate(Box::new(generate(body, call, deployment, concrete, &target, &mut losses)?))
    } else if compaction::is_wanted(call)
        && deployment.provider.translator(call.endpoint.kind, &concrete.model).is_none()
    {
        let body = compaction::summing_up(&body)?;
        Plan::Generate(Box::new(generate(body, call, deployment, concrete, &target, &mut losses)?))
    } else {
        Plan::Follow(Some(begin(body, call, deployment, target, &mut losses)?))
    };
    check_losses(&losses, call, deployment, concrete)?;
    Ok(Attempt {
        deployment: Arc::clone(deployment),
        concrete: Arc::clone(concrete),
        group: Arc::clone(group),
        losses,
        plan,
    })
}

/// The request for a reply, in the way that suits client and model.
fn generate(
    mut body: RawObject,
    call: &Admitted,
    deployment: &Deployment,
    concrete: &Concrete,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Sending, Halt> {
    if call.endpoint.kind == EndpointKind::Chat && call.endpoint.dialect == DialectId::OpenAiChat {
        deployment.provider.screen_chat_by(&concrete.special, &mut body, target, losses);
    }
    let plain_chat = call.snapshot.settings.chat_for_messages;
    let way = concrete.way(&deployment.provider, call.endpoint.dialect, plain_chat);
    let (way, places) = way.ok_or_else(|| words::no_chat(&deployment.provider))?;
    // Servers of prompts are called by names that do not say which model they have.
    let prompted = deployment.prompt_model.as_deref().filter(|_| way.dialect == DialectId::TextGeneration);
    let target = &Target { model: prompted.unwrap_or(target.model), ..*target };
    let of_prompted = prompted.map(|model| deployment.provider.special(model, target.capabilities));
    let special = of_prompted.as_ref().unwrap_or(&concrete.special);
    let goal = Goal { way, deployment, target, special };
    let encoded = if way.dialect == call.endpoint.dialect {
        same_dialect(body, call, goal, losses)?
    } else {
        translated(&body, call, goal, losses)?
    };
    let outgoing = if call.stream { &places.streamed } else { &places.whole };
    let mut headers = outgoing.headers.clone();
    deployment.provider.client_headers(&call.headers, &encoded.features, &mut headers);
    Ok(Sending { body: encoded.body, headers, uri: outgoing.uri.clone(), way, fixups: encoded.fixups })
}

/// The beginning of a call of another kind.
fn begin(
    mut body: RawObject,
    call: &Admitted,
    deployment: &Deployment,
    target: Target<'_>,
    losses: &mut Losses,
) -> Result<Flow, Error> {
    let (provider, kind) = (&deployment.provider, call.endpoint.kind);
    let translator = provider.translator(kind, target.model).ok_or_else(|| words::not_offered(provider, kind))?;
    for (name, raw) in deployment.extra_body.iter().chain(&call.controls.extra_body) {
        body.set_raw(name, raw.clone());
    }
    let films = call.film.as_deref();
    let films = films.map(|film| (film, film.names(&call.caller, deployment, target.model, &call.model)));
    let filming =
        films.as_ref().map(|(film, names)| Filming { errand: film.errand, film: &film.film, id: &film.id, names });
    let ask = Ask {
        provider,
        connection: &deployment.connection,
        target,
        kind,
        body: &body,
        files: &call.files,
        model: &call.model,
        stream: call.stream,
        unique: &call.receipt.unique(),
        now: call.receipt.record().started_at.seconds(),
        filming,
    };
    translator.begin(&ask, losses)
}

/// Removes what is to be removed and sets what the entry or the fallback target sets.
fn prepare(
    body: &mut RawObject,
    call: &Admitted,
    deployment: &Deployment,
    overrides: &serde_json::Map<String, serde_json::Value>,
) {
    for path in deployment.additional_drop_params.iter().chain(&call.controls.additional_drop_params) {
        drop_path(body, path);
    }
    for (name, value) in overrides {
        body.set(name, value);
    }
    for (name, raw) in &deployment.defaults {
        if !body.contains(name) {
            body.set_raw(name, raw.clone());
        }
    }
}

fn same_dialect(mut body: RawObject, call: &Admitted, goal: Goal<'_>, losses: &mut Losses) -> Result<Encoded, Error> {
    if goal.way.dialect.names_model_in_body() {
        body.set("model", goal.target.model);
    } else {
        body.remove("model");
    }
    if call.endpoint.dialect == DialectId::OpenAiChat && call.stream && !call.include_usage {
        openai_chat::ask_for_usage(&mut body);
    }
    finish(&mut body, call, goal, &[], losses)?;
    Ok(Encoded { body: OutBody::of(body.to_chunks()), features: Vec::new(), fixups: Fixups::default() })
}

fn translated(body: &RawObject, call: &Admitted, goal: Goal<'_>, losses: &mut Losses) -> Result<Encoded, Halt> {
    let Goal { way, deployment, target, special } = goal;
    let request = dialect(call.endpoint.dialect).decode_request(&body.to_bytes());
    let mut request = request.map_err(DialectError::of_request)?;
    request.include_usage = true;
    // Some dialects say it in the URL.
    request.stream = call.stream;
    bring(&mut request, call, way, deployment)?;
    let encoded = bridge::request(way.dialect, &request, target, losses);
    let encoded = encoded.map_err(DialectError::of_request)?;
    let provider = &deployment.provider;
    let edits = (way.kind == EndpointKind::Chat && provider.edits_chat(special))
        || matches!(way.kind, EndpointKind::Messages | EndpointKind::TextCompletion)
        || !deployment.extra_body.is_empty()
        || !call.controls.extra_body.is_empty();
    let body = if edits {
        let mut out = RawObject::parse(encoded.body).map_err(|cause| {
            Error::gateway(Kind::InternalServer, "the request could not be encoded").with_source(cause)
        })?;
        finish(&mut out, call, goal, &encoded.features, losses)?;
        if call.endpoint.dialect != DialectId::OpenAiChat {
            // Agents ask every model to think.
            losses.soften(&["reasoning_effort", "thinking"]);
        }
        OutBody::of(out.to_chunks())
    } else {
        OutBody::from(encoded.body)
    };
    Ok(Encoded { body, features: encoded.features, fixups: encoded.fixups })
}

/// Puts what was fetched in the place of addresses that the vendor does not fetch from, or says what is still to be.
fn bring(request: &mut GenerateRequest, call: &Admitted, way: Way, deployment: &Deployment) -> Result<(), Halt> {
    let fetches = !deployment.provider.bytes_only.contains(&way.dialect);
    let wanted = remote::wanted(way.dialect, request, fetches);
    if wanted.is_empty() || deployment.mock_response.is_some() {
        return Ok(());
    }
    let missing = wanted.into_iter().filter(|address| call.media.of(address).is_none());
    let missing: Vec<String> = missing.map(str::to_owned).collect();
    if !missing.is_empty() {
        return Err(Halt::Wants(missing));
    }
    remote::inline(way.dialect, request, fetches, &|address| call.media.of(address));
    Ok(())
}

/// The provider's own edits, then what the operator and the caller merge in last.
fn finish(
    body: &mut RawObject,
    call: &Admitted,
    goal: Goal<'_>,
    features: &[&str],
    losses: &mut Losses,
) -> Result<(), Error> {
    let Goal { way, deployment, target, special } = goal;
    let edited = match way.kind {
        EndpointKind::Chat => deployment.provider.edit_chat_by(special, body, target, losses),
        EndpointKind::TextCompletion => deployment.provider.edit_text(body, target, losses),
        EndpointKind::Messages => {
            deployment.provider.edit_messages(body, &call.headers, features);
            Ok(())
        }
        _ => Ok(()),
    };
    edited.map_err(|cause| Error::client(Kind::BadRequest, cause.to_string()).with_source(cause))?;
    if matches!(way.kind, EndpointKind::Chat | EndpointKind::TextCompletion) {
        deployment.provider.bind(body, &deployment.connection, target);
    }
    for (name, raw) in deployment.extra_body.iter().chain(&call.controls.extra_body) {
        body.set_raw(name, raw.clone());
    }
    Ok(())
}

/// Parameters that were lost stop the call unless dropping was allowed; lost content always does.
fn check_losses(losses: &Losses, call: &Admitted, deployment: &Deployment, concrete: &Concrete) -> Result<(), Error> {
    if let Some(loss) = losses.of(LossClass::Content).next() {
        let message = format!("{}: {}", loss.path, loss.reason);
        return Err(Error::client(Kind::BadRequest, message).with_param(loss.path.clone()));
    }
    let asked = call.controls.drop_params.or(deployment.drop_params);
    if asked.unwrap_or(call.snapshot.settings.drop_params) {
        return Ok(());
    }
    let lost: Vec<&str> = losses.of(LossClass::Parameter).map(|loss| loss.path.as_str()).collect();
    if lost.is_empty() { Ok(()) } else { Err(words::unsupported(&deployment.provider, &concrete.model, &lost)) }
}

/// The reference proxy's budgets per effort.
static BUDGETS: EffortBudgets =
    EffortBudgets { minimal: 128, low: 1024, medium: 2048, high: 4096, xhigh: 8192, max: 16384 };

//! Send: choose a deployment, translate, send; retry, fail over to other groups; until a first frame is here.

use crate::attempt::{self, Outcome, send};
use crate::call::{Admitted, Attempt, Routed};
use crate::deployment::Deployment;
use crate::invoice;
use crate::media;
use crate::shared::Shared;
use crate::snapshot::Found;
use crate::words;
use smallvec::SmallVec;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{MutexGuard, PoisonError};
use tianji_auth::may_use_model;
use tianji_core::generate::ClientView;
use tianji_core::{DialectId, Error, Extra, Usage};
use tianji_dialects::{cohere_chat, dialect, openai_responses};
use tianji_router::{Breaker, FallbackTarget, Health, Weights, retries, shuffle};

/// An answered call.
pub(crate) struct Dispatched {
    pub(crate) call: Box<Admitted>,
    pub(crate) attempt: Attempt,
    pub(crate) outcome: Outcome,
    pub(crate) busy: InFlight,
}

/// A call that nobody answered.
pub(crate) struct Failed {
    pub(crate) call: Box<Admitted>,
    pub(crate) error: Error,
}

/// How far the call has come over all groups.
#[derive(Default)]
struct Progress {
    attempts: u32,
    visited: Vec<Arc<str>>,
}

/// Brings the call to an upstream.
pub(crate) async fn dispatch(shared: &Shared, routed: Routed) -> Result<Dispatched, Box<Failed>> {
    let Routed { mut call, client_fallbacks } = routed;
    let mut progress = Progress::default();
    let found = call.found.clone();
    let mut first = match group(shared, &mut call, &found, &FallbackTarget::named(""), &mut progress).await {
        Ok((attempt, outcome, busy)) => return Ok(Dispatched { call, attempt, outcome, busy }),
        Err(error) => error,
    };
    let snapshot = Arc::clone(&call.snapshot);
    let targets = match &client_fallbacks {
        Some(list) if !words::is_callers_fault(&first) => list.as_slice(),
        Some(_) => &[],
        None => snapshot.fallbacks.targets(&found.name, &first),
    };
    for target in targets.iter().take(snapshot.settings.max_fallbacks) {
        let Some(next) = allowed_target(&call, target, &progress) else { continue };
        call.receipt.record_mut().attempted_fallbacks += 1;
        call.receipt.record_mut().model_group = Arc::clone(&next.name);
        match group(shared, &mut call, &next, target, &mut progress).await {
            Ok((attempt, outcome, busy)) => return Ok(Dispatched { call, attempt, outcome, busy }),
            Err(error) => tracing::debug!(group = %next.name, %error, "fallback failed"),
        }
    }
    if snapshot.settings.router_debug_in_errors {
        words::name_group(&mut first, &found.name, &snapshot, targets);
    }
    Err(Box::new(Failed { call, error: first }))
}

/// A fallback group that exists, was not visited yet and that the key may use.
fn allowed_target(call: &Admitted, target: &FallbackTarget, progress: &Progress) -> Option<Found> {
    let next = call.snapshot.find(&target.model)?;
    if progress.visited.contains(&next.name) {
        return None;
    }
    let key = call.caller.principal.key();
    let checks = call.snapshot.settings.enforce_fallback_access;
    let allowed = key.is_none_or(|key| !checks || may_use_model(&key.models, &[&target.model, &next.name]));
    allowed.then_some(next)
}

/// Tries one group until it answers or there is no sense in trying on.
async fn group(
    shared: &Shared,
    call: &mut Admitted,
    found: &Found,
    target: &FallbackTarget,
    progress: &mut Progress,
) -> Result<(Attempt, Outcome, InFlight), Error> {
    progress.visited.push(Arc::clone(&found.name));
    let most = most_retries(call, found);
    let mut tried: SmallVec<[usize; 8]> = SmallVec::new();
    let mut failed = 0;
    let mut last: Option<Error> = None;
    loop {
        let Some(place) = pick(shared, found, &tried) else {
            return Err(last.unwrap_or_else(|| words::all_cooling(call, found, shared)));
        };
        tried.push(place);
        progress.attempts += 1;
        let error = match one(shared, call, found, place, target).await {
            Ok(answered) => return Ok(answered),
            Err(error) => error,
        };
        failed += 1;
        let elsewhere = pick(shared, found, &tried).is_some_and(|next| next != place);
        let spent = failed > most || progress.attempts >= call.snapshot.settings.max_total_attempts;
        if spent || !retries::may_retry(error.kind, elsewhere) {
            return Err(error);
        }
        let least = call.snapshot.settings.retry_after;
        let wait = retries::wait(failed, elsewhere, error.retry_after, least, rand::random());
        if !attempt::time_left(call, shared, wait) {
            return Err(error);
        }
        tokio::time::sleep(wait).await;
        call.receipt.record_mut().attempted_retries += 1;
        last = Some(error);
    }
}

/// One attempt, with its marks on the breaker.
async fn one(
    shared: &Shared,
    call: &mut Admitted,
    found: &Found,
    place: usize,
    target: &FallbackTarget,
) -> Result<(Attempt, Outcome, InFlight), Error> {
    let deployment =
        found.group.deployments.get(place).ok_or_else(|| words::unknown_model(Some(&found.name), &call.snapshot))?;
    let prices = &call.snapshot.prices;
    let concrete = deployment.concrete(found.filled(place), prices).map_err(words::no_connection)?;
    let concrete = invoice::sized(deployment, &concrete, &call.body, prices);
    let unpriced = concrete.price.as_ref().is_none_or(|price| !price.has_prices());
    if unpriced && call.snapshot.settings.block_unpriced {
        return Err(words::unpriced(&concrete.full));
    }
    call.receipt.asks(invoice::Asked::of(&call.body));
    let mut attempt = media::encoded(call, deployment, &concrete, found, target).await?;
    call.receipt.attempt(deployment, &concrete, &attempt.losses);
    for loss in attempt.losses.iter() {
        shared.metrics.lost(&deployment.provider.name, loss.reason);
    }
    if deployment.mock_response.is_none() {
        call.receipt.intend()?;
    }
    let busy = InFlight::begin(shared, deployment);
    let view = view(call, target);
    match send(shared, call, &mut attempt, view).await {
        Ok(outcome) => {
            lock(deployment).success(shared.millis());
            Ok((attempt, outcome, busy))
        }
        Err(error) => {
            let alone = found.group.deployments.len() == 1;
            let mut rules = call.snapshot.settings.breaker.clone();
            rules.cooldown = deployment.cooldown.unwrap_or(rules.cooldown);
            if !words::is_callers_fault(&error) {
                lock(deployment).failure(error.kind, alone, error.retry_after, &rules, shared.millis());
            }
            shared.metrics.attempt_failed(&deployment.provider.name, &deployment.group, error.kind);
            Err(words::dress(error, &deployment.provider, &call.snapshot))
        }
    }
}

/// The model name that the client sees is the one it sent, and after a fallback the one that was fallen back to. In a
/// whole reply after a fallback, or for a model that stood in the path, it is the upstream's own.
fn view(call: &Admitted, target: &FallbackTarget) -> ClientView {
    let fell_back = !target.model.is_empty();
    let upstream_name = !call.stream && (call.endpoint.shows_upstream_model || fell_back);
    let named = if fell_back { &target.model } else { &call.model };
    ClientView {
        model: if upstream_name { String::new() } else { named.clone() },
        minted_id: dialect(call.endpoint.dialect).id_prefix().to_owned() + &call.receipt.unique(),
        created: call.receipt.record().started_at.seconds(),
        include_usage: call.include_usage || call.snapshot.settings.always_include_stream_usage,
        legacy_functions: call.body.contains("functions"),
        echo: match call.endpoint.dialect {
            DialectId::OpenAiResponses => openai_responses::echo(&call.body),
            _ => Extra::default(),
        },
        json_array: call.json_array,
        must_call: call.endpoint.dialect == DialectId::CohereChat && cohere_chat::must_call(&call.body),
    }
}

fn most_retries(call: &Admitted, found: &Found) -> u32 {
    let entry = found.group.deployments.iter().filter_map(|deployment| deployment.num_retries).max();
    call.controls.num_retries.or(entry).unwrap_or(call.snapshot.settings.num_retries)
}

/// Chooses among the healthy ones that were not tried, then among the healthy ones; of those only the lowest order.
fn pick(shared: &Shared, found: &Found, tried: &[usize]) -> Option<usize> {
    let deployments = &found.group.deployments;
    if let [only] = deployments.as_slice() {
        return usable(shared, only).then_some(0);
    }
    let healthy: SmallVec<[usize; 16]> = (0..deployments.len())
        .filter(|place| deployments.get(*place).is_some_and(|deployment| usable(shared, deployment)))
        .collect();
    let fresh: SmallVec<[usize; 16]> = healthy.iter().copied().filter(|place| !tried.contains(place)).collect();
    let pool = if fresh.is_empty() { healthy } else { fresh };
    let order = |place: &usize| deployments.get(*place).and_then(|deployment| deployment.order).unwrap_or(i64::MAX);
    let lowest = pool.iter().map(order).min()?;
    let pool: SmallVec<[usize; 16]> = pool.into_iter().filter(|place| order(place) == lowest).collect();
    let weights: SmallVec<[Weights; 16]> =
        pool.iter().filter_map(|place| deployments.get(*place)).map(|deployment| deployment.weights).collect();
    pool.get(shuffle(&weights, rand::random())?).copied()
}

fn usable(shared: &Shared, deployment: &Deployment) -> bool {
    let full = deployment.max_parallel.is_some_and(|most| deployment.in_flight.load(Ordering::Relaxed) >= most);
    !full && !matches!(lock(deployment).health(shared.millis()), Health::Open(_))
}

/// The breaker's changes are complete under the lock, so a panic elsewhere leaves it whole.
pub(crate) fn lock(deployment: &Deployment) -> MutexGuard<'_, Breaker> {
    deployment.breaker.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An attempt in flight on a deployment, counted until it ends in whatever way.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<AtomicU64>);

impl InFlight {
    fn begin(shared: &Shared, deployment: &Deployment) -> Self {
        lock(deployment).begin(shared.millis());
        deployment.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&deployment.in_flight))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What an estimate of a call without reported usage is made of.
pub(crate) fn estimated(input_bytes: usize, output_bytes: u64) -> Usage {
    Usage {
        in_text: tianji_pricing::estimate_tokens(input_bytes),
        out_text: output_bytes.div_ceil(4),
        ..Usage::default()
    }
}

//! The stages in order, and what becomes of a call that fails at one of them.

use crate::attempt::{JSON, Outcome};
use crate::body::ReplyBody;
use crate::call::{Admitted, Envelope, Incoming, Screened};
use crate::dispatch::{Dispatched, Failed, dispatch};
use crate::raw::RawBody;
use crate::refusals::{self, Refused};
use crate::relay::StreamBody;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::state::{Keep, background, continues, recall};
use crate::{admit, compaction, headers, invoke, keep_alive, lookup, route, screen};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use std::sync::Arc;
use std::time::Duration;
use tianji_core::{BodyShape, DialectId, Error, Framing, Losses, Usage};
use tianji_dialects::{Observed, bedrock_converse, dialect};

/// Serves a request.
pub async fn serve(shared: &Shared, snapshot: Arc<Snapshot>, request: Incoming) -> Response<ReplyBody> {
    let mut call = match let_in(shared, snapshot, request) {
        Ok(call) => call,
        Err(refused) => return *refused,
    };
    // Boxed, so that other calls do not carry the room for it.
    if continues(&call)
        && let Err(error) = Box::pin(recall(shared, &mut call)).await
    {
        return fail(Failed { call, error });
    }
    compaction::open(&shared.responses, &mut call);
    let later = background::is_asked(&call);
    let call = screen::screen(call);
    if later {
        Box::pin(background::begin(shared, call)).await.unwrap_or_else(|failed| fail(*failed))
    } else {
        answer(shared, call).await
    }
}

/// Admits a call, or answers and notes why not.
fn let_in(
    shared: &Shared,
    snapshot: Arc<Snapshot>,
    request: Incoming,
) -> Result<Box<Admitted>, Box<Response<ReplyBody>>> {
    let (endpoint, call_id, started) = (request.endpoint, request.call_id, request.started);
    let (settings_of, caller) = (Arc::clone(&snapshot), request.caller.clone());
    admit::admit(shared, snapshot, request).map_err(|error| {
        shared.metrics.refused(endpoint.template, &error);
        let (call_type, route) = (endpoint.call_type, endpoint.template);
        let refused = Refused { call_id, call_type, route, started, error: &error };
        refusals::note(shared, &settings_of, &caller, refused);
        let mut response = error_response(endpoint.errors(), &error);
        headers::call_id(&settings_of.settings, call_id, response.headers_mut());
        Box::new(response)
    })
}

/// From a screened call to its reply.
pub(crate) async fn answer(shared: &Shared, call: Screened) -> Response<ReplyBody> {
    if let Some(hit) = lookup::lookup(&call) {
        return hit;
    }
    match dispatch(shared, route::route(call)).await {
        Ok(answered) => relay(shared, answered),
        Err(failed) => fail(*failed),
    }
}

/// A whole reply is settled before it leaves; a stream settles itself.
fn relay(shared: &Shared, answered: Dispatched) -> Response<ReplyBody> {
    let Dispatched { mut call, attempt, outcome, busy } = answered;
    let now = shared.clock.now();
    let keep = Keep::of(shared, &call, &attempt);
    match outcome {
        Outcome::Whole { body, content_type, seen, headers } => {
            let body = match compaction::whole(&shared.responses, &call, &attempt, body) {
                Ok(body) => body,
                Err(error) => {
                    call.receipt.fail(&error, Some(&seen));
                    return error_response(call.endpoint.errors(), &error);
                }
            };
            call.receipt.succeed(&seen);
            if let Some(keep) = keep {
                keep.whole(&body);
            }
            let mut response = Response::new(ReplyBody::of(body));
            *response.headers_mut() = headers::success(&call, &attempt, &call.receipt, &headers, now);
            losses(&attempt.losses, response.headers_mut());
            invoke::label(call.endpoint, &headers, response.headers_mut());
            response.headers_mut().insert(CONTENT_TYPE, content_type);
            response
        }
        Outcome::Raw { body, usage, headers } => {
            let mut map = headers::success(&call, &attempt, &call.receipt, &headers, now);
            // What is spoken is known before it is heard.
            let known =
                Observed { usage: Some(*usage).filter(|usage| *usage != Usage::default()), ..Observed::default() };
            if let Some(cost) = call.receipt.cost_so_far(&known) {
                headers::known_cost(&call.snapshot.settings, cost, &mut map);
            }
            losses(&attempt.losses, &mut map);
            let kind = headers.get(CONTENT_TYPE).cloned().unwrap_or(BYTES);
            invoke::label(call.endpoint, &headers, &mut map);
            let body = RawBody::new(*body, *usage, &kind, call.endpoint.dialect, call.receipt, busy);
            map.insert(CONTENT_TYPE, kind);
            let mut response = Response::new(ReplyBody::Raw(Box::new(body)));
            *response.headers_mut() = map;
            response
        }
        Outcome::Stream { stream, headers } => {
            let mut map = headers::success(&call, &attempt, &call.receipt, &headers, now);
            losses(&attempt.losses, &mut map);
            let framing = dialect(call.endpoint.dialect).framing();
            let kind = if call.json_array { Framing::JsonArray } else { framing }.content_type();
            map.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            map.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            map.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
            let body = StreamBody::new(*stream, call.receipt, keep, busy);
            let body = Box::new(body.showing_cost(call.snapshot.settings.cost_in_stream_usage));
            let body = match call.endpoint.envelope {
                Envelope::Plain => {
                    // What is made in the background has no client that waits for it.
                    let unheard = call.background.as_ref().map(|_| Duration::ZERO);
                    let asked = unheard.or(call.controls.keep_alive);
                    keep_alive::body(body, call.endpoint.dialect, asked, &call.snapshot.settings)
                }
                Envelope::BedrockInvoke => invoke::wrap(body, &mut map),
            };
            let mut response = Response::new(body);
            *response.headers_mut() = map;
            response
        }
    }
}

fn fail(failed: Failed) -> Response<ReplyBody> {
    let Failed { mut call, error } = failed;
    call.receipt.fail(&error, None);
    let mut response = error_response(call.endpoint.errors(), &error);
    let shown = headers::failure(&call, &call.receipt);
    response.headers_mut().extend(shown);
    response
}

fn losses(losses: &Losses, map: &mut HeaderMap) {
    if let Some(value) = losses.header().and_then(|text| HeaderValue::try_from(text).ok()) {
        map.insert(HeaderName::from_static("x-tianji-loss"), value);
    }
}

/// An error in the dialect of a route.
pub fn error_response(client: DialectId, error: &Error) -> Response<ReplyBody> {
    if let Some(source) = &error.source {
        tracing::debug!(error = %error.message, cause = %source, "answered with an error");
    }
    let body = match error.shape {
        BodyShape::Detail => serde_json::json!({ "detail": error.message }).to_string().into(),
        BodyShape::Envelope => dialect(client).encode_error(error),
    };
    let mut response = Response::new(ReplyBody::of(body));
    *response.status_mut() = error.status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    if client == DialectId::BedrockConverse {
        let kind = HeaderValue::from_static(bedrock_converse::error_type(error.status.as_u16()));
        response.headers_mut().insert(HeaderName::from_static("x-amzn-errortype"), kind);
    }
    headers::of_error(error, response.headers_mut());
    response
}

const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

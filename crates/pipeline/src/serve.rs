//! The stages in order, and what becomes of a call that fails at one of them.

use crate::attempt::{JSON, Outcome};
use crate::body::ReplyBody;
use crate::call::Incoming;
use crate::dispatch::{Dispatched, Failed, dispatch};
use crate::raw::RawBody;
use crate::relay::StreamBody;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::state::{Keep, continues, recall};
use crate::{admit, headers, lookup, route, screen};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use std::sync::Arc;
use tianji_core::{BodyShape, DialectId, Error, Framing, Losses};
use tianji_dialects::dialect;

/// Serves a request.
pub async fn serve(shared: &Shared, snapshot: Arc<Snapshot>, request: Incoming) -> Response<ReplyBody> {
    let (endpoint, call_id) = (request.endpoint, request.call_id);
    let settings_of = Arc::clone(&snapshot);
    let mut call = match admit::admit(shared, snapshot, request) {
        Ok(call) => call,
        Err(error) => {
            shared.metrics.refused(endpoint.template, &error);
            let mut response = error_response(endpoint.dialect, &error);
            headers::call_id(&settings_of.settings, call_id, response.headers_mut());
            return response;
        }
    };
    // Boxed, so that other calls do not carry the room for it.
    if continues(&call)
        && let Err(error) = Box::pin(recall(shared, &mut call)).await
    {
        return fail(Failed { call, error });
    }
    let call = screen::screen(call);
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
            call.receipt.succeed(&seen);
            if let Some(keep) = keep {
                keep.whole(&body);
            }
            let mut response = Response::new(ReplyBody::of(body));
            *response.headers_mut() = headers::success(&call, &attempt, &call.receipt, &headers, now);
            losses(&attempt.losses, response.headers_mut());
            response.headers_mut().insert(CONTENT_TYPE, content_type);
            response
        }
        Outcome::Raw { body, usage, headers } => {
            let mut map = headers::success(&call, &attempt, &call.receipt, &headers, now);
            losses(&attempt.losses, &mut map);
            let kind = headers.get(CONTENT_TYPE).cloned().unwrap_or(BYTES);
            let events = kind.as_bytes().starts_with(b"text/event-stream");
            map.insert(CONTENT_TYPE, kind);
            let body = RawBody::new(*body, *usage, events, call.endpoint.dialect, call.receipt, busy);
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
            let mut response = Response::new(ReplyBody::Stream(Box::new(body)));
            *response.headers_mut() = map;
            response
        }
    }
}

fn fail(failed: Failed) -> Response<ReplyBody> {
    let Failed { mut call, error } = failed;
    call.receipt.fail(&error, None);
    let mut response = error_response(call.endpoint.dialect, &error);
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
    headers::of_error(error, response.headers_mut());
    response
}

const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

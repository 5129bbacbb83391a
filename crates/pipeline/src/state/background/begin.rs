//! Accepting a response to be made in the background.

use super::events::EventReader;
use super::run::{Run, work};
use super::shape;
use crate::body::ReplyBody;
use crate::call::{Admitted, Screened};
use crate::dispatch::Failed;
use crate::headers;
use crate::keep_alive;
use crate::shared::Shared;
use crate::state::{Conversation, TTL};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response};
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;
use tianji_core::{Error, Kind};
use tianji_providers::EndpointKind;
use tianji_storage::StoredResponse;
use tokio::sync::OwnedSemaphorePermit;

/// Whether a call asks for this.
pub(crate) fn is_asked(call: &Admitted) -> bool {
    call.endpoint.kind == EndpointKind::Responses && call.body.bool("background") == Some(true)
}

/// Begins a call in the background; gives what the client gets at once: the response as it is now, or its events.
pub(crate) async fn begin(shared: &Shared, call: Screened) -> Result<Response<ReplyBody>, Box<Failed>> {
    let Screened(mut call) = call;
    let (run, room) = match accept(shared, &mut call).await {
        Ok(accepted) => accepted,
        Err(error) => return Err(Box::new(Failed { call, error })),
    };
    call.background = Some(Arc::clone(&run));
    let (body, kind) = if call.stream {
        let reader = EventReader::from_start(Arc::clone(&run));
        let events = keep_alive::events(reader, call.controls.keep_alive, &call.snapshot.settings);
        (events, HeaderValue::from_static("text/event-stream; charset=utf-8"))
    } else {
        (ReplyBody::of(run.begun.clone()), crate::attempt::JSON)
    };
    let mut response = Response::new(body);
    *response.headers_mut() = headers::failure(&call, &call.receipt);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    if call.stream {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    shared.background.spawn(work(shared.clone(), run, Screened(call), room));
    Ok(response)
}

/// Finds room for it and writes it down, so that it can be asked for from now on.
async fn accept(shared: &Shared, call: &mut Admitted) -> Result<(Arc<Run>, OwnedSemaphorePermit), Error> {
    if call.body.bool("store") == Some(false) {
        let words = "A response in the background has to be stored: 'store' must not be false.";
        return Err(Error::client(Kind::BadRequest, words).with_param("store"));
    }
    let background = &shared.background;
    background.tidy(shared.clock.now());
    let room = Arc::clone(&background.room).try_acquire_owned().map_err(|_| {
        Error::gateway(Kind::ServiceUnavailable, "Too many responses are being made in the background.")
            .with_retry_after(Some(WAIT))
    })?;
    let begun = shape::begun(call);
    call.body.remove("background");
    let input = crate::state::items_of(&call.body).or_else(|| RawValue::from_string("[]".to_owned()).ok());
    let now = shared.clock.wall();
    let run = Arc::new(Run::new(shape::id_of(call), begun, input.unwrap_or_default(), call.stream));
    let unkept = || Error::gateway(Kind::ServiceUnavailable, "The response could not be written down.");
    let response = run.read(&run.begun).ok_or_else(unkept)?;
    let conversation = Conversation { input: run.input.clone(), response, upstream_id: None };
    let row = StoredResponse {
        id: run.id.clone(),
        token: call.caller.token.to_string(),
        deployment: None,
        model_group: call.found.name.to_string(),
        sealed: Some(shared.responses.seal(&conversation).ok_or_else(unkept)?),
        created_at: now,
        expires_at: now.plus(TTL),
        lease_until: Some(now.plus(super::run::LEASE)),
    };
    shared.store.put_responses(&[row]).await.map_err(|cause| unkept().with_source(cause))?;
    background.add(&run);
    Ok((run, room))
}

/// When there may be room again.
const WAIT: Duration = Duration::from_secs(10);

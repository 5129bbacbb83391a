//! Sending one attempt and reading as much of the reply as decides whether it is one.

use crate::call::{Admitted, Attempt, Plan, Sending};
use crate::converse;
use crate::credential;
use crate::deployment::Deployment;
use crate::follow::{self, Arrived};
use crate::job::Job;
use crate::mock;
use crate::relay::{FirstFrames, Streaming, translate, translate_last};
use crate::shared::Shared;
use crate::words;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response};
use std::sync::Arc;
use std::time::Duration;
use tianji_core::generate::ClientView;
use tianji_core::{Credential, Error, Kind, Usage};
use tianji_dialects::{DialectError, Observed, bridge, dialect};
use tianji_http::{Deadlines, OutBody, UpstreamBody};
use tianji_providers::Unsigned;
use tianji_wire::{Frame, Splitter};

/// What an attempt brought.
pub(crate) enum Outcome {
    /// A whole reply in the client's dialect or form.
    Whole { body: Bytes, content_type: HeaderValue, seen: Box<Observed>, headers: HeaderMap },
    /// A reply that is passed on as it comes.
    Raw { body: Box<UpstreamBody>, usage: Box<Usage>, headers: HeaderMap },
    /// A stream whose first frames are here.
    Stream { stream: Box<Streaming>, headers: HeaderMap },
}

/// Sends an attempt.
pub(crate) async fn send(
    shared: &Shared,
    call: &Admitted,
    attempt: &mut Attempt,
    view: ClientView,
) -> Result<Outcome, Error> {
    let deployment = &attempt.deployment;
    match &mut attempt.plan {
        Plan::Generate(sending) => match &deployment.mock_response {
            Some(text) => mock::answer(call, text, view),
            None => generate(shared, call, deployment, sending, view).await,
        },
        Plan::Follow(flow) => match flow.take() {
            Some(flow) if deployment.mock_response.is_none() => {
                // Boxed, so that generation does not carry the room that conversations need.
                Box::pin(converse::send(shared, call, deployment, flow)).await
            }
            _ => Err(words::no_mock()),
        },
    }
}

async fn generate(
    shared: &Shared,
    call: &Admitted,
    deployment: &Arc<Deployment>,
    sending: &Sending,
    view: ClientView,
) -> Result<Outcome, Error> {
    let deadlines = deadlines(call, deployment);
    let mut reply = accepted(sending, answer(shared, deployment, sending, &deadlines).await?).await?;
    let mut job = None;
    if let Some(follow) = deployment.provider.follow() {
        let headers = reply.headers().clone();
        // Boxed, so that vendors that answer at once do not carry the room that the others need.
        let followed = follow::follow(shared, call, deployment, sending, (follow, reply), &deadlines);
        reply = match Box::pin(followed).await? {
            Arrived::Coming(reply, running) => {
                job = Some(running);
                accepted(sending, *reply).await?
            }
            Arrived::Whole(body) if call.stream => {
                let stream = stream_of_one(call, deployment, sending, body, view)?;
                return Ok(Outcome::Stream { stream, headers });
            }
            Arrived::Whole(body) => return read(call, deployment, sending, body, headers, &view),
        };
    }
    let (head, body) = reply.into_parts();
    if call.stream && words::is_stream(dialect(sending.way.dialect).framing(), &head.headers) {
        let splitter = words::splitter(&head.headers, sending.way.dialect);
        return stream(deployment, sending, call, (body, job), splitter, view)
            .await
            .map(|stream| Outcome::Stream { stream, headers: head.headers });
    }
    let body = body.collect(call.snapshot.settings.max_reply).await.map_err(tianji_http::HttpError::into_error)?;
    read(call, deployment, sending, body, head.headers, &view)
}

/// A reply that is 2xx; any other is the vendor's error.
async fn accepted(sending: &Sending, reply: Response<UpstreamBody>) -> Result<Response<UpstreamBody>, Error> {
    if reply.status().is_success() {
        return Ok(reply);
    }
    let (head, body) = reply.into_parts();
    let text = body.collect(MOST_ERROR_BODY).await.unwrap_or_default();
    Err(words::upstream_error(sending.way.dialect, head.status.as_u16(), &head.headers, &text))
}

/// Sends, and once more if a credential that was asked for is refused and there is another one.
async fn answer(
    shared: &Shared,
    deployment: &Deployment,
    sending: &Sending,
    deadlines: &Deadlines,
) -> Result<Response<UpstreamBody>, Error> {
    let send = async |credential: Option<&Credential>| {
        let request = request(shared, deployment, sending, credential)?;
        deployment.client(shared).send(request, deadlines).await.map_err(tianji_http::HttpError::into_error)
    };
    let used = credential::of(shared, deployment).await?;
    let reply = send(used.as_deref()).await?;
    match &used {
        Some(used) if credential::is_refused(reply.status(), reply.headers()) => {
            match credential::instead(shared, deployment, used).await {
                Some(renewed) => send(Some(&renewed)).await,
                None => Ok(reply),
            }
        }
        _ => Ok(reply),
    }
}

fn request(
    shared: &Shared,
    deployment: &Deployment,
    sending: &Sending,
    credential: Option<&Credential>,
) -> Result<Request<OutBody>, Error> {
    let body = sending.body.clone();
    let (mut headers, mut uri) = (sending.headers.clone(), sending.uri.clone());
    if let Some(credential) = credential {
        let connection = &deployment.connection;
        let (method, now) = (&http::Method::POST, shared.clock.wall());
        let unsigned = Unsigned { method, uri: &mut uri, headers: &mut headers, body: &body.slices(), now };
        deployment.provider.sign(connection, credential, unsigned)?;
    }
    let mut request = Request::new(body);
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

pub(crate) fn deadlines(call: &Admitted, deployment: &Deployment) -> Deadlines {
    let settings = &call.snapshot.settings;
    let stream = call.controls.stream_timeout.or(deployment.stream_timeout).or(settings.stream_timeout);
    let first = if call.stream { stream } else { settings.first_byte_timeout };
    Deadlines {
        connect: settings.connect_timeout,
        first_byte: first.unwrap_or(call.timeout),
        between_bytes: if call.stream { settings.stream_idle_timeout } else { call.timeout },
        total: Some(call.deadline.into()),
    }
}

/// Reads a whole reply.
fn read(
    call: &Admitted,
    deployment: &Deployment,
    sending: &Sending,
    body: Bytes,
    headers: HeaderMap,
    view: &ClientView,
) -> Result<Outcome, Error> {
    let edited = deployment.provider.edit_reply(sending.way.kind, &view.minted_id, &body);
    let body = edited.unwrap_or(body);
    let mut seen = Observed::default();
    let reply = bridge::response(sending.way.dialect, call.endpoint.dialect, &body, view, &sending.fixups, &mut seen);
    match reply {
        Ok(body) => Ok(Outcome::Whole { body, content_type: JSON, seen: Box::new(seen), headers }),
        Err(told @ DialectError::Failed(_)) => Err(told.of_reply()),
        // A reply that says "error" under a status that says "fine" is an error all the same.
        Err(cause) => {
            let told = dialect(sending.way.dialect).decode_error(500, &body);
            let error = DialectError::of_reply(cause);
            Err(if told.message.is_empty() { error } else { Error { message: told.message, ..error } })
        }
    }
}

/// A stream of a reply that came whole: one frame says all of it.
fn stream_of_one(
    call: &Admitted,
    deployment: &Deployment,
    sending: &Sending,
    data: Bytes,
    view: ClientView,
) -> Result<Box<Streaming>, Error> {
    let edit = deployment.provider.stream_edit(sending.way.kind, &view.minted_id);
    let mut bridge = bridge::stream(sending.way.dialect, call.endpoint.dialect, view, sending.fixups.clone());
    let frame = Frame { raw: Bytes::new(), event: None, data };
    let mut frames = Vec::with_capacity(1);
    match edit {
        Some(mut edit) => {
            edit.edit(frame, &mut frames);
            edit.end(&mut frames);
        }
        None => frames.push(frame),
    }
    let mut out = BytesMut::with_capacity(FIRST_OUT);
    frames.iter().try_for_each(|frame| bridge.frame(frame, &mut out))?;
    bridge.end(&mut out).map_err(before_first)?;
    Ok(Box::new(Streaming::finished(bridge, out.freeze())))
}

/// Reads until the first frame that means something, so that until then any other attempt may still be made.
async fn stream(
    deployment: &Deployment,
    sending: &Sending,
    call: &Admitted,
    (mut body, mut job): (UpstreamBody, Option<Job>),
    mut splitter: Splitter,
    view: ClientView,
) -> Result<Box<Streaming>, Error> {
    let mut edit = deployment.provider.stream_edit(sending.way.kind, &view.minted_id);
    let mut bridge = bridge::stream(sending.way.dialect, call.endpoint.dialect, view, sending.fixups.clone());
    let mut out = BytesMut::with_capacity(FIRST_OUT);
    while out.is_empty() {
        match body.data().await {
            Some(piece) => {
                splitter.push(piece.map_err(tianji_http::HttpError::into_error)?);
                let read = translate(&mut splitter, edit.as_deref_mut(), bridge.as_mut(), &mut out);
                match read {
                    Ok(()) => {}
                    Err(error) if out.is_empty() => return Err(error),
                    Err(error) => {
                        let first = FirstFrames { body, job, splitter, edit, bridge, out };
                        return Ok(Box::new(Streaming::broken(first, error)));
                    }
                }
            }
            None => {
                translate_last(&mut splitter, edit.as_deref_mut(), bridge.as_mut(), &mut out)?;
                bridge.end(&mut out).map_err(before_first)?;
                job.iter_mut().for_each(Job::done);
                return Ok(Box::new(Streaming::finished(bridge, out.freeze())));
            }
        }
    }
    Ok(Box::new(Streaming::running(FirstFrames { body, job, splitter, edit, bridge, out })))
}

/// A stream that ends before it began is a malformed reply, not a broken stream: it may be tried again.
fn before_first(error: Error) -> Error {
    let status = Kind::MalformedReply.status();
    Error { kind: Kind::MalformedReply, status, ..error }
}

/// The media type of whole replies.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Longest error reply that is read, in bytes.
pub(crate) const MOST_ERROR_BODY: usize = 1 << 20;
/// Room for the first frames.
const FIRST_OUT: usize = 2048;

/// Whether so much time is left that an attempt after a wait makes sense.
pub(crate) fn time_left(call: &Admitted, shared: &Shared, wait: Duration) -> bool {
    shared.clock.now() + wait < call.deadline
}

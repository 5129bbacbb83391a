//! Following a translator: one request whose reply is passed on, or a conversation that comes to a reply or finds out
//! what is to be passed on.

use crate::attempt::{MOST_ERROR_BODY, Outcome, deadlines};
use crate::call::Admitted;
use crate::credential;
use crate::deployment::Deployment;
use crate::fetch;
use crate::shared::Shared;
use crate::words;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use tianji_core::{Credential, DialectId, Error, Reply, Segment, Usage, WireRequest};
use tianji_dialects::Observed;
use tianji_http::{HttpClient, UpstreamBody, drive_with};
use tianji_providers::Unsigned;
use tianji_providers::kinds::{Flow, Relay, Sought, Told};

/// Carries a flow to its outcome.
pub(crate) async fn send(
    shared: &Shared,
    call: &Admitted,
    deployment: &Deployment,
    flow: Flow,
) -> Result<Outcome, Error> {
    let credential = credential::of(shared, deployment).await?;
    let outcome = follow(shared, call, deployment, flow, credential.as_deref()).await;
    // The flow is used up, so there is no second try here; but the next one asks for another credential.
    if let (Err(error), Some(refused)) = (&outcome, &credential)
        && error.upstream_status == Some(401)
    {
        credential::forget(shared, deployment, refused);
    }
    outcome
}

async fn follow(
    shared: &Shared,
    call: &Admitted,
    deployment: &Deployment,
    flow: Flow,
    credential: Option<&Credential>,
) -> Result<Outcome, Error> {
    let mut sign = |request: &mut WireRequest| signed(shared, deployment, credential, request);
    let deadlines = deadlines(call, deployment);
    match flow {
        Flow::Relay(mut relay) => {
            sign(&mut relay.request)?;
            pass_on(deployment.client(shared), *relay, &deadlines).await
        }
        Flow::Seek(mut exchange) => {
            match drive_with(deployment.client(shared), exchange.as_mut(), &deadlines, &mut sign, &judge).await? {
                Sought::Whole(told) => Ok(whole(told)),
                Sought::PassedOn(relay) => fetch::found(shared, call, deployment, relay, &mut sign, &deadlines).await,
            }
        }
        Flow::Converse(mut exchange) => {
            let told = drive_with(deployment.client(shared), exchange.as_mut(), &deadlines, &mut sign, &judge).await?;
            Ok(whole(told))
        }
    }
}

pub(crate) async fn pass_on(
    client: &HttpClient,
    relay: Relay,
    deadlines: &tianji_http::Deadlines,
) -> Result<Outcome, Error> {
    let Relay { request, usage, .. } = relay;
    raw(fetch::ask(client, request, deadlines).await?, usage).await
}

/// A reply to be passed on, unless it is a refusal.
pub(crate) async fn raw(reply: Response<UpstreamBody>, usage: Usage) -> Result<Outcome, Error> {
    let (head, body) = reply.into_parts();
    if !head.status.is_success() {
        let text = body.collect(MOST_ERROR_BODY).await.unwrap_or_default();
        return Err(refusal(head.status, &head.headers, &text));
    }
    Ok(Outcome::Raw { body: Box::new(body), usage: Box::new(usage), headers: head.headers })
}

fn whole(told: Told) -> Outcome {
    let seen = Observed {
        response_id: told.id,
        usage: told.usage,
        ended: true,
        resolution: told.resolution,
        ..Observed::default()
    };
    let content_type = HeaderValue::try_from(&*told.content_type);
    Outcome::Whole {
        body: told.body,
        content_type: content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")),
        seen: Box::new(seen),
        headers: told.headers,
    }
}

/// Puts the credential on a request.
pub(crate) fn signed(
    shared: &Shared,
    deployment: &Deployment,
    credential: Option<&Credential>,
    request: &mut WireRequest,
) -> Result<(), Error> {
    let Some(credential) = credential else { return Ok(()) };
    let slices = request.body.segments.iter().filter_map(|segment| match segment {
        Segment::Bytes(bytes) => Some(bytes.clone()),
        Segment::File(..) => None,
    });
    let body: Vec<_> = slices.collect();
    let (method, uri, now) = (&request.method, &mut request.uri, shared.clock.wall());
    let unsigned = Unsigned { method, uri, headers: &mut request.headers, body: &body, now };
    deployment.provider.sign(&deployment.connection, credential, unsigned)
}

/// A reply that is not 2xx is the vendor's refusal, in whatever envelope.
fn judge(reply: &Reply) -> Result<(), Error> {
    if reply.status.is_success() {
        return Ok(());
    }
    Err(refusal(reply.status, &reply.headers, &reply.body))
}

/// The vendor's words. The parameter that it blames is one of its own, not of the client's form, and is not named.
fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    Error { param: None, ..words::upstream_error(WORDS, status.as_u16(), headers, body) }
}

/// The dialect whose reader of errors knows the most envelopes.
const WORDS: DialectId = DialectId::OpenAiChat;

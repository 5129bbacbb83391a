//! Fetching what a vendor only names the address of.
//!
//! The address may be anybody's: it must not lead into the operator's own network, and no credential goes to it. The
//! connection is one that judges what the host's name stands for, as for addresses that clients name.

use crate::attempt::Outcome;
use crate::call::Admitted;
use crate::converse::raw;
use crate::deployment::Deployment;
use crate::shared::Shared;
use http::{Response, Uri};
use tianji_core::egress::is_public_site;
use tianji_core::{Error, Kind, WireRequest};
use tianji_http::{Deadlines, FollowError, HttpClient, HttpError, UpstreamBody, follow};
use tianji_providers::kinds::Relay;

/// Passes on what a conversation has found.
pub(crate) async fn found(
    shared: &Shared,
    call: &Admitted,
    deployment: &Deployment,
    relay: Relay,
    sign: &mut (dyn FnMut(&mut WireRequest) -> Result<(), Error> + Send),
    deadlines: &Deadlines,
) -> Result<Outcome, Error> {
    // An entry that is itself at a plain address (a test, a proxy on the same host) trusts its network.
    let trusting = deployment.base.starts_with("http://");
    let Relay { request, usage, mut foreign, .. } = relay;
    let before = |request: &mut WireRequest, from: Option<&Uri>| {
        match from {
            Some(from) if from.authority() != request.uri.authority() || from.scheme() != request.uri.scheme() => {
                request.headers.clear();
                foreign = true;
            }
            None if !foreign => sign(request)?,
            _ => {}
        }
        if foreign && !trusting && !is_public_site(&request.uri) {
            return Err(astray());
        }
        Ok(if foreign && !trusting { call.snapshot.fetcher.client() } else { deployment.client(shared) })
    };
    match follow(request, deadlines, before).await {
        Ok(reply) => raw(reply, usage).await,
        Err(FollowError::Refused(error)) => Err(error),
        Err(FollowError::Http(cause)) => Err(failed(cause)),
        Err(FollowError::Astray) => Err(astray()),
    }
}

/// Sends a request as it is.
pub(crate) async fn ask(
    client: &HttpClient,
    request: WireRequest,
    deadlines: &Deadlines,
) -> Result<Response<UpstreamBody>, Error> {
    client.send_wire(request, deadlines).await.map_err(failed)
}

fn failed(cause: HttpError) -> Error {
    match cause {
        HttpError::Egress(_) => astray().with_source(cause),
        other => other.into_error(),
    }
}

fn astray() -> Error {
    Error::provider(Kind::MalformedReply, "the provider names an address that cannot be fetched")
}

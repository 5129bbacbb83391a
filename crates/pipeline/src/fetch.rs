//! Fetching what a vendor only names the address of.
//!
//! The address may be anybody's: it must not lead into the operator's own network, and no credential goes to it. The
//! connection is one that judges what the host's name stands for, as for addresses that clients name.

use crate::attempt::Outcome;
use crate::call::Admitted;
use crate::converse::raw;
use crate::deployment::Deployment;
use crate::shared::Shared;
use http::header::LOCATION;
use http::{HeaderMap, Response, Uri};
use tianji_core::{Error, Kind, WireRequest};
use tianji_http::{Deadlines, HttpClient, HttpError, UpstreamBody};
use tianji_providers::kinds::{Relay, is_public};

/// Passes on what a conversation has found.
pub(crate) async fn found(
    shared: &Shared,
    call: &Admitted,
    deployment: &Deployment,
    mut relay: Relay,
    sign: &mut (dyn FnMut(&mut WireRequest) -> Result<(), Error> + Send),
    deadlines: &Deadlines,
) -> Result<Outcome, Error> {
    // An entry that is itself at a plain address (a test, a proxy on the same host) trusts its network.
    let trusting = deployment.base.starts_with("http://");
    if relay.foreign {
        check(&relay.request.uri, trusting)?;
    } else {
        sign(&mut relay.request)?;
    }
    for _ in 0..=MOST_REDIRECTS {
        let guarded = relay.foreign && !trusting;
        let client = if guarded { call.snapshot.fetcher.client() } else { deployment.client(shared) };
        let reply = ask(client, relay.request.clone(), deadlines).await?;
        if !reply.status().is_redirection() {
            return raw(reply, relay.usage).await;
        }
        let next = next(&relay.request.uri, reply.headers()).ok_or_else(astray)?;
        if next.authority() != relay.request.uri.authority() || next.scheme() != relay.request.uri.scheme() {
            check(&next, trusting)?;
            relay.request.headers.clear();
            relay.foreign = true;
        }
        relay.request.uri = next;
    }
    Err(astray())
}

/// Sends a request as it is.
pub(crate) async fn ask(
    client: &HttpClient,
    request: WireRequest,
    deadlines: &Deadlines,
) -> Result<Response<UpstreamBody>, Error> {
    client.send_wire(request, deadlines).await.map_err(|cause| match cause {
        HttpError::Egress(_) => astray().with_source(cause),
        other => other.into_error(),
    })
}

/// Where a redirect leads (RFC 9110, section 10.2.2): a whole address, or a path on the same host.
fn next(from: &Uri, headers: &HeaderMap) -> Option<Uri> {
    let told = headers.get(LOCATION)?.to_str().ok()?;
    if told.starts_with('/') && !told.starts_with("//") {
        return format!("{}://{}{told}", from.scheme_str()?, from.authority()?).parse().ok();
    }
    told.parse().ok().filter(|uri: &Uri| uri.scheme().is_some() && uri.authority().is_some())
}

/// A stranger's address is one of the public web.
fn check(uri: &Uri, trusting: bool) -> Result<(), Error> {
    if trusting || is_public(uri) { Ok(()) } else { Err(astray()) }
}

fn astray() -> Error {
    Error::provider(Kind::MalformedReply, "the provider names an address that cannot be fetched")
}

/// Most redirects that are followed.
const MOST_REDIRECTS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn redirects_lead_to_whole_addresses_and_paths() {
        let from = Uri::from_static("https://a.example.com/x?y=1");
        let to = |location: &'static str| {
            let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static(location))]);
            next(&from, &headers).map(|uri| uri.to_string())
        };
        assert_eq!(to("/z?w=2").as_deref(), Some("https://a.example.com/z?w=2"));
        assert_eq!(to("https://b.example.com/z").as_deref(), Some("https://b.example.com/z"));
        assert_eq!((to("z"), to("//b.example.com/z"), next(&from, &HeaderMap::new())), (None, None, None));
    }
}

//! Media that a client gives by address and that the target takes as bytes only: fetched once, when an attempt first
//! needs it, and kept for the attempts that follow.

mod sniff;

use crate::call::{Admitted, Attempt};
use crate::deployment::{Concrete, Deployment};
use crate::encode::{Halt, encode};
use crate::snapshot::Found;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt, TryStreamExt, stream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tianji_core::{Error, Kind};
use tianji_dialects::remote::Inline;
use tianji_http::{FetchError, Fetched, Fetcher};
use tianji_router::FallbackTarget;

/// What was fetched for a call, by address.
#[derive(Debug, Default)]
pub(crate) struct Media(Vec<(String, Inline)>);

impl Media {
    /// What is behind an address, if it was fetched.
    pub(crate) fn of(&self, address: &str) -> Option<Inline> {
        self.0.iter().find(|(known, _)| known == address).map(|(_, bytes)| bytes.clone())
    }
}

/// Builds an attempt, with what it needs fetched before.
pub(crate) async fn encoded(
    call: &mut Admitted,
    deployment: &Arc<Deployment>,
    concrete: &Arc<Concrete>,
    found: &Found,
    target: &FallbackTarget,
) -> Result<Attempt, Error> {
    let addresses = match encode(call, deployment, concrete, &found.name, &target.overrides) {
        Ok(attempt) => return Ok(attempt),
        Err(Halt::Refused(error)) => return Err(*error),
        Err(Halt::Wants(addresses)) => addresses,
    };
    // Boxed: few calls come here, and the others shall not carry the room for it.
    Box::pin(fetch(call, addresses)).await?;
    encode(call, deployment, concrete, &found.name, &target.overrides).map_err(|halt| match halt {
        Halt::Refused(error) => *error,
        Halt::Wants(_) => Error::gateway(Kind::InternalServer, "media that was fetched is asked for again"),
    })
}

/// Fetches a few at a time, until all are there or one is not.
async fn fetch(call: &mut Admitted, addresses: Vec<String>) -> Result<(), Error> {
    if addresses.len() + call.media.0.len() > MOST_ADDRESSES {
        let message = format!("media can be given by at most {MOST_ADDRESSES} different addresses in a request");
        return Err(Error::client(Kind::BadRequest, message));
    }
    let until = (Instant::now() + TIME).min(call.deadline);
    let (fetcher, most) = (call.snapshot.fetcher.clone(), call.snapshot.settings.max_body);
    let work = addresses.into_iter().map(|address| one(&fetcher, address, most, until));
    let mut arriving = stream::iter(work).buffered(AT_ONCE);
    let mut room = most;
    while let Some((address, fetched)) = arriving.try_next().await? {
        let left = room.checked_sub(fetched.bytes.len());
        room = left.ok_or_else(|| failed(&address, "the request's media is too large in all"))?;
        let bytes = inline(&address, &fetched)?;
        call.media.0.push((address, bytes));
    }
    Ok(())
}

async fn one(fetcher: &Fetcher, address: String, most: usize, until: Instant) -> Result<(String, Fetched), Error> {
    match fetcher.fetch(&address, most, until.into()).await {
        Ok(fetched) => Ok((address, fetched)),
        Err(cause) => Err(failed(&address, &words(&cause)).with_source(cause)),
    }
}

fn words(cause: &FetchError) -> String {
    match cause {
        FetchError::Egress(refused) => format!("{refused}. The operator can allow it in `user_url_allowed_hosts`"),
        other => other.to_string(),
    }
}

fn inline(address: &str, fetched: &Fetched) -> Result<Inline, Error> {
    let mime = sniff::media_type(fetched.mime.as_deref(), &fetched.bytes);
    let mime = mime.ok_or_else(|| failed(address, "it is neither a picture, sound, a film nor a PDF document"))?;
    Ok(Inline { mime: mime.into(), data: STANDARD.encode(&fetched.bytes).into() })
}

/// The client's mistake, named by the host alone: what follows it may be a secret.
fn failed(address: &str, reason: &str) -> Error {
    let uri = address.parse::<http::Uri>().ok();
    let host = uri.as_ref().and_then(http::Uri::host).filter(|host| host.len() <= MOST_HOST);
    let place = host.map(|host| format!(" from {host}")).unwrap_or_default();
    Error::client(Kind::BadRequest, format!("Unable to fetch media{place}: {reason}."))
}

/// Different addresses in one call.
const MOST_ADDRESSES: usize = 100;
/// Files of one call that are fetched at the same time.
const AT_ONCE: usize = 8;
/// All files of one call.
const TIME: Duration = Duration::from_secs(30);
/// Longest host that is repeated to a client.
const MOST_HOST: usize = 253;

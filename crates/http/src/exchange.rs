//! The one driver of [`Exchange`]: sends what the conversation asks for, waits, reads files, brings back replies.

use crate::{Deadlines, HttpClient, HttpError};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::path::PathBuf;
use std::time::Duration;
use tianji_core::{Error, Exchange, Kind, Reply, Step, WireRequest};
use tokio::time::{Instant, sleep_until};

/// Carries a conversation to its end.
///
/// # Errors
/// What the exchange fails with; a request that could not be sent; more time or more steps than allowed.
pub async fn drive<T>(
    client: &HttpClient,
    exchange: &mut dyn Exchange<Output = T>,
    deadlines: &Deadlines,
) -> Result<T, Error> {
    drive_with(client, exchange, deadlines, &mut |_| Ok(()), &|_| Ok(())).await
}

/// The same with a last word on every request (a signature) and a first one on every reply (an error it stands for).
///
/// # Errors
/// As [`drive`], and what `sign` or `judge` refuse.
pub async fn drive_with<T>(
    client: &HttpClient,
    exchange: &mut dyn Exchange<Output = T>,
    deadlines: &Deadlines,
    sign: &mut (dyn FnMut(&mut WireRequest) -> Result<(), Error> + Send),
    judge: &(dyn Fn(&Reply) -> Result<(), Error> + Sync),
) -> Result<T, Error> {
    let mut step = exchange.next(None);
    for _ in 0..MOST_STEPS {
        let mut request = match step {
            Step::Done(value) => return Ok(value),
            Step::Fail(error) => return Err(error),
            Step::Send(request) => request,
            Step::Wait(time, request) => {
                wait(time, deadlines).await?;
                request
            }
            Step::Read(path) => {
                step = exchange.next(Some(read(path).await));
                continue;
            }
        };
        sign(&mut request)?;
        step = match send(client, request, deadlines).await {
            Ok(reply) => match judge(&reply) {
                Ok(()) => exchange.next(Some(reply)),
                Err(error) => exchange.failed(error),
            },
            Err(error) => exchange.failed(error),
        };
    }
    Err(Error::gateway(Kind::InternalServer, "a conversation with a provider has too many steps"))
}

async fn wait(time: Duration, deadlines: &Deadlines) -> Result<(), Error> {
    let end = Instant::now() + time;
    if deadlines.total.is_some_and(|total| total < end) {
        return Err(HttpError::Total.into_error());
    }
    sleep_until(end).await;
    Ok(())
}

async fn send(client: &HttpClient, request: WireRequest, deadlines: &Deadlines) -> Result<Reply, Error> {
    let reply = client.send_wire(request, deadlines).await.map_err(HttpError::into_error)?;
    let (head, body) = reply.into_parts();
    let body = body.collect(MOST_REPLY).await.map_err(HttpError::into_error)?;
    Ok(Reply { status: head.status, headers: head.headers, body })
}

async fn read(path: PathBuf) -> Reply {
    let text = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    match text {
        Ok(Ok(text)) => Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: text.into() },
        _ => Reply { status: StatusCode::NOT_FOUND, headers: HeaderMap::new(), body: Bytes::new() },
    }
}

/// Most steps of one conversation: a poll a second for an hour.
const MOST_STEPS: usize = 3600;
/// Longest reply that a conversation reads, in bytes.
const MOST_REPLY: usize = 64 << 20;

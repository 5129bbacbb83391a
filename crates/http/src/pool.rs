//! Idle connections, kept per thread and origin.

use crate::origin::Origin;
use crate::out_body::OutBody;
use crate::shard::thread_number;
use hyper::client::conn::{http1, http2};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// All idle connections of a client.
#[derive(Debug)]
pub(crate) struct Pool {
    shards: Vec<Mutex<Shard>>,
    idle: Duration,
}

#[derive(Debug, Default)]
struct Shard {
    /// Sorted, since to compare a few names is cheaper than to hash one.
    origins: BTreeMap<Origin, Idle>,
    swept: Option<Instant>,
}

/// What waits for one origin: HTTP/1 connections, newest last, or one HTTP/2 connection.
#[derive(Debug, Default)]
struct Idle {
    h1: Vec<(http1::SendRequest<OutBody>, Instant)>,
    h2: Option<http2::SendRequest<OutBody>>,
}

/// A connection from the pool.
#[derive(Debug)]
pub(crate) enum Pooled {
    /// Yours alone.
    H1(http1::SendRequest<OutBody>),
    /// Shared.
    H2(http2::SendRequest<OutBody>),
}

impl Pool {
    pub(crate) fn new(shards: usize, idle: Duration) -> Self {
        Self { shards: (0..shards.max(1)).map(|_| Mutex::default()).collect(), idle }
    }

    /// Takes the connection that was used last, leaving out those that are closed or too old.
    pub(crate) fn take(&self, origin: &Origin) -> Option<Pooled> {
        let mut shard = self.shard()?;
        let idle = shard.origins.get_mut(origin)?;
        if let Some(sender) = &idle.h2 {
            if !sender.is_closed() {
                return Some(Pooled::H2(sender.clone()));
            }
            idle.h2 = None;
        }
        while let Some((sender, since)) = idle.h1.pop() {
            if !sender.is_closed() && since.elapsed() < self.idle {
                return Some(Pooled::H1(sender));
            }
        }
        None
    }

    /// Gives an HTTP/1 connection back whose reply was read to its end.
    pub(crate) fn put(&self, origin: &Origin, sender: http1::SendRequest<OutBody>) {
        if sender.is_closed() {
            return;
        }
        let Some(mut shard) = self.shard() else { return };
        let now = Instant::now();
        self.sweep(&mut shard, now);
        let idle = match shard.origins.get_mut(origin) {
            Some(idle) => idle,
            None => shard.origins.entry(origin.clone()).or_default(),
        };
        if idle.h1.len() < MAX_IDLE {
            idle.h1.push((sender, now));
        }
    }

    /// Remembers an HTTP/2 connection.
    pub(crate) fn share(&self, origin: &Origin, sender: http2::SendRequest<OutBody>) {
        if let Some(mut shard) = self.shard() {
            shard.origins.entry(origin.clone()).or_default().h2 = Some(sender);
        }
    }

    /// Once per idle time, everything that waited too long is dropped, so that unused origins do not pile up.
    fn sweep(&self, shard: &mut Shard, now: Instant) {
        if shard.swept.is_some_and(|swept| now.duration_since(swept) < self.idle) {
            return;
        }
        shard.swept = Some(now);
        let limit = self.idle;
        shard.origins.retain(|_, idle| {
            idle.h1.retain(|(sender, since)| !sender.is_closed() && now.duration_since(*since) < limit);
            idle.h2 = idle.h2.take().filter(|sender| !sender.is_closed());
            !idle.h1.is_empty() || idle.h2.is_some()
        });
    }

    fn shard(&self) -> Option<MutexGuard<'_, Shard>> {
        let shard = self.shards.get(thread_number() % self.shards.len())?;
        Some(shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Most idle connections per thread and origin.
const MAX_IDLE: usize = 512;

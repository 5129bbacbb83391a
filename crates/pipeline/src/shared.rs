//! What outlives a reload of the configuration.

use crate::breakers::Breakers;
use crate::keys::{KeyCache, KeyView};
use crate::state::Responses;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tianji_core::{Clock, Secret};
use tianji_http::{Credentials, HttpClient};
use tianji_storage::{Spool, Store};
use tianji_telemetry::CallMetrics;
use tokio_util::task::TaskTracker;

/// Connections, counters, stores: one per process.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

/// The parts.
pub struct Inner {
    /// Outbound connections.
    pub http: HttpClient,
    /// Tokens and keys that were asked for.
    pub credentials: Credentials,
    /// The durable journal of calls.
    pub spool: Spool,
    /// Entities and the ledger.
    pub store: Store,
    /// Responses that clients may come back to.
    pub responses: Responses,
    /// Keys that were seen lately.
    pub keys: KeyCache,
    /// Failures per deployment.
    pub breakers: Breakers,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Every task that is not a connection's own.
    pub tasks: TaskTracker,
    /// Counters and histograms.
    pub metrics: CallMetrics,
    /// The master key's view, made at first use.
    pub(crate) master_view: OnceLock<Arc<KeyView>>,
    started: Instant,
}

impl Shared {
    /// Puts the parts together. The passphrase seals what is kept at rest.
    pub fn new(
        http: HttpClient,
        spool: Spool,
        store: Store,
        clock: Arc<dyn Clock>,
        metrics: CallMetrics,
        passphrase: &Secret,
    ) -> Self {
        let started = clock.now();
        Self(Arc::new(Inner {
            http,
            credentials: Credentials::default(),
            spool,
            store,
            responses: Responses::new(passphrase),
            keys: KeyCache::default(),
            breakers: Breakers::default(),
            clock,
            tasks: TaskTracker::new(),
            metrics,
            master_view: OnceLock::new(),
            started,
        }))
    }

    /// Whole seconds since the start: the time of sliding windows.
    pub fn second(&self) -> u64 {
        self.clock.now().saturating_duration_since(self.started).as_secs()
    }

    /// Milliseconds since the start: the time of breakers.
    pub fn millis(&self) -> u64 {
        let since = self.clock.now().saturating_duration_since(self.started);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

impl std::ops::Deref for Shared {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

//! What every request handler can reach.

use crate::live::Live;
use crate::prices::Prices;
use crate::routes::Table;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tianji_pipeline::Shared;
use tokio_util::task::TaskTracker;

/// The running gateway. Cheap to clone.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

/// The parts.
pub struct Inner {
    /// What outlives a reload.
    pub shared: Shared,
    /// The current configuration.
    pub live: Live,
    pub(crate) table: Table,
    /// Which prices are in use.
    pub(crate) prices: Prices,
    /// Every task that is not a connection's own.
    pub(crate) tasks: TaskTracker,
    draining: AtomicBool,
    in_flight: AtomicU64,
}

impl Gateway {
    pub(crate) fn new(shared: Shared, live: Live, table: Table) -> Self {
        Self(Arc::new(Inner {
            tasks: shared.tasks.clone(),
            shared,
            live,
            table,
            prices: Prices::default(),
            draining: AtomicBool::new(false),
            in_flight: AtomicU64::new(0),
        }))
    }

    /// Says "not ready" from now on.
    pub(crate) fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
    }

    /// Whether the gateway is on its way down.
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Acquire)
    }

    /// Requests whose reply has not left yet, streams included.
    pub fn in_flight(&self) -> u64 {
        self.0.in_flight.load(Ordering::Relaxed)
    }

    /// Counts a request until the guard is dropped.
    pub(crate) fn enter(&self) -> InFlight {
        self.0.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self.clone())
    }
}

/// A request being served.
pub(crate) struct InFlight(Gateway);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::ops::Deref for Gateway {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("in_flight", &self.in_flight()).finish_non_exhaustive()
    }
}

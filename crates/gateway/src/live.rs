//! The current configuration: read by every request once, swapped whole.

use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex, PoisonError};
use tianji_pipeline::Snapshot;
use tianji_pricing::Catalogue;

/// The snapshot that new requests get.
#[derive(Debug)]
pub struct Live {
    snapshot: ArcSwap<Snapshot>,
    /// Prices that were read while the gateway ran; they outlive reloads of the configuration. Held while a snapshot is
    /// put in place, so that neither of two changes undoes the other.
    prices: Mutex<Option<Arc<Catalogue>>>,
}

impl Live {
    /// Starts with a snapshot.
    pub fn new(snapshot: Snapshot) -> Self {
        Self { snapshot: ArcSwap::from_pointee(snapshot), prices: Mutex::new(None) }
    }

    /// The snapshot of now. A request keeps the one it got.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Puts another one in its place, under the prices in use. Cannot fail.
    pub fn swap(&self, snapshot: Snapshot) {
        // What the lock guards is one pointer, whole at any time.
        let prices = self.prices.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = match &*prices {
            Some(prices) => snapshot.priced(Arc::clone(prices)),
            None => snapshot,
        };
        self.snapshot.store(Arc::new(snapshot));
    }

    /// Puts other prices in place.
    pub fn price(&self, catalogue: Catalogue) {
        let catalogue = Arc::new(catalogue);
        let mut prices = self.prices.lock().unwrap_or_else(PoisonError::into_inner);
        *prices = Some(Arc::clone(&catalogue));
        self.snapshot.store(Arc::new(self.snapshot().priced(catalogue)));
    }
}

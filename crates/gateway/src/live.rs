//! The current configuration: read by every request once, swapped whole.

use arc_swap::ArcSwap;
use std::sync::Arc;
use tianji_pipeline::Snapshot;

/// The snapshot that new requests get.
#[derive(Debug)]
pub struct Live(ArcSwap<Snapshot>);

impl Live {
    /// Starts with a snapshot.
    pub fn new(snapshot: Snapshot) -> Self {
        Self(ArcSwap::from_pointee(snapshot))
    }

    /// The snapshot of now. A request keeps the one it got.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    /// Puts another one in its place. Cannot fail.
    pub fn swap(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}

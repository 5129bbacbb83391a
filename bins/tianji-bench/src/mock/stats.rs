//! What the mock has seen, for balancing a gateway's ledger against it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::json;

#[derive(Debug, Default)]
pub(crate) struct Stats {
    started: AtomicU64,
    completed: AtomicU64,
    failed: AtomicU64,
    aborted: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    unlisted_ids: AtomicU64,
    ids: Mutex<Vec<String>>,
}

impl Stats {
    pub(crate) fn to_json(&self) -> Bytes {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        json!({
            "started": read(&self.started),
            "completed": read(&self.completed),
            "failed": read(&self.failed),
            "aborted": read(&self.aborted),
            "bytes_in": read(&self.bytes_in),
            "bytes_out": read(&self.bytes_out),
            "unlisted_ids": read(&self.unlisted_ids),
        })
        .to_string()
        .into()
    }

    /// The ids of the completed calls in the order of their completion; failed ones are left out.
    pub(crate) fn ids_to_json(&self) -> Bytes {
        json!(*self.ids.lock().unwrap_or_else(PoisonError::into_inner)).to_string().into()
    }

    fn list(&self, id: String) {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        if ids.len() < MOST_IDS {
            ids.push(id);
        } else {
            self.unlisted_ids.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// One call from its arrival to its last byte; dropped before that, the call counts as aborted.
#[derive(Debug)]
pub(crate) struct Ticket {
    stats: Arc<Stats>,
    id: Option<String>,
    is_failure: bool,
    is_complete: bool,
}

impl Ticket {
    pub(crate) fn open(stats: &Arc<Stats>) -> Self {
        stats.started.fetch_add(1, Ordering::Relaxed);
        Self { stats: Arc::clone(stats), id: None, is_failure: false, is_complete: false }
    }

    pub(crate) fn name(&mut self, id: String) {
        self.id = Some(id);
    }

    pub(crate) fn received(&self, bytes: u64) {
        self.stats.bytes_in.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self, bytes: u64) {
        self.stats.bytes_out.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The answer to this call is an error or garbage.
    pub(crate) fn into_failure(mut self) -> Self {
        self.is_failure = true;
        self
    }

    /// The last byte was handed over for sending.
    pub(crate) fn complete(mut self) {
        self.is_complete = true;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let counter = match (self.is_complete, self.is_failure) {
            (false, _) => &self.stats.aborted,
            (true, true) => &self.stats.failed,
            (true, false) => &self.stats.completed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        if self.is_complete
            && !self.is_failure
            && let Some(id) = self.id.take()
        {
            self.stats.list(id);
        }
    }
}

/// Keeps the list of a long run within about 200 MB.
const MOST_IDS: usize = 2_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_completed_calls_are_listed() {
        let stats = Arc::new(Stats::default());
        for (id, completes, fails) in [("a", true, false), ("b", false, false), ("c", true, false), ("d", true, true)] {
            let mut ticket = Ticket::open(&stats);
            ticket.name(id.to_owned());
            ticket.received(10);
            ticket.sent(3);
            let ticket = if fails { ticket.into_failure() } else { ticket };
            if completes {
                ticket.complete();
            }
        }
        assert_eq!(stats.ids_to_json(), r#"["a","c"]"#);
        let counts: serde_json::Value = serde_json::from_slice(&stats.to_json()).unwrap();
        let expected = json!({"started": 4, "completed": 2, "failed": 1, "aborted": 1, "bytes_in": 40, "bytes_out": 12, "unlisted_ids": 0});
        assert_eq!(counts, expected);
    }
}

//! From the spool into the database, each record exactly once.
//!
//! A batch is one transaction: a row that names the segment and the stretch of it, the calls, and all sums. What is
//! already there is found by asking the database for the end of the last stretch, so a crash between the commit and
//! whatever comes after it changes nothing.

use crate::calls::columns;
use crate::engine::{Step, Value, column};
use crate::error::StoreError;
use crate::spend::sums;
use crate::spool::{Batch, SegmentId, Spool};
use crate::statements::{BATCH_END, BATCH_INSERT, CALL_INSERT};
use crate::store::Store;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tianji_core::{CallRecord, Micros};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// Carries records into the database.
#[derive(Clone, Debug)]
pub struct Shipper(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    spool: Spool,
    store: Store,
    /// Up to where each segment is known to be in the database. One ship at a time.
    ends: Mutex<HashMap<SegmentId, u64>>,
}

impl Shipper {
    /// A shipper between a spool and a store.
    pub fn new(spool: Spool, store: Store) -> Self {
        Self(Arc::new(Inner { spool, store, ends: Mutex::default() }))
    }

    /// Ships every second until `stop`, then once more.
    pub async fn run(self, stop: CancellationToken) {
        let mut wait = INTERVAL;
        loop {
            let stopping = tokio::select! {
                () = tokio::time::sleep(wait) => false,
                () = stop.cancelled() => true,
            };
            wait = match self.ship_all().await {
                Ok(_) => INTERVAL,
                Err(cause) => {
                    tracing::warn!(%cause, source = ?std::error::Error::source(&cause), "the ledger waits for the database");
                    (wait * 2).min(LONGEST_WAIT)
                }
            };
            if stopping {
                return;
            }
        }
    }

    /// Ships what is there now, for at most so long.
    pub async fn flush(&self, time: Duration) {
        match tokio::time::timeout(time, self.ship_all()).await {
            Ok(Ok(records)) => tracing::debug!(records, "ledger flushed"),
            Ok(Err(cause)) => tracing::warn!(%cause, "the ledger waits for the database"),
            Err(_) => tracing::warn!("the ledger could not be flushed in time"),
        }
    }

    /// Ships everything that is in the spool when this is called. Returns how many records went.
    ///
    /// # Errors
    /// When the database fails; what was committed before stays shipped.
    pub async fn ship_all(&self) -> Result<u64, StoreError> {
        let mut ends = self.0.ends.lock().await;
        let mut shipped = 0;
        let segments = self.0.spool.segments();
        ends.retain(|id, _| segments.contains(id));
        for id in segments {
            let mut at = match ends.get(&id) {
                Some(end) => *end,
                None => self.known_end(id).await?,
            };
            loop {
                let batch = self.0.spool.read(id, at, MOST).map_err(|_| StoreError::Row { column: "spool" })?;
                if batch.end == at {
                    break;
                }
                let (end, records) = (batch.end, batch.records.len() as u64);
                if records == 0 && batch.unreadable == 0 {
                    // Only intents: nothing that the database would have to know.
                    at = end;
                    self.0.spool.shipped(id, at, 0);
                    ends.insert(id, at);
                    continue;
                }
                match self.ship(id, batch).await {
                    Ok(true) => {
                        at = end;
                        shipped += records;
                        self.0.spool.shipped(id, at, records);
                    }
                    // Somebody shipped from here already: ask how far.
                    Ok(false) => at = self.known_end(id).await?.max(at),
                    Err(cause) => {
                        ends.remove(&id);
                        return Err(cause);
                    }
                }
                ends.insert(id, at);
            }
        }
        Ok(shipped)
    }

    /// Up to where the database has a segment, and tells the spool.
    async fn known_end(&self, id: SegmentId) -> Result<u64, StoreError> {
        let rows = self.0.store.engine.query(BATCH_END, vec![Value::text(id.to_string())]).await?;
        let Some(row) = rows.first() else { return Ok(0) };
        let number = |place| column(row, place, "batch")?.as_int("batch").map(|n| u64::try_from(n).unwrap_or(0));
        let (end, records): (u64, u64) = (number(0)?, number(1)?);
        if end > 0 {
            self.0.spool.shipped(id, end, records);
        }
        Ok(end)
    }

    /// One batch. `false`: the database has it, or a stretch from the same place, already.
    async fn ship(&self, id: SegmentId, batch: Batch) -> Result<bool, StoreError> {
        if batch.unreadable > 0 {
            tracing::error!(records = batch.unreadable, segment = %id, "records of the spool cannot be read");
        }
        let now = batch.records.iter().map(|(call, _)| call.ended_at).max().unwrap_or_default();
        let marker = vec![
            Value::text(id.to_string()),
            Value::count(batch.first),
            Value::count(batch.end),
            Value::count(batch.records.len() as u64),
            Value::Int(now.0),
        ];
        let mut steps = vec![Step::change(BATCH_INSERT, marker)];
        steps.extend(rows(batch.records, now));
        self.0.store.engine.transaction(steps).await
    }
}

fn rows(records: Vec<(Arc<CallRecord>, String)>, now: Micros) -> Vec<Step> {
    let sums = sums(records.iter().map(|(call, _)| &**call), now);
    let inserts = records.into_iter().map(|(call, text)| Step::run(CALL_INSERT, columns(&call, text)));
    inserts.chain(sums).collect()
}

/// Records per transaction.
const MOST: usize = 1000;
/// Between two looks at the spool (`proxy_batch_write_at`).
const INTERVAL: Duration = Duration::from_secs(1);
/// Longest wait for a database that is gone.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

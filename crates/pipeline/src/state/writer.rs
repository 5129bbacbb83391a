//! Writing kept responses down, in batches, behind the calls.

use crate::shared::Shared;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tianji_storage::StoredResponse;
use tokio_util::sync::CancellationToken;

/// Writes responses to the database until told to stop; what waits then is written first. Runs once per process.
pub async fn write_behind(shared: Shared, stop: CancellationToken) {
    let receiver = shared.responses.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut receiver) = receiver else { return };
    let mut purge = tokio::time::interval(PURGE);
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            taken = receiver.recv_many(&mut batch, BATCH) => {
                if taken == 0 {
                    return;
                }
            }
            _ = purge.tick() => {
                if let Err(cause) = shared.store.purge_responses(shared.clock.wall()).await {
                    tracing::warn!(%cause, "responses whose time is over could not be deleted");
                }
                continue;
            }
            () = stop.cancelled() => {
                while let Ok(response) = receiver.try_recv() {
                    batch.push(response);
                }
                write(&shared, &batch).await;
                return;
            }
        }
        write(&shared, &batch).await;
        batch.clear();
    }
}

/// A batch that the database refuses is tried again a few times, then given up: it is still in memory.
async fn write(shared: &Shared, batch: &[Arc<StoredResponse>]) {
    let rows: Vec<StoredResponse> = batch.iter().map(|response| (**response).clone()).collect();
    for attempt in 1..=ATTEMPTS {
        match shared.store.put_responses(&rows).await {
            Ok(()) => return,
            Err(cause) => tracing::warn!(%cause, attempt, "responses could not be written"),
        }
        tokio::time::sleep(PAUSE * attempt).await;
    }
}

/// Responses written at once.
const BATCH: usize = 64;
/// Attempts of one batch.
const ATTEMPTS: u32 = 5;
/// Wait after the first failed attempt.
const PAUSE: Duration = Duration::from_millis(200);
/// How often expired responses are deleted.
const PURGE: Duration = Duration::from_secs(3600);

//! Tasks that are no request: the ledger's shipper, upkeep of metrics, news about keys, prices.

use crate::gateway::Gateway;
use crate::prices;
use std::time::Duration;
use tianji_auth::KeyHash;
use tianji_pipeline::fail_stale;
use tokio_util::sync::CancellationToken;

/// Starts the background tasks on the current runtime. They end when `stop` is cancelled.
pub(crate) fn start(gateway: &Gateway, stop: &CancellationToken) {
    gateway.tasks.spawn(upkeep(gateway.clone(), stop.clone()));
    gateway.tasks.spawn(invalidate(gateway.clone(), stop.clone()));
    gateway.tasks.spawn(sweep(gateway.clone(), stop.clone()));
    gateway.tasks.spawn(prices::run(gateway.clone(), stop.clone()));
}

/// Histograms keep raw samples until somebody folds them.
async fn upkeep(gateway: Gateway, stop: CancellationToken) {
    while pause(UPKEEP, &stop).await {
        gateway.shared.metrics.registry().upkeep();
    }
}

/// Keys that another replica has changed are asked for again.
async fn invalidate(gateway: Gateway, stop: CancellationToken) {
    let store = gateway.shared.store.clone();
    let mut version = store.latest_key_version().await.unwrap_or(0);
    while pause(INVALIDATION, &stop).await {
        match store.keys_changed_since(version).await {
            Ok(changed) => {
                for (token, at) in changed {
                    version = version.max(at);
                    if let Some(hash) = KeyHash::parse(&token) {
                        gateway.shared.keys.forget(&hash);
                    }
                }
            }
            Err(cause) => tracing::warn!(%cause, "could not ask for changed keys"),
        }
    }
}

/// Responses in the background whose process is gone are failed; at once those of this process's last life.
async fn sweep(gateway: Gateway, stop: CancellationToken) {
    loop {
        fail_stale(&gateway.shared).await;
        if !pause(SWEEP, &stop).await {
            return;
        }
    }
}

/// Waits; `false` when it is time to stop.
async fn pause(time: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        () = stop.cancelled() => false,
    }
}

const UPKEEP: Duration = Duration::from_secs(5);
const SWEEP: Duration = Duration::from_secs(15);
/// Identity sheet §2: revoked keys are dead everywhere within five seconds even without notifications.
const INVALIDATION: Duration = Duration::from_secs(3);

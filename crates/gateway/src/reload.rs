//! Hot reload: SIGHUP or a changed file → load → build → swap. A bad file keeps the old snapshot.

use crate::environment::ProcessSource;
use crate::gateway::Gateway;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tianji_pipeline::Snapshot;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Builds a snapshot from the configuration file again; the words say why it cannot be used.
pub(crate) type Rebuild = Box<dyn Fn(&ProcessSource) -> Result<(Snapshot, Vec<String>), String> + Send>;

/// What a reload is noticed by. Made before the first request is served, so that no change after it is missed.
pub(crate) struct Watch {
    files: Vec<PathBuf>,
    seen: BTreeMap<PathBuf, Option<(SystemTime, u64)>>,
    hangups: Signal,
}

impl Watch {
    /// Notes how the files look now and listens to SIGHUP from now on.
    pub(crate) fn begin(files: Vec<String>) -> std::io::Result<Self> {
        let files: Vec<PathBuf> = files.into_iter().map(PathBuf::from).collect();
        Ok(Self { seen: stamps(&files), files, hangups: signal(SignalKind::hangup())? })
    }
}

/// Reloads when the files change or the signal comes, until `stop`.
pub(crate) async fn run(watch: Watch, gateway: Gateway, rebuild: Rebuild, stop: CancellationToken) {
    let Watch { mut files, mut seen, mut hangups } = watch;
    loop {
        let asked = tokio::select! {
            _ = hangups.recv() => true,
            () = tokio::time::sleep(POLL) => false,
            () = stop.cancelled() => return,
        };
        let now = stamps(&files);
        if !asked && now == seen {
            continue;
        }
        // Writers that write in pieces get a moment to finish.
        tokio::time::sleep(DEBOUNCE).await;
        seen = stamps(&files);
        match rebuild(&ProcessSource) {
            Ok((snapshot, read)) => {
                files = read.into_iter().map(PathBuf::from).collect();
                seen = stamps(&files);
                tracing::info!(config = %snapshot.hash, models = snapshot.order.len(), "configuration reloaded");
                gateway.live.swap(snapshot);
                failed(&gateway, 0.0);
            }
            Err(words) => {
                tracing::error!(errors = %words, "the new configuration is not used");
                failed(&gateway, 1.0);
            }
        }
    }
}

fn failed(gateway: &Gateway, value: f64) {
    gateway.shared.metrics.registry().gauge("tianji_config_reload_failed", Vec::new()).set(value);
}

/// Change times, following symbolic links: a ConfigMap's swap changes the target.
fn stamps(files: &[PathBuf]) -> BTreeMap<PathBuf, Option<(SystemTime, u64)>> {
    files.iter().map(|file| (file.clone(), stamp(file))).collect()
}

fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let facts = std::fs::metadata(file).ok()?;
    Some((facts.modified().ok()?, facts.len()))
}

const POLL: Duration = Duration::from_secs(1);
const DEBOUNCE: Duration = Duration::from_millis(250);

//! Reload of the price catalogue: read a file or URL that the operator set → check → swap. A bad one keeps the old one.

mod read;
mod schedule;

use crate::gateway::Gateway;
use read::ReadError;
pub(crate) use schedule::{Schedule, Timetable};
use std::sync::{Arc, Mutex, PoisonError};
use tianji_core::Micros;
use tianji_pipeline::{PriceNetwork, PriceSource};
use tianji_pricing::{CatalogueError, Kept, Succession};
use tokio_util::sync::CancellationToken;

/// Which prices are in use, and when they are read again.
#[derive(Debug, Default)]
pub(crate) struct Prices {
    state: Mutex<State>,
    /// One reload at a time.
    busy: tokio::sync::Mutex<()>,
    pub(crate) schedule: Schedule,
}

/// What is known of the prices in use.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) origin: Origin,
    /// When they were read; `None` = they came with the program.
    pub(crate) read_at: Option<Micros>,
    /// Why the last reload changed nothing.
    pub(crate) failure: Option<String>,
    /// Entries that the last reload kept as they were.
    pub(crate) kept: usize,
}

/// Where the prices in use came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The program itself.
    #[default]
    Embedded,
    /// A file.
    File(String),
    /// A web address.
    Url(String),
}

impl Origin {
    /// In a word, for anybody.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::File(_) => "file",
            Self::Url(_) => "url",
        }
    }
}

/// Why the prices in use stay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReloadError {
    /// No place to read from.
    #[error("no price source is set: litellm_settings.model_cost_map_url or LITELLM_MODEL_COST_MAP_URL")]
    NoSource,
    /// The operator forbade the network.
    #[error("LITELLM_LOCAL_MODEL_COST_MAP=true: prices are not read from the network")]
    Forbidden,
    /// Another reload has not ended.
    #[error("a reload of the prices is running")]
    Busy,
    /// Nothing could be read.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// What was read is no catalogue.
    #[error("{0}")]
    Catalogue(#[from] CatalogueError),
    /// The check was cut off.
    #[error("the check of the prices did not end")]
    Check,
}

impl Prices {
    /// What is known now.
    pub(crate) fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Reads the prices again and puts them in use. Returns the number of entries.
///
/// # Errors
/// [`ReloadError`]; the prices in use stay, and log and metric say so.
pub(crate) async fn reload(gateway: &Gateway) -> Result<usize, ReloadError> {
    let snapshot = gateway.live.snapshot();
    let source = snapshot.settings.prices.clone();
    let origin = origin(&source)?;
    let Ok(_busy) = gateway.prices.busy.try_lock() else { return Err(ReloadError::Busy) };
    let old = Arc::clone(&snapshot.prices);
    match succession(gateway, &origin, old).await {
        Ok(Succession { catalogue, kept }) => {
            kept.iter().take(MOST_NAMED).for_each(|Kept { name, reason }| {
                tracing::warn!(model = %name, %reason, "a price is kept as it was");
            });
            let count = catalogue.entries().count();
            tracing::info!(source = origin.word(), entries = count, kept = kept.len(), "prices reloaded");
            gateway.live.price(catalogue);
            let read_at = Some(gateway.shared.clock.wall());
            gateway.prices.note(|state| *state = State { origin, read_at, failure: None, kept: kept.len() });
            report(gateway, false, kept.len());
            Ok(count)
        }
        Err(error) => {
            tracing::error!(source = origin.word(), %error, "the new prices are not used");
            gateway.prices.note(|state| state.failure = Some(error.to_string()));
            report(gateway, true, gateway.prices.state().kept);
            Err(error)
        }
    }
}

fn origin(source: &PriceSource) -> Result<Origin, ReloadError> {
    match &source.location {
        None => Err(ReloadError::NoSource),
        Some(_) if source.is_url() && source.network == PriceNetwork::Never => Err(ReloadError::Forbidden),
        Some(url) if source.is_url() => Ok(Origin::Url(url.clone())),
        Some(path) => Ok(Origin::File(path.clone())),
    }
}

/// Reads and checks. Both take a while, so neither holds up a thread that serves.
async fn succession(
    gateway: &Gateway,
    origin: &Origin,
    old: Arc<tianji_pricing::Catalogue>,
) -> Result<Succession, ReloadError> {
    let text = match origin {
        Origin::Url(url) => read::url(&gateway.shared.http, url).await?,
        Origin::File(path) => read::file(path.clone()).await?,
        Origin::Embedded => return Err(ReloadError::NoSource),
    };
    let checked = tokio::task::spawn_blocking(move || old.succeed(&text)).await;
    Ok(checked.map_err(|_| ReloadError::Check)??)
}

#[expect(clippy::cast_precision_loss, reason = "a gauge")]
fn report(gateway: &Gateway, failed: bool, kept: usize) {
    let registry = gateway.shared.metrics.registry();
    registry.gauge("tianji_price_reload_failed", Vec::new()).set(f64::from(u8::from(failed)));
    registry.gauge("tianji_price_entries_kept", Vec::new()).set(kept as f64);
}

/// What is read before the gateway serves: a file, which is at hand. A bad one is reported, and the embedded prices are
/// used.
pub(crate) async fn at_start(gateway: &Gateway) {
    let source = gateway.live.snapshot().settings.prices.clone();
    if let Some(every) = source.every {
        gateway.prices.schedule.set(Some(Timetable::every(every, gateway.shared.clock.wall())));
    }
    if source.location.is_some() && !source.is_url() {
        // The outcome is in log, metric and state.
        let _ = reload(gateway).await;
    }
}

/// Reloads by the timetable until `stop`; an URL also once at first, where the operator allows that.
pub(crate) async fn run(gateway: Gateway, stop: CancellationToken) {
    let source = gateway.live.snapshot().settings.prices.clone();
    if source.is_url() && source.network == PriceNetwork::Start {
        // The outcome is in log, metric and state.
        let _ = reload(&gateway).await;
    }
    loop {
        let table = tokio::select! {
            table = gateway.prices.schedule.due() => table,
            () = stop.cancelled() => return,
        };
        let _ = reload(&gateway).await;
        gateway.prices.schedule.advance(table, gateway.shared.clock.wall());
    }
}

/// Most entries that are named in the log at one reload.
const MOST_NAMED: usize = 50;

//! Start, run, drain.

use crate::clock::SystemClock;
use crate::environment::ProcessSource;
use crate::gateway::Gateway;
use crate::live::Live;
use crate::prices;
use crate::reload;
use crate::routes::Table;
use crate::server::{self, Stop};
use crate::tasks;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tianji_config::{Config, Source};
use tianji_core::{Clock, Secret};
use tianji_http::{HttpClient, HttpSettings, ProxySettings};
use tianji_pipeline::{Shared, Snapshot, build, finish_background, write_behind};
use tianji_storage::{DatabaseUrl, Shipper, Spool, SpoolOptions, Store, StoreOptions};
use tianji_telemetry::{CallMetrics, Registry};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How the gateway is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Configuration file, for reloads.
    pub file: Option<String>,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Threads that serve; one per core if absent.
    pub workers: Option<usize>,
    /// Where the spool and the embedded database are.
    pub data_dir: PathBuf,
    /// The root key, if the configuration has none.
    pub master_key: Option<Secret>,
    /// How long new connections are still taken after SIGTERM, for load balancers.
    pub drain_grace: Duration,
    /// How long running requests may take after that.
    pub shutdown_grace: Duration,
}

/// Why the gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// A thread or runtime could not be made.
    #[error("cannot start a worker")]
    Worker(#[source] std::io::Error),
    /// The data folder cannot be used.
    #[error("cannot use the data folder {path}")]
    Data {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database cannot be opened.
    #[error("cannot open the database")]
    Store(#[from] tianji_storage::StoreError),
    /// The configuration makes no gateway.
    #[error("the configuration cannot be used")]
    Build(#[from] tianji_pipeline::BuildError),
    /// Two routes claim one path.
    #[error("the route table is wrong")]
    Routes(#[from] matchit::InsertError),
}

/// Runs the gateway until it is told to stop. `ready` is called once it serves, with the number of models.
///
/// # Errors
/// When it cannot start; once it serves it only ends in order.
pub fn run(config: Config, files: Vec<String>, options: Options, ready: impl FnOnce(usize)) -> Result<(), StartError> {
    let workers = options.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Worker)?;
    runtime.block_on(async {
        // A port that is taken shall be the first thing that fails.
        let bound: Result<Vec<_>, _> = (0..workers).map(|_| server::bind(options.listen)).collect();
        let sockets = bound.map_err(|source| StartError::Listen { address: options.listen, source })?;
        let watch = reload::Watch::begin(files).map_err(StartError::Worker)?;
        let signals = Signals::listen().map_err(StartError::Worker)?;
        let (gateway, shipper) = assemble(&config, &options, workers).await?;
        let models = gateway.live.snapshot().order.len();
        let stop =
            Stop { close: CancellationToken::new(), now: CancellationToken::new(), grace: options.shutdown_grace };
        let background = CancellationToken::new();
        prices::at_start(&gateway).await;
        tasks::start(&gateway, &background);
        let shipping = gateway.tasks.spawn(shipper.run(background.clone()));
        let keeping = gateway.tasks.spawn(write_behind(gateway.shared.clone(), background.clone()));
        if let Some(file) = options.file.clone() {
            let rebuild = rebuilder(file, options.clone(), gateway.shared.clone());
            gateway.tasks.spawn(reload::run(watch, gateway.clone(), rebuild, background.clone()));
        }
        let threads = spawn_workers(&gateway, sockets, &stop)?;
        ready(models);
        wait_for_the_end(signals, &gateway, &stop, options.drain_grace).await;
        let deadline = tokio::time::Instant::now() + stop.grace;
        let joined = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join())));
        if joined.await.is_err() {
            tracing::error!("a worker did not end in order");
        }
        finish_background(&gateway.shared, deadline, stop.now.clone()).await;
        background.cancel();
        if tokio::time::timeout(SHIP_TIME, shipping).await.is_err() {
            tracing::warn!("the rest of the ledger is shipped at the next start");
        }
        if tokio::time::timeout(SHIP_TIME, keeping).await.is_err() {
            tracing::warn!("some responses could not be written down and are forgotten");
        }
        tracing::info!("stopped");
        Ok(())
    })
}

/// Opens the stores and compiles the first snapshot.
async fn assemble(config: &Config, options: &Options, workers: usize) -> Result<(Gateway, Shipper), StartError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let unusable =
        |source: Box<dyn std::error::Error + Send + Sync>| StartError::Data { path: options.data_dir.clone(), source };
    std::fs::create_dir_all(&options.data_dir).map_err(|cause| unusable(cause.into()))?;
    let spool_options = SpoolOptions { shards: workers, ..SpoolOptions::new(options.data_dir.join("spool")) };
    let (spool, recovered) = Spool::open(spool_options, clock.wall()).map_err(|cause| unusable(cause.into()))?;
    let url = match &config.general_settings.database_url {
        Some(url) if !url.is_empty() => DatabaseUrl::parse(url.expose())?,
        _ => DatabaseUrl::Sqlite(options.data_dir.join("tianji.db")),
    };
    let store = Store::open(&url, StoreOptions::default()).await?;
    store.migrate().await?;
    let shipper = Shipper::new(spool.clone(), store.clone());
    if recovered.pending > 0 {
        tracing::info!(calls = recovered.pending, interrupted = recovered.interrupted, "calls found in the spool");
        shipper.flush(FIRST_SHIP_TIME).await;
    }
    let proxies = ProxySettings::of_env(&|name| ProcessSource.env(name));
    let http = HttpClient::new(HttpSettings { threads: workers + 1, proxies, ..HttpSettings::default() });
    let metrics = CallMetrics::new(Registry::default());
    let shared = Shared::new(http, spool, store, clock, metrics, &passphrase(config, options));
    let snapshot = snapshot(config, options, &shared, &ProcessSource)?;
    Ok((Gateway::new(shared, Live::new(snapshot), Table::build()?), shipper))
}

/// What seals the data at rest: the salt key, else the root key. With neither, what is sealed does not outlive the
/// process.
fn passphrase(config: &Config, options: &Options) -> Secret {
    let salt = ["TIANJI_SALT_KEY", "LITELLM_SALT_KEY"];
    let salt = salt.iter().find_map(|name| config.environment.lookup(name, &ProcessSource)).map(Secret::new);
    let root = config.general_settings.master_key.clone().or_else(|| options.master_key.clone());
    let passing = || Secret::new(uuid::Uuid::new_v4().to_string());
    salt.filter(|salt| !salt.is_empty()).or(root).unwrap_or_else(passing)
}

fn snapshot(
    config: &Config,
    options: &Options,
    shared: &Shared,
    source: &ProcessSource,
) -> Result<Snapshot, tianji_pipeline::BuildError> {
    let env = |name: &str| config.environment.lookup(name, source);
    build(config, options.master_key.as_ref(), shared, &env)
}

fn rebuilder(file: String, options: Options, shared: Shared) -> reload::Rebuild {
    Box::new(move |source| {
        let loaded = tianji_config::load(&file, source)
            .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        loaded.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
        let snapshot = snapshot(&loaded.config, &options, &shared, source).map_err(|cause| cause.to_string())?;
        Ok((snapshot, loaded.files))
    })
}

fn spawn_workers(
    gateway: &Gateway,
    sockets: Vec<std::net::TcpListener>,
    stop: &Stop,
) -> Result<Vec<std::thread::JoinHandle<()>>, StartError> {
    let spawn = |(number, socket): (usize, std::net::TcpListener)| {
        let (gateway, stop) = (gateway.clone(), stop.clone());
        std::thread::Builder::new().name(format!("worker-{number}")).spawn(move || {
            if let Err(cause) = server::worker(gateway, socket, stop) {
                tracing::error!(%cause, "a worker stopped");
            }
        })
    };
    sockets.into_iter().enumerate().map(spawn).collect::<Result<_, _>>().map_err(StartError::Worker)
}

/// SIGTERM or SIGINT: not ready at once, no new connections after the grace, then what runs may finish. A second
/// signal ends the waiting.
async fn wait_for_the_end(mut signals: Signals, gateway: &Gateway, stop: &Stop, grace: Duration) {
    signals.next().await;
    tracing::info!(in_flight = gateway.in_flight(), "draining");
    gateway.drain();
    let (close, now) = (stop.close.clone(), stop.now.clone());
    gateway.tasks.spawn(async move {
        signals.next().await;
        close.cancel();
        now.cancel();
    });
    tokio::select! {
        () = tokio::time::sleep(grace) => {}
        () = stop.close.cancelled() => {}
    }
    stop.close.cancel();
}

/// The signals that end the process. Listened to before anything is served, so that none has its default effect.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// How long the last shipping may take.
const SHIP_TIME: Duration = Duration::from_secs(10);
/// How long the first one may take before the gateway serves.
const FIRST_SHIP_TIME: Duration = Duration::from_secs(5);

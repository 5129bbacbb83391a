//! An open-loop load generator over HTTP/1.1 keep-alive connections.
//!
//! Requests have intended send times on a fixed timetable (see [`schedule`]). Latency is measured
//! from the intended time and not from the moment a connection became free, so a server that
//! stalls is charged for all the requests that had to wait ("coordinated omission" is avoided).
//! With `--rate 0` the loop is closed: each connection sends as soon as it has its answer.

mod client;
mod pacer;
mod report;
mod schedule;
mod sse;
mod target;
mod worker;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::task::JoinSet;

use crate::share::Share;
use client::Connection;
use pacer::Pacing;
pub(crate) use report::Report;
use report::Tally;
use schedule::Schedule;
use target::Target;
use worker::Worker;

#[derive(Debug, clap::Args)]
pub(crate) struct LoadArgs {
    /// Where to send the requests (`http://` only).
    #[arg(long)]
    pub(crate) url: String,
    /// Requests per second in all; 0 is a closed loop at full speed.
    #[arg(long, default_value_t = 0.0)]
    pub(crate) rate: f64,
    /// Connections, which is also the most requests in flight.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) connections: u16,
    /// How long to send, as `10s`, `500ms` or `2m`.
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub(crate) duration: Duration,
    /// The most time for one call, from its sending to its last byte.
    #[arg(long, default_value = "60s", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// The request body; with neither body option the request is a GET.
    #[arg(long, conflicts_with = "body_file")]
    pub(crate) body: Option<String>,
    /// A file with the request body.
    #[arg(long)]
    pub(crate) body_file: Option<PathBuf>,
    /// A further header, as `name: value`; repeatable.
    #[arg(long = "header")]
    pub(crate) headers: Vec<String>,
    /// A header that gets an id of its own in each call, for balancing ledgers.
    #[arg(long)]
    pub(crate) call_id_header: Option<String>,
    /// Read each answer as an event stream up to its terminal event.
    #[arg(long)]
    pub(crate) stream: bool,
    /// Share of the calls, in percent, that are dropped after their first bytes.
    #[arg(long, default_value = "0")]
    pub(crate) abort_pct: Share,
    /// Print the report as one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Sends the load and reports what happened.
///
/// # Errors
/// When an argument is unusable or no connection can be opened at the start.
pub(crate) async fn run(args: LoadArgs) -> anyhow::Result<Report> {
    let target = Arc::new(Target::from_args(&args)?);
    let schedule = Schedule::new(args.rate)?;
    let mut connections = Vec::with_capacity(args.connections.into());
    for _ in 0..args.connections {
        connections.push(Connection::open(&target).await.with_context(|| format!("connecting to {}", args.url))?);
    }

    let tally = Arc::new(Mutex::new(Tally::new()?));
    let own_cpu = crate::cpu::measure(std::process::id())?.cpu_ms;
    let pacing = Arc::new(Pacing::new(schedule, Instant::now(), args.duration));
    let pacer = pacer::start(&pacing)?;
    let mut workers = JoinSet::new();
    for connection in connections {
        let worker = Worker {
            target: Arc::clone(&target),
            pacing: Arc::clone(&pacing),
            tally: Arc::clone(&tally),
            timeout: args.timeout,
            abort_share: args.abort_pct,
        };
        workers.spawn(worker.run(connection));
    }
    while let Some(ended) = workers.join_next().await {
        ended?;
    }
    if let Some(pacer) = pacer {
        pacer.join().map_err(|_| anyhow::anyhow!("the pacing thread failed"))?;
    }

    let elapsed = pacing.elapsed();
    let own_cpu = crate::cpu::measure(std::process::id())?.cpu_ms.saturating_sub(own_cpu);
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(tally.report(&args, elapsed, pacing.unsent(), own_cpu))
}

fn duration(text: &str) -> Result<Duration, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match text.strip_prefix(number).unwrap_or_default() {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" => 60.0,
        unit => return Err(format!("unknown unit `{unit}`, use ms, s or m")),
    };
    let number: f64 = number.parse().map_err(|_| format!("`{text}` is no duration"))?;
    Duration::try_from_secs_f64(number * seconds).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, ms) in [("10s", 10_000), ("250ms", 250), ("1.5m", 90_000), ("3", 3000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "s", "1h", "-1s", "1 s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}

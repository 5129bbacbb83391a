//! What a run of the load generator measured.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;

use super::LoadArgs;
use super::client::{Answer, CallError};

/// Counts and histograms while the run goes on.
pub(crate) struct Tally {
    latency: Histogram<u64>,
    service: Histogram<u64>,
    first: Histogram<u64>,
    completed: u64,
    aborted: u64,
    frames: u64,
    bytes: u64,
    reconnects: u64,
    errors: BTreeMap<String, u64>,
}

/// The figures of a run. All times are in microseconds unless the name says otherwise.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    url: String,
    target_rate: f64,
    connections: u16,
    /// From the first intended request to the last answer.
    elapsed_s: f64,
    /// Successful calls per second of the sending time.
    achieved_rate: f64,
    completed: u64,
    aborted: u64,
    /// Requests that were due but never found a free connection.
    unsent: u64,
    errors: BTreeMap<String, u64>,
    reconnects: u64,
    stream_frames: u64,
    bytes_received: u64,
    /// From the intended send time to the last byte: what a user waits.
    latency_us: Percentiles,
    /// From the actual send time; far below `latency_us` means that requests had to queue.
    service_us: Percentiles,
    /// From the intended send time to the first data frame of a stream, else the first byte.
    first_frame_us: Percentiles,
    /// CPU time that this generator itself used, in milliseconds.
    generator_cpu_ms: u64,
}

#[derive(Debug, Serialize)]
struct Percentiles {
    p50: u64,
    p90: u64,
    p99: u64,
    #[serde(rename = "p99.9")]
    p999: u64,
    max: u64,
    mean: f64,
}

impl Tally {
    /// # Errors
    /// When the histograms cannot be made.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let histogram = || Histogram::new_with_bounds(1, LONGEST_US, SIGNIFICANT_DIGITS);
        Ok(Self {
            latency: histogram()?,
            service: histogram()?,
            first: histogram()?,
            completed: 0,
            aborted: 0,
            frames: 0,
            bytes: 0,
            reconnects: 0,
            errors: BTreeMap::new(),
        })
    }

    /// Books a call that has just ended.
    pub(crate) fn record(&mut self, intended: Instant, sent: Instant, outcome: Result<Answer, CallError>) {
        let answer = match outcome {
            Ok(answer) => answer,
            Err(error) => {
                *self.errors.entry(error.to_string()).or_default() += 1;
                return;
            }
        };
        self.frames += answer.frames;
        self.bytes += answer.bytes;
        if answer.aborted {
            self.aborted += 1;
            return;
        }
        let now = Instant::now();
        self.completed += 1;
        self.latency.saturating_record(micros(now - intended));
        self.service.saturating_record(micros(now - sent));
        if let Some(first) = answer.first {
            self.first.saturating_record(micros(first.saturating_duration_since(intended)));
        }
    }

    /// A connection had to be opened anew.
    pub(crate) fn reconnected(&mut self) {
        self.reconnects += 1;
    }

    pub(crate) fn report(&self, args: &LoadArgs, elapsed: Duration, unsent: u64, generator_cpu_ms: u64) -> Report {
        // The wait for the last answers is left out: nothing is sent then.
        let sending = args.duration.min(elapsed).as_secs_f64().max(f64::MIN_POSITIVE);
        Report {
            url: args.url.clone(),
            target_rate: args.rate,
            connections: args.connections,
            elapsed_s: elapsed.as_secs_f64(),
            achieved_rate: as_f64(self.completed) / sending,
            completed: self.completed,
            aborted: self.aborted,
            unsent,
            errors: self.errors.clone(),
            reconnects: self.reconnects,
            stream_frames: self.frames,
            bytes_received: self.bytes,
            latency_us: Percentiles::of(&self.latency),
            service_us: Percentiles::of(&self.service),
            first_frame_us: Percentiles::of(&self.first),
            generator_cpu_ms,
        }
    }
}

impl Percentiles {
    fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile);
        Self {
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: histogram.max(),
            mean: histogram.mean(),
        }
    }
}

impl Report {
    /// A table for reading.
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!(
            "{} calls in {:.2} s, {:.1}/s (target {}), {} connections\n",
            self.completed, self.elapsed_s, self.achieved_rate, self.target_rate, self.connections,
        );
        let errors: u64 = self.errors.values().sum();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "errors {errors} {:?}, aborted {}, unsent {}, reconnects {}",
            self.errors, self.aborted, self.unsent, self.reconnects,
        );
        let _ = writeln!(text, "data frames {}, bytes {}", self.stream_frames, self.bytes_received);
        let _ = writeln!(text, "{:<12}{:>10}{:>10}{:>10}{:>10}{:>10}", "us", "p50", "p90", "p99", "p99.9", "max");
        for (name, it) in
            [("latency", &self.latency_us), ("service", &self.service_us), ("first frame", &self.first_frame_us)]
        {
            let _ = writeln!(text, "{name:<12}{:>10}{:>10}{:>10}{:>10}{:>10}", it.p50, it.p90, it.p99, it.p999, it.max);
        }
        let _ = write!(text, "generator CPU {} ms", self.generator_cpu_ms);
        text
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

/// One hour; anything longer is recorded as this.
const LONGEST_US: u64 = 3_600_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_counts_from_the_intended_time_and_errors_are_kept_apart() {
        let mut tally = Tally::new().unwrap();
        let now = Instant::now();
        let intended = now.checked_sub(Duration::from_secs(2)).unwrap();
        let sent = now.checked_sub(Duration::from_secs(1)).unwrap();
        let answer = |aborted| Answer { bytes: 10, frames: 4, first: Some(sent), aborted };
        tally.record(intended, sent, Ok(answer(false)));
        tally.record(intended, sent, Ok(answer(true)));
        tally.record(intended, sent, Err(CallError::Body));
        tally.record(intended, sent, Err(CallError::Status(http::StatusCode::BAD_GATEWAY)));
        assert_eq!((tally.completed, tally.aborted, tally.frames, tally.latency.len()), (1, 1, 8, 1));
        assert!(tally.latency.max() >= 2_000_000 && tally.service.min() < 2_000_000);
        assert_eq!(tally.first.max() / 10_000, 100, "the first frame came one second after the intended time");
        assert_eq!((tally.errors["body"], tally.errors["status_502"]), (1, 1));
    }
}

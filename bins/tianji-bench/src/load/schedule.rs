//! The timetable of an open loop: request `n` is intended at `n / rate` after the start.
//!
//! All arithmetic is on whole nanoseconds, so "how many are due" and "when is the next one due"
//! never disagree.

use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// Requests per 1000 seconds; 0 stands for a closed loop.
    per_kilosecond: u64,
}

impl Schedule {
    /// # Errors
    /// When the rate (requests per second) is negative, not finite, or beyond a million.
    pub(crate) fn new(rate: f64) -> anyhow::Result<Self> {
        anyhow::ensure!((0.0..=1e6).contains(&rate), "the rate {rate} is not between 0 and 1000000");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within 0..=1e9")]
        let per_kilosecond = (rate * 1e3).round() as u64;
        anyhow::ensure!(rate == 0.0 || per_kilosecond > 0, "the rate {rate} is below one request in 1000 s");
        Ok(Self { per_kilosecond })
    }

    pub(crate) fn is_closed_loop(self) -> bool {
        self.per_kilosecond == 0
    }

    /// When request `n` (counted from 0) is intended, from the start.
    pub(crate) fn intended(self, n: u64) -> Duration {
        if self.is_closed_loop() {
            return Duration::ZERO;
        }
        let nanos = u128::from(n) * NANOS_PER_KILOSECOND / u128::from(self.per_kilosecond);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many requests are intended at or before this time since the start.
    pub(crate) fn due(self, elapsed: Duration) -> u64 {
        // intended(n) <= e  <=>  n * K / r < e + 1  <=>  n < (e + 1) * r / K, for whole numbers.
        let bound = (elapsed.as_nanos() + 1) * u128::from(self.per_kilosecond);
        u64::try_from(bound.div_ceil(NANOS_PER_KILOSECOND)).unwrap_or(u64::MAX)
    }

    /// How many requests are intended before the end of a run of this length.
    pub(crate) fn total(self, duration: Duration) -> u64 {
        match duration.checked_sub(Duration::from_nanos(1)) {
            Some(last) => self.due(last),
            None => 0,
        }
    }
}

const NANOS_PER_KILOSECOND: u128 = 1_000_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_evenly_spaced() {
        let schedule = Schedule::new(200.0).unwrap();
        assert_eq!(schedule.intended(0), Duration::ZERO);
        assert_eq!(schedule.intended(1), Duration::from_millis(5));
        assert_eq!(schedule.intended(200), Duration::from_secs(1));
    }

    #[test]
    fn due_is_the_inverse_of_intended() {
        for rate in [0.001, 0.3, 1.0, 3.0, 7.7, 999.999, 12_345.678, 1e6] {
            let schedule = Schedule::new(rate).unwrap();
            for n in (0..5000).chain([1 << 20]) {
                let at = schedule.intended(n);
                assert_eq!(schedule.due(at), n + 1, "rate {rate}, request {n}: due at its time");
                if let Some(before) = at.checked_sub(Duration::from_nanos(1)) {
                    assert_eq!(schedule.due(before), n, "rate {rate}, request {n}: not due before");
                }
            }
        }
    }

    #[test]
    fn a_run_has_rate_times_duration_requests() {
        for (rate, seconds, total) in [(100.0, 10, 1000), (0.5, 10, 5), (0.3, 1, 1), (7.0, 3, 21), (10.0, 0, 0)] {
            let schedule = Schedule::new(rate).unwrap();
            assert_eq!(schedule.total(Duration::from_secs(seconds)), total, "{rate}/s for {seconds} s");
        }
    }

    #[test]
    fn impossible_rates_are_refused() {
        for rate in [-1.0, f64::NAN, f64::INFINITY, 1e7, 0.0001] {
            assert!(Schedule::new(rate).is_err(), "{rate}");
        }
        assert!(Schedule::new(0.0).unwrap().is_closed_loop());
    }
}

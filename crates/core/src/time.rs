//! Time as a port: wall time for stamps, monotonic time for durations.

use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// Whole seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Days since 1970, rounded down (UTC).
    pub const fn days(self) -> i64 {
        self.0.div_euclid(86_400_000_000)
    }

    /// Year, month, day in UTC (proleptic Gregorian; Howard Hinnant, "chrono-compatible low-level date algorithms").
    pub const fn date(self) -> (i64, u32, u32) {
        let shifted = self.days() + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
        (year_of_era + era * 400 + (month <= 2) as i64, month as u32, day as u32)
    }

    /// As Python prints an aware datetime: `2026-11-22 02:29:45.778000+00:00`.
    pub fn python(self) -> String {
        format!("{}+00:00", self.stamp(' '))
    }

    /// RFC 3339 with microseconds: `2026-11-22T02:29:45.778000Z`.
    pub fn rfc3339(self) -> String {
        format!("{}Z", self.stamp('T'))
    }

    /// ISO 8601 in its basic form, to the second: `20261122T022945Z`.
    pub fn basic(self) -> String {
        let (year, month, day) = self.date();
        let second = self.seconds().rem_euclid(86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }

    fn stamp(self, between: char) -> String {
        let (year, month, day) = self.date();
        let second = self.seconds().rem_euclid(86_400);
        let micros = self.0.rem_euclid(1_000_000);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}.{micros:06}")
    }

    /// This instant plus a duration, saturating.
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// Where the time comes from. The process has one real implementation; tests bring their own.
pub trait Clock: Send + Sync {
    /// Wall time, for stamps in rows and headers.
    fn wall(&self) -> Micros;
    /// Monotonic time, for durations and deadlines.
    fn now(&self) -> Instant;
}

#[cfg(test)]
mod tests {
    use super::Micros;

    #[test]
    fn prints_civil_time() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_795_314_585_778_000, "2026-11-22T02:29:45.778000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(Micros(micros).rfc3339(), text);
        }
        assert_eq!(Micros(1_795_314_585_778_000).python(), "2026-11-22 02:29:45.778000+00:00");
    }
}

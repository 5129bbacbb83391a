//! Budget windows on the calendar, in UTC.

use tianji_core::Micros;

/// How long a budget lasts (`budget_duration`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetPeriod {
    /// Every so many seconds, aligned to the clock.
    Seconds(i64),
    /// Every so many days, counted from a given start.
    Days(i64),
    /// From Monday to Monday.
    Week,
    /// Every so many months, from the first.
    Months(i64),
}

/// The instants between which a window is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowBounds {
    /// First instant.
    pub start: Micros,
    /// First instant of the next one.
    pub end: Micros,
}

impl BudgetPeriod {
    /// Reads `30s 15m 12h 1d 7d 30d 1mo` and the words `daily weekly monthly yearly`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "daily" | "1d" | "24h" => return Some(Self::Days(1)),
            "weekly" | "7d" | "1w" => return Some(Self::Week),
            "monthly" | "30d" | "1mo" => return Some(Self::Months(1)),
            "yearly" | "1y" => return Some(Self::Months(12)),
            _ => {}
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits)?;
        let number: i64 = number.parse().ok().filter(|number| *number > 0 && *number < 100_000)?;
        Some(match unit {
            "s" => Self::Seconds(number),
            "m" => Self::Seconds(number * 60),
            "h" => Self::Seconds(number * 3600),
            "d" => Self::Days(number),
            "w" => Self::Days(number * 7),
            "mo" => Self::Months(number),
            "y" => Self::Months(number * 12),
            _ => return None,
        })
    }

    /// The window that holds `now`; `anchor` is where windows of several days start to count (the row's creation).
    pub fn window(self, now: Micros, anchor: Micros) -> WindowBounds {
        match self {
            Self::Seconds(seconds) => {
                let start = now.seconds().div_euclid(seconds) * seconds;
                WindowBounds { start: of_seconds(start), end: of_seconds(start + seconds) }
            }
            Self::Days(days) => {
                let since = now.days() - anchor.days();
                let start = anchor.days() + since.div_euclid(days) * days;
                WindowBounds { start: of_days(start), end: of_days(start + days) }
            }
            Self::Week => {
                // 1970-01-01 was a Thursday, so Mondays are the days with remainder 4.
                let start = now.days() - (now.days() - 4).rem_euclid(7);
                WindowBounds { start: of_days(start), end: of_days(start + 7) }
            }
            Self::Months(months) => {
                let (year, month, _) = now.date();
                let (first_year, first_month, _) = anchor.date();
                let at = year * 12 + i64::from(month) - 1;
                let first = if months == 1 || months == 12 {
                    at - at.rem_euclid(months)
                } else {
                    first_year * 12 + i64::from(first_month) - 1
                };
                let start = first + (at - first).div_euclid(months) * months;
                WindowBounds { start: of_days(first_of(start)), end: of_days(first_of(start + months)) }
            }
        }
    }
}

const fn of_seconds(seconds: i64) -> Micros {
    Micros(seconds.saturating_mul(1_000_000))
}

const fn of_days(days: i64) -> Micros {
    of_seconds(days.saturating_mul(86_400))
}

/// Days since 1970 of the first of a month, counted as `year × 12 + month − 1` (inverse of [`Micros::date`]).
const fn first_of(months: i64) -> i64 {
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_on_the_calendar() {
        let now = Micros(1_795_314_585_778_000); // 2026-11-22T02:29:45, a Sunday
        let anchor = Micros(1_795_000_000_000_000); // 2026-11-18
        for (text, start, end) in [
            ("15m", "2026-11-22T02:15", "2026-11-22T02:30"),
            ("1d", "2026-11-22T00:00", "2026-11-23T00:00"),
            ("7d", "2026-11-16T00:00", "2026-11-23T00:00"),
            ("30d", "2026-11-01T00:00", "2026-12-01T00:00"),
            ("3d", "2026-11-21T00:00", "2026-11-24T00:00"),
            ("yearly", "2026-01-01T00:00", "2027-01-01T00:00"),
            ("2mo", "2026-11-01T00:00", "2027-01-01T00:00"),
        ] {
            let window = BudgetPeriod::parse(text).map(|period| period.window(now, anchor));
            let shown = window.map(|bounds| (bounds.start.rfc3339(), bounds.end.rfc3339()));
            let shown = shown.unwrap_or_default();
            assert!(shown.0.starts_with(start) && shown.1.starts_with(end), "{text}: {shown:?}");
        }
        for text in ["", "d", "0d", "5x", "-1d"] {
            assert_eq!(BudgetPeriod::parse(text), None, "{text}");
        }
    }
}

//! Prices for certain hours.

use crate::entry::{EntryError, price, token_rates};
use crate::members::Members;
use crate::rates::Rates;
use serde::Deserialize;
use tianji_core::Micros;

/// Token prices that hold in windows of time instead of the plain ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OffPeak {
    pub(crate) rates: Rates,
    windows: Vec<Window>,
    /// Minutes that the weekday's clock is ahead of UTC.
    ahead: i64,
}

/// Minutes of the UTC day on some weekdays (1 = Monday); no weekdays = every day.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Window {
    hours: Vec<(i64, i64)>,
    weekdays: Vec<i64>,
}

impl OffPeak {
    /// Reads `{prices…, windows: [{hours_utc, weekdays}], weekday_timezone}`.
    pub(crate) fn read(text: &str) -> Result<Self, EntryError> {
        let bad = |source| EntryError::Field { field: "off_peak_pricing".into(), source };
        let members = Members::read(text).map_err(bad)?;
        let windows: Vec<RawWindow> = match members.text("windows") {
            Some(windows) => serde_json::from_str(windows).map_err(bad)?,
            None => Vec::new(),
        };
        let zone = members.word("weekday_timezone").unwrap_or_default();
        Ok(Self {
            rates: token_rates(&members, price)?,
            windows: windows.into_iter().map(RawWindow::read).collect(),
            ahead: ZONES.iter().find(|(name, _)| *name == zone).map_or(0, |(_, minutes)| *minutes),
        })
    }

    /// Whether a moment is in one of the windows.
    pub(crate) fn holds(&self, at: Micros) -> bool {
        let minutes = at.seconds().div_euclid(60);
        let of_day = minutes.rem_euclid(DAY);
        // 1970-01-01 was a Thursday, day 4
        let weekday = ((minutes + self.ahead).div_euclid(DAY) + 3).rem_euclid(7) + 1;
        self.windows.iter().any(|window| {
            let day = window.weekdays.is_empty() || window.weekdays.contains(&weekday);
            day && window.hours.iter().any(|(from, to)| {
                if from < to { (*from..*to).contains(&of_day) } else { of_day >= *from || of_day < *to }
            })
        })
    }
}

#[derive(Deserialize)]
struct RawWindow {
    hours_utc: Hours,
    #[serde(default)]
    weekdays: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Hours {
    One(String),
    Many(Vec<String>),
}

impl RawWindow {
    fn read(self) -> Window {
        let hours = match self.hours_utc {
            Hours::One(hours) => vec![hours],
            Hours::Many(hours) => hours,
        };
        Window { hours: hours.iter().filter_map(|span| span_of(span)).collect(), weekdays: self.weekdays }
    }
}

/// `10:00-00:00` in minutes; a span that ends at midnight ends with the day.
fn span_of(text: &str) -> Option<(i64, i64)> {
    let (from, to) = text.split_once('-')?;
    let minutes = |clock: &str| {
        let (hours, minutes) = clock.trim().split_once(':')?;
        Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
    };
    let to = minutes(to)?;
    Some((minutes(from)?, if to == 0 { DAY } else { to }))
}

const DAY: i64 = 24 * 60;

/// Zones without daylight saving time that price lists name.
const ZONES: &[(&str, i64)] = &[("Asia/Shanghai", 8 * 60), ("Asia/Singapore", 8 * 60), ("Asia/Tokyo", 9 * 60)];

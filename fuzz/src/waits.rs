//! `Retry-After` and `Date` of a vendor: the first line and the second.

use std::time::Duration;
use tianji_wire::{http_date, retry_after};

/// No wait is longer than what is believed, and none depends on white space around.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (after, date) = text.split_once('\n').map_or((text, None), |(after, date)| (after, Some(date)));
    let wait = retry_after(after, date);
    assert!(wait.is_none_or(|wait| wait <= Duration::from_secs(1_000_000)), "{wait:?}");
    assert_eq!(retry_after(&format!("  {after}\t"), date), wait);
    if let (Some(until), Some(now), true) = (http_date(after.trim()), date.and_then(http_date), wait.is_some()) {
        assert_eq!(wait, Some(Duration::from_secs(until.saturating_sub(now))));
    }
}

//! The process's one clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tianji_core::{Clock, Micros};

/// The system's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn wall(&self) -> Micros {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

//! When prices are read again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tianji_core::Micros;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A timetable that an operator may change while it is followed.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    table: Mutex<Option<Timetable>>,
    changed: Notify,
}

/// Reloads at an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timetable {
    pub(crate) every: Duration,
    /// When the last one ended.
    pub(crate) last: Option<Micros>,
    /// When the next one is due, for display.
    pub(crate) next: Micros,
    due: Instant,
}

impl Timetable {
    /// From now on.
    pub(crate) fn every(every: Duration, now: Micros) -> Self {
        let every = every.clamp(SHORTEST, LONGEST);
        let micros = i64::try_from(every.as_micros()).unwrap_or(i64::MAX);
        Self { every, last: None, next: Micros(now.0.saturating_add(micros)), due: Instant::now() + every }
    }
}

impl Schedule {
    /// The timetable of now.
    pub(crate) fn table(&self) -> Option<Timetable> {
        *self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows another one, or none.
    pub(crate) fn set(&self, table: Option<Timetable>) {
        *self.table.lock().unwrap_or_else(PoisonError::into_inner) = table;
        self.changed.notify_one();
    }

    /// Waits until a reload is due, however the timetable is changed meanwhile.
    pub(crate) async fn due(&self) -> Timetable {
        loop {
            let Some(table) = self.table() else {
                self.changed.notified().await;
                continue;
            };
            tokio::select! {
                () = tokio::time::sleep_until(table.due) => return table,
                () = self.changed.notified() => {}
            }
        }
    }

    /// The next row, unless the timetable was changed in the meantime.
    pub(crate) fn advance(&self, from: Timetable, ended: Micros) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if *table == Some(from) {
            *table = Some(Timetable { last: Some(ended), ..Timetable::every(from.every, ended) });
        }
    }
}

/// Shortest time between two reloads.
const SHORTEST: Duration = Duration::from_secs(1);
/// Longest: a clock can be added to so much.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    async fn pass(seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// On a clock that stands still until it is moved.
    #[test]
    fn follows_the_interval_and_its_changes() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (schedule, count) = (Schedule::default(), Cell::new(0));
            let follow = async {
                loop {
                    let table = schedule.due().await;
                    count.set(count.get() + 1);
                    schedule.advance(table, Micros(count.get()));
                }
            };
            tokio::select! {
                () = follow => {}
                () = scenario(&schedule, &count) => {}
            }
        });
    }

    async fn scenario(schedule: &Schedule, count: &Cell<i64>) {
        pass(10_000).await;
        assert_eq!(count.get(), 0, "nothing is due without a timetable");
        schedule.set(Some(Timetable::every(Duration::from_secs(60), Micros(0))));
        assert_eq!(schedule.table().unwrap().next, Micros(60_000_000));
        pass(59).await;
        assert_eq!(count.get(), 0);
        pass(2).await;
        assert_eq!((count.get(), schedule.table().unwrap().last), (1, Some(Micros(1))));
        pass(600).await;
        assert_eq!(count.get(), 11);
        schedule.set(Some(Timetable::every(Duration::from_secs(3600), Micros(0))));
        pass(3599).await;
        assert_eq!(count.get(), 11, "the old interval is forgotten");
        pass(2).await;
        assert_eq!(count.get(), 12);
        schedule.set(None);
        pass(100_000).await;
        assert_eq!((count.get(), schedule.table()), (12, None));
    }

    #[test]
    fn intervals_have_bounds() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            for (asked, kept) in [(Duration::ZERO, SHORTEST), (Duration::MAX, LONGEST)] {
                assert_eq!(Timetable::every(asked, Micros(i64::MAX)).every, kept);
            }
        });
    }
}

//! Releases requests when they are due and hands each to the next free connection.
//!
//! Tokio's timer counts in milliseconds, too coarse for latencies of a few hundred microseconds,
//! so a thread of its own sleeps with the kernel's precision.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::schedule::Schedule;

pub(crate) struct Pacing {
    schedule: Schedule,
    start: Instant,
    duration: Duration,
    /// One permit for each request that is due and not taken.
    due: Semaphore,
    released: AtomicU64,
    taken: AtomicU64,
}

/// A request that a connection has to send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) number: u64,
    /// When it should have been sent; latency counts from here.
    pub(crate) intended: Instant,
}

impl Pacing {
    pub(crate) fn new(schedule: Schedule, start: Instant, duration: Duration) -> Self {
        Self {
            schedule,
            start,
            duration,
            due: Semaphore::new(0),
            released: AtomicU64::new(0),
            taken: AtomicU64::new(0),
        }
    }

    /// Waits for the next request to send; `None` at the end of the run.
    pub(crate) async fn next(&self) -> Option<Slot> {
        if self.schedule.is_closed_loop() {
            let now = Instant::now();
            return (now.duration_since(self.start) < self.duration)
                .then(|| Slot { number: self.taken.fetch_add(1, Ordering::Relaxed), intended: now });
        }
        self.due.acquire().await.ok()?.forget();
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        Some(Slot { number, intended: self.start + self.schedule.intended(number) })
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Requests that were due but found no free connection before the end.
    pub(crate) fn unsent(&self) -> u64 {
        self.released.load(Ordering::Relaxed).saturating_sub(self.taken.load(Ordering::Relaxed))
    }

    fn keep_time(&self) {
        let total = self.schedule.total(self.duration);
        let mut released = 0;
        while released < total {
            self.sleep_until(self.schedule.intended(released));
            let due = self.schedule.due(self.start.elapsed()).min(total);
            self.released.store(due, Ordering::Relaxed);
            self.due.add_permits(usize::try_from(due - released).unwrap_or(Semaphore::MAX_PERMITS));
            released = due;
        }
        self.sleep_until(self.duration);
        self.due.close();
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the pacing thread is no runtime thread and is not to be woken early"
    )]
    fn sleep_until(&self, since_start: Duration) {
        std::thread::sleep(since_start.saturating_sub(self.start.elapsed()));
    }
}

/// Starts the pacing thread; a closed loop needs none.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn start(pacing: &Arc<Pacing>) -> io::Result<Option<JoinHandle<()>>> {
    if pacing.schedule.is_closed_loop() {
        return Ok(None);
    }
    let pacing = Arc::clone(pacing);
    std::thread::Builder::new().name("pacer".to_owned()).spawn(move || pacing.keep_time()).map(Some)
}

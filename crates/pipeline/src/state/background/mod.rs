//! Responses that are made in the background (OpenAI, guide "Background mode"): answered at once with an id, made by
//! a task that outlives the client's connection, asked for and cancelled by the id.
//!
//! They are made here whatever the vendor, also where the vendor has a background mode of its own: so the call has its
//! retries and fallbacks, holds its limits until it is over, and is paid for once, when what it took is known. What is
//! to be found again is in the database from the beginning, with a lease that the process renews. Who finds a lease that
//! is over knows that the process is gone, and that the response will not come.

mod ask;
mod begin;
mod events;
mod run;
mod shape;
mod stale;

pub(super) use ask::{abandon, as_it_is, cancel};
pub(crate) use begin::{begin, is_asked};
pub use events::{EventReader, resume};
pub(crate) use run::Run;
pub use stale::fail_stale;
pub(super) use stale::{conclude, if_gone};

use crate::shared::Shared;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What is being made in the background, and the room for it.
#[derive(Debug)]
pub(crate) struct Background {
    tracker: TaskTracker,
    /// The runtime that lives longest.
    home: Option<Handle>,
    room: Arc<Semaphore>,
    runs: Mutex<HashMap<String, Arc<Run>>>,
    stop: CancellationToken,
}

impl Default for Background {
    /// Nothing runs. Tasks will run where this is made, if that is within a runtime.
    fn default() -> Self {
        Self {
            tracker: TaskTracker::new(),
            home: Handle::try_current().ok(),
            room: Arc::new(Semaphore::new(MOST_RUNNING)),
            runs: Mutex::default(),
            stop: CancellationToken::new(),
        }
    }
}

impl Background {
    fn runs(&self) -> MutexGuard<'_, HashMap<String, Arc<Run>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A response that is being made by this process, or was lately and can still be read as a stream.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Run>> {
        self.runs().get(id).cloned()
    }

    fn add(&self, run: &Arc<Run>) {
        self.runs().insert(run.id.clone(), Arc::clone(run));
    }

    /// Forgets streams that nobody has come back to.
    fn tidy(&self, now: std::time::Instant) {
        self.runs().retain(|_, run| run.is_readable(now));
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        match &self.home {
            Some(home) => drop(self.tracker.spawn_on(task, home)),
            None => drop(self.tracker.spawn(task)),
        }
    }
}

/// Waits for the responses that are being made; what is not ready at the deadline, or when `now` comes, is written down
/// as failed.
pub async fn finish_background(shared: &Shared, deadline: Instant, now: CancellationToken) {
    let background = &shared.background;
    background.tracker.close();
    tokio::select! {
        () = background.tracker.wait() => return,
        () = tokio::time::sleep_until(deadline) => {}
        () = now.cancelled() => {}
    }
    tracing::warn!(running = background.tracker.len(), "responses in the background are given up");
    background.stop.cancel();
    if tokio::time::timeout(LAST_WORDS, background.tracker.wait()).await.is_err() {
        tracing::warn!("responses in the background could not be written down as failed");
    }
}

/// Responses that one process makes in the background at a time.
const MOST_RUNNING: usize = 256;
/// How long writing down may take at the end.
const LAST_WORDS: Duration = Duration::from_secs(5);

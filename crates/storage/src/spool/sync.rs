//! A thread that forces what was written to the disk every few milliseconds.

use super::{Inner, lock};
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// The thread; it ends with the spool.
#[derive(Debug)]
pub(crate) struct Syncer {
    watched: Arc<Mutex<Weak<Inner>>>,
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    pub(crate) fn start(every: Duration) -> io::Result<Self> {
        let watched: Arc<Mutex<Weak<Inner>>> = Arc::default();
        let (stop, stopped) = mpsc::channel();
        let seen = Arc::clone(&watched);
        let thread = std::thread::Builder::new().name("spool-sync".to_owned()).spawn(move || {
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                if let Some(spool) = lock(&seen).upgrade() {
                    force(&spool);
                }
            }
        })?;
        Ok(Self { watched, stop: Some(stop), thread: Some(thread) })
    }

    pub(crate) fn watch(&self, spool: &Arc<Inner>) {
        *lock(&self.watched) = Arc::downgrade(spool);
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        drop(self.stop.take());
        let thread = self.thread.take();
        // The last holder of the spool may be this very thread.
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id()) {
            drop(thread.join());
        }
    }
}

/// Outside the shard's lock: appending goes on meanwhile.
fn force(spool: &Inner) {
    for shard in &spool.shards {
        let file = lock(shard).take_dirty();
        if let Some(Err(cause)) = file.map(|file| file.sync_data()) {
            tracing::error!(%cause, "the spool could not be forced to the disk");
        }
    }
}

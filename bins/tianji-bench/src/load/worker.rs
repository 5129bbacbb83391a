//! Sends the requests that are due over one connection, opening it anew when it is lost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::client::{Answer, CallError, Connection};
use super::pacer::{Pacing, Slot};
use super::report::Tally;
use super::target::Target;
use crate::share::Share;

pub(crate) struct Worker {
    pub(crate) target: Arc<Target>,
    pub(crate) pacing: Arc<Pacing>,
    pub(crate) tally: Arc<Mutex<Tally>>,
    pub(crate) timeout: Duration,
    pub(crate) abort_share: Share,
}

impl Worker {
    pub(crate) async fn run(self, connection: Connection) {
        let mut connection = Some(connection);
        while let Some(slot) = self.pacing.next().await {
            let sent = Instant::now();
            let outcome = match tokio::time::timeout(self.timeout, self.call(&mut connection, slot)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(CallError::Timeout),
            };
            if !is_read_to_end(&outcome) {
                connection = None;
            }
            let refused = matches!(outcome, Err(CallError::Connect));
            self.tally(|tally| tally.record(slot.intended, sent, outcome));
            if refused {
                tokio::time::sleep(PAUSE_AFTER_REFUSAL).await;
            }
        }
    }

    async fn call(&self, connection: &mut Option<Connection>, slot: Slot) -> Result<Answer, CallError> {
        let ready = match connection {
            Some(open) => open.is_ready().await,
            None => false,
        };
        if !ready {
            *connection = None;
            self.tally(Tally::reconnected);
        }
        let open = match connection {
            Some(open) => open,
            None => connection.insert(Connection::open(&self.target).await?),
        };
        open.call(&self.target, slot.number, self.abort_share.picks(slot.number)).await
    }

    fn tally(&self, change: impl FnOnce(&mut Tally)) {
        change(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Only then can the connection carry another call.
fn is_read_to_end(outcome: &Result<Answer, CallError>) -> bool {
    match outcome {
        Ok(answer) => !answer.aborted,
        Err(CallError::Status(_) | CallError::Unterminated) => true,
        Err(CallError::Connect | CallError::Send | CallError::Body | CallError::Timeout) => false,
    }
}

/// A peer that refuses connections is not asked again at full speed.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(10);

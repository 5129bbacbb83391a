//! What a client of the Responses API may come back to: earlier responses, by id.
//!
//! A vendor that has the API keeps its own responses; here only whose they are and which deployment has them. For all
//! other vendors conversation and reply are kept here, sealed. Writing is behind: a response is in memory at once and in
//! the database soon after, so that no call waits for it.

pub(crate) mod background;
mod keep;
mod recall;
mod retrieve;
mod writer;

pub(crate) use keep::Keep;
pub(crate) use recall::{continues, items_of, recall};
pub use retrieve::{Asked, retrieve};
pub use writer::write_behind;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tianji_auth::SealBox;
use tianji_core::{Micros, Secret};
use tianji_storage::{Store, StoredResponse};
use tokio::sync::mpsc;

/// Responses of late, and the way to the database.
pub struct Responses {
    seal: SealBox,
    recent: Mutex<Recent>,
    queue: mpsc::Sender<Arc<StoredResponse>>,
    waiting: Mutex<Option<mpsc::Receiver<Arc<StoredResponse>>>>,
}

/// A conversation and its reply, as sealed.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Conversation {
    /// Items put in, those of earlier responses included: a JSON list.
    pub(crate) input: Box<RawValue>,
    /// The response object.
    pub(crate) response: Box<RawValue>,
    /// The vendor's id of the response, where a vendor has it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upstream_id: Option<String>,
}

#[derive(Default)]
struct Recent {
    by_id: HashMap<String, Arc<StoredResponse>>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Responses {
    /// Nothing kept yet. The passphrase seals what is written down.
    pub fn new(passphrase: &Secret) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        Self { seal: SealBox::new(passphrase), recent: Mutex::default(), queue, waiting: Mutex::new(Some(waiting)) }
    }

    /// Keeps a response. `false` when the database is so far behind that it will be in memory only.
    pub(crate) fn put(&self, response: StoredResponse) -> bool {
        let response = Arc::new(response);
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).add(Arc::clone(&response));
        self.queue.try_send(response).is_ok()
    }

    /// A response that was kept; `None` if there is none or the database does not answer.
    pub(crate) async fn find(&self, store: &Store, id: &str, now: Micros) -> Option<Arc<StoredResponse>> {
        let known = self.recent.lock().unwrap_or_else(PoisonError::into_inner).by_id.get(id).cloned();
        if let Some(known) = known {
            return Some(known).filter(|known| known.expires_at > now);
        }
        let asked = tokio::time::timeout(PATIENCE, store.response(id, now)).await;
        match asked {
            Ok(Ok(found)) => found.map(Arc::new),
            Ok(Err(cause)) => {
                tracing::warn!(%cause, "an earlier response could not be looked up");
                None
            }
            Err(_) => None,
        }
    }

    /// Forgets a response here and in the database.
    pub(crate) async fn forget(&self, store: &Store, id: &str) -> Result<(), tianji_storage::StoreError> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        store.delete_response(id).await
    }

    pub(crate) fn seal(&self, conversation: &Conversation) -> Option<String> {
        self.seal_value(conversation)
    }

    /// `None` when it was sealed under another passphrase.
    pub(crate) fn open(&self, response: &StoredResponse) -> Option<Conversation> {
        self.open_value(response.sealed.as_deref()?)
    }

    /// Seals anything that is JSON.
    pub(crate) fn seal_value<T: Serialize>(&self, value: &T) -> Option<String> {
        let text = serde_json::to_vec(value).ok()?;
        self.seal.seal(&text, rand::random())
    }

    /// `None` when it was sealed under another passphrase, or is something else.
    pub(crate) fn open_value<T: DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        serde_json::from_slice(&self.seal.open(sealed)?).ok()
    }
}

impl Recent {
    fn add(&mut self, response: Arc<StoredResponse>) {
        self.bytes += weight(&response);
        self.order.push_back(response.id.clone());
        if let Some(earlier) = self.by_id.insert(response.id.clone(), response) {
            self.bytes -= weight(&earlier);
        }
        while self.bytes > MOST_BYTES
            && let Some(oldest) = self.order.pop_front()
        {
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, id: &str) {
        if let Some(response) = self.by_id.remove(id) {
            self.bytes -= weight(&response);
        }
    }
}

fn weight(response: &StoredResponse) -> usize {
    response.sealed.as_ref().map_or(0, String::len) + 512
}

impl std::fmt::Debug for Responses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Responses").finish_non_exhaustive()
    }
}

/// Responses that may wait for the database.
const QUEUE: usize = 4096;
/// Bytes of late responses kept in memory.
const MOST_BYTES: usize = 16 << 20;
/// How long a call waits for the database to find an earlier response.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long responses are kept (special-surfaces sheet, `responses_ttl`).
const TTL: Duration = Duration::from_secs(30 * 86_400);

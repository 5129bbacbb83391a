//! Credentials that were asked for: kept until shortly before they end, asked for once however many calls wait.
//!
//! Of the calls that find a credential due for renewal one asks and the others go on with the old one as long as it is
//! good. Of the calls that find none, one asks and the others wait for its answer, good or bad.

use crate::{Deadlines, HttpClient, drive};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;
use tianji_core::{Clock, Credential, CredentialSource, Error, Granted, Kind, Micros, Origin};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// All credentials of a process, by source.
#[derive(Default)]
pub struct Credentials {
    slots: StdMutex<HashMap<String, Arc<Slot>>>,
}

/// What is known of one source.
#[derive(Default)]
struct Slot {
    held: StdMutex<Option<Held>>,
    /// Whoever holds it is the one who asks. In it: how the last conversation failed, if it did.
    asking: Mutex<Option<Failure>>,
    /// Conversations so far.
    asked: AtomicU64,
}

/// The last credential of a source.
#[derive(Clone)]
struct Held {
    credential: Arc<Credential>,
    /// When it is asked for again.
    renew: Option<Micros>,
    /// When it is of no use any more.
    end: Option<Micros>,
}

/// What those are told who waited for a conversation that failed.
struct Failure {
    kind: Kind,
    origin: Origin,
    message: String,
    retry_after: Option<Duration>,
}

impl Credentials {
    /// The credential of a source: the one at hand, or a new one.
    ///
    /// # Errors
    /// What the source's conversation fails with. A failure is told to all who waited for this conversation, and not
    /// kept: the next call asks again.
    pub async fn of(
        &self,
        source: &Arc<dyn CredentialSource>,
        client: &HttpClient,
        clock: &dyn Clock,
    ) -> Result<Arc<Credential>, Error> {
        let slot = self.slot(source.id(), clock.wall());
        let before = slot.asked.load(Ordering::Acquire);
        let old = match slot.held() {
            Some(held) if held.is_fresh(clock.wall()) => return Ok(held.credential),
            Some(held) if held.is_good(clock.wall()) => Some(held),
            _ => None,
        };
        let mut failure = match (&old, slot.asking.try_lock()) {
            (_, Ok(asking)) => asking,
            (Some(held), Err(_)) => return Ok(Arc::clone(&held.credential)),
            (None, Err(_)) => slot.asking.lock().await,
        };
        let now = clock.wall();
        if let Some(held) = slot.held().filter(|held| held.is_fresh(now)) {
            return Ok(held.credential);
        }
        if let Some(failure) = failure.as_ref().filter(|_| slot.asked.load(Ordering::Acquire) != before) {
            return old.map_or_else(|| Err(failure.error()), |held| Ok(held.credential));
        }
        // Boxed: rarely needed, and larger than all else that a call waits for.
        let asked = Box::pin(ask(source, client, now)).await;
        slot.asked.fetch_add(1, Ordering::AcqRel);
        match asked {
            Ok(granted) => {
                *failure = None;
                let held = Held::new(granted, now);
                *lock(&slot.held) = Some(held.clone());
                Ok(held.credential)
            }
            Err(error) => {
                *failure = Some(Failure::of(&error));
                let Some(held) = old else { return Err(error) };
                tracing::warn!(%error, "a credential could not be renewed; the old one is used as long as it lasts");
                // Not at every call: whoever is asked may be in trouble.
                *lock(&slot.held) = Some(Held { renew: Some(now.plus(PATIENCE)), ..held.clone() });
                Ok(held.credential)
            }
        }
    }

    /// Forgets a credential that a provider refused, so that the next call asks for a new one. One that was renewed in
    /// the meantime stays.
    pub fn forget(&self, source: &dyn CredentialSource, refused: &Arc<Credential>) {
        let slot = lock(&self.slots).get(source.id()).cloned();
        if let Some(slot) = slot {
            lock(&slot.held).take_if(|held| Arc::ptr_eq(&held.credential, refused));
        }
    }

    fn slot(&self, id: &str, now: Micros) -> Arc<Slot> {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get(id) {
            return Arc::clone(slot);
        }
        if slots.len() >= MOST_SLOTS {
            make_room(&mut slots, now);
        }
        let slot = Arc::<Slot>::default();
        slots.insert(id.to_owned(), Arc::clone(&slot));
        slot
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Slot {
    fn held(&self) -> Option<Held> {
        lock(&self.held).clone()
    }
}

impl Held {
    fn new(Granted { credential, expires_at }: Granted, now: Micros) -> Self {
        let renew = expires_at.map(|end| renewal(now, end));
        Self { credential: Arc::new(credential), renew, end: expires_at }
    }

    fn is_fresh(&self, now: Micros) -> bool {
        self.renew.is_none_or(|renew| now < renew) && self.is_good(now)
    }

    /// Whether it lasts long enough to reach a provider.
    fn is_good(&self, now: Micros) -> bool {
        self.end.is_none_or(|end| now.plus(ON_THE_WAY) < end)
    }
}

impl Failure {
    fn of(error: &Error) -> Self {
        let Error { kind, origin, retry_after, .. } = *error;
        Self { kind, origin, message: error.message.clone(), retry_after }
    }

    fn error(&self) -> Error {
        Error::new(self.kind, self.origin, self.message.clone()).with_retry_after(self.retry_after)
    }
}

async fn ask(source: &Arc<dyn CredentialSource>, client: &HttpClient, now: Micros) -> Result<Granted, Error> {
    let deadlines = Deadlines {
        connect: CONNECT_TIME,
        first_byte: STEP_TIME,
        between_bytes: STEP_TIME,
        total: Some(Instant::now() + WHOLE_TIME),
    };
    drive(client, source.exchange(now).as_mut(), &deadlines).await
}

/// A minute before the end, or at half of a life that is shorter than two.
fn renewal(now: Micros, end: Micros) -> Micros {
    let life = Duration::from_micros(u64::try_from(end.0.saturating_sub(now.0)).unwrap_or(0));
    now.plus(life.saturating_sub(EARLY).max(life / 2))
}

/// Drops what has ended, and if that is not enough, what nobody is using; it will be asked for again.
fn make_room(slots: &mut HashMap<String, Arc<Slot>>, now: Micros) {
    slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.held().is_some_and(|held| held.is_good(now)));
    if slots.len() >= MOST_SLOTS {
        slots.retain(|_, slot| Arc::strong_count(slot) > 1);
    }
}

/// Nothing is left half done by a thread that panicked with one of these.
fn lock<T>(mutex: &StdMutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long before its end a credential is renewed.
const EARLY: Duration = Duration::from_secs(60);
/// How long before its end a credential is not sent any more.
const ON_THE_WAY: Duration = Duration::from_secs(5);
/// How long a renewal that failed is not tried again while the old credential is good.
const PATIENCE: Duration = Duration::from_secs(10);
/// A connection to whoever is asked; those beside the machine answer at once or are not there.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// One request of the conversation.
const STEP_TIME: Duration = Duration::from_secs(20);
/// The whole conversation.
const WHOLE_TIME: Duration = Duration::from_secs(60);
/// Most sources of which something is kept. Reloads leave old ones behind.
const MOST_SLOTS: usize = 4096;

//! Credentials that were asked for: kept until shortly before they end, asked for once however many calls wait.

use crate::{Deadlines, HttpClient, drive};
use std::collections::HashMap;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;
use tianji_core::{Clock, Credential, CredentialSource, Error, Granted};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// All credentials of a process, by source.
#[derive(Default)]
pub struct Credentials {
    slots: StdMutex<HashMap<String, Arc<Slot>>>,
}

/// The last credential of a source. Whoever holds the lock is the one who asks; the others wait for its answer.
#[derive(Default)]
struct Slot(Mutex<Option<Held>>);

struct Held {
    credential: Arc<Credential>,
    /// When it is asked for again.
    renew: Option<tianji_core::Micros>,
}

impl Credentials {
    /// The credential of a source: the one at hand, or a new one.
    ///
    /// # Errors
    /// What the source's conversation fails with. A failure is not kept: the next call asks again.
    pub async fn of(
        &self,
        source: &Arc<dyn CredentialSource>,
        client: &HttpClient,
        clock: &dyn Clock,
    ) -> Result<Arc<Credential>, Error> {
        let slot = self.slot(source.id());
        let mut held = slot.0.lock().await;
        let now = clock.wall();
        if let Some(held) = held.as_ref().filter(|held| held.renew.is_none_or(|renew| now < renew)) {
            return Ok(Arc::clone(&held.credential));
        }
        let deadlines = Deadlines {
            first_byte: STEP_TIME,
            between_bytes: STEP_TIME,
            total: Some(Instant::now() + WHOLE_TIME),
            ..Deadlines::default()
        };
        // Boxed: rarely needed, and large.
        let asking = Box::pin(async { drive(client, source.exchange(now).as_mut(), &deadlines).await });
        let Granted { credential, expires_at } = asking.await?;
        let credential = Arc::new(credential);
        let renew = expires_at.map(|end| renewal(now, end));
        *held = Some(Held { credential: Arc::clone(&credential), renew });
        Ok(credential)
    }

    /// Forgets a credential that a provider refused, so that the next call asks for a new one.
    pub async fn forget(&self, source: &dyn CredentialSource) {
        let slot = self.slot(source.id());
        *slot.0.lock().await = None;
    }

    fn slot(&self, id: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(id) {
            return Arc::clone(slot);
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

/// Five minutes before the end, or at half of a life that is shorter than ten.
fn renewal(now: tianji_core::Micros, end: tianji_core::Micros) -> tianji_core::Micros {
    let life = Duration::from_micros(u64::try_from(end.0 - now.0).unwrap_or(0));
    now.plus(life.saturating_sub(EARLY).max(life / 2))
}

/// How long before its end a credential is renewed.
const EARLY: Duration = Duration::from_secs(300);
/// One request of the conversation.
const STEP_TIME: Duration = Duration::from_secs(20);
/// The whole conversation.
const WHOLE_TIME: Duration = Duration::from_secs(60);

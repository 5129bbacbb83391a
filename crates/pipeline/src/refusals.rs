//! Refused calls in the ledger: who was refused what and why. One row per key, reason and second, and not more than a
//! few hundred a second in all, so that nobody fills the ledger by being refused. Who is nobody we know has no row.

use crate::keys::KeyView;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tianji_core::{CallRecord, CallStatus, Error};
use uuid::Uuid;

/// What was written down in this second.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Second>);

#[derive(Debug, Default)]
struct Second {
    second: u64,
    written: HashSet<(Arc<str>, u16, &'static str)>,
}

impl Refusals {
    /// Whether this is the first of its kind in this second, with room left for it.
    fn is_new(&self, second: u64, token: &Arc<str>, error: &Error) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.second != second {
            known.second = second;
            known.written.clear();
        }
        known.written.len() < MOST
            && known.written.insert((Arc::clone(token), error.status.as_u16(), error.kind.class()))
    }
}

/// A call that is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused<'a> {
    pub(crate) call_id: Uuid,
    pub(crate) call_type: &'static str,
    /// Route template.
    pub(crate) route: &'static str,
    pub(crate) started: Instant,
    pub(crate) error: &'a Error,
}

/// Writes down that a caller was refused.
pub(crate) fn note(shared: &Shared, snapshot: &Snapshot, caller: &KeyView, call: Refused<'_>) {
    if !snapshot.settings.log_refusals || !shared.refusals.is_new(shared.second(), &caller.token, call.error) {
        return;
    }
    let ended_at = shared.clock.wall();
    let elapsed = shared.clock.now().saturating_duration_since(call.started);
    let elapsed = i64::try_from(elapsed.as_micros()).unwrap_or(0);
    let record = CallRecord {
        call_id: call.call_id,
        call_type: call.call_type.into(),
        endpoint: call.route.into(),
        token: Arc::clone(&caller.token),
        key_alias: caller.alias.clone(),
        user_id: caller.user_id.clone(),
        team_id: caller.team_id.clone(),
        organization_id: caller.organization_id.clone(),
        started_at: tianji_core::Micros(ended_at.0.saturating_sub(elapsed)),
        ended_at,
        status: CallStatus::Failure,
        http_status: call.error.status.as_u16(),
        error_class: Some(call.error.kind.class().to_owned()),
        error_message: Some(call.error.message.chars().take(MOST_CHARS).collect()),
        refused: true,
        ..CallRecord::default()
    };
    if let Err(cause) = shared.spool.settle(&Arc::new(record)) {
        tracing::warn!(%cause, "a refused call could not be written down");
    }
}

/// Rows of a second, over all keys.
const MOST: usize = 256;
/// Most characters of an error kept.
const MOST_CHARS: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;
    use tianji_core::Kind;

    #[test]
    fn one_row_per_key_reason_and_second() {
        let refusals = Refusals::default();
        let (one, two): (Arc<str>, Arc<str>) = ("one".into(), "two".into());
        let limit = Error::client(Kind::RateLimit, "x");
        let model = Error::client(Kind::PermissionDenied, "x");
        assert!(refusals.is_new(1, &one, &limit));
        assert!(!refusals.is_new(1, &one, &limit));
        assert!(refusals.is_new(1, &one, &model));
        assert!(refusals.is_new(1, &two, &limit));
        assert!(refusals.is_new(2, &one, &limit));
    }

    #[test]
    fn a_flood_of_keys_has_an_end() {
        let refusals = Refusals::default();
        let limit = Error::client(Kind::RateLimit, "x");
        let written = (0..MOST * 2).filter(|key| refusals.is_new(1, &key.to_string().into(), &limit)).count();
        assert_eq!(written, MOST);
    }
}

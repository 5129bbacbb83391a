//! The door: from headers to a caller. Authentication only; what the caller may do is asked later.

use crate::keys::KeyView;
use crate::refusals::{self, Refused};
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use http::HeaderMap;
use std::sync::Arc;
use std::time::Instant;
use tianji_auth::{CredentialSources, Denial, KeyHash, Permission, Principal, check_usable, credential};
use tianji_core::Error;
use tianji_core::record::MASTER_KEY_NAME;
use uuid::Uuid;

/// An authenticated caller. There is no other way to make one than [`authenticate`].
#[derive(Clone, Debug)]
pub struct Caller(Arc<KeyView>);

impl std::ops::Deref for Caller {
    type Target = KeyView;
    fn deref(&self) -> &KeyView {
        &self.0
    }
}

impl Caller {
    /// Whether the caller may use a route that asks for a permission.
    pub fn check(&self, permission: Permission, route: &str) -> Result<(), Error> {
        self.principal.check(permission, route).map_err(|denial| denial.error())
    }
}

/// Finds out who calls.
pub async fn authenticate(
    shared: &Shared,
    snapshot: &Snapshot,
    headers: &HeaderMap,
    sources: CredentialSources<'_>,
    asked: Asking,
) -> Result<Caller, Error> {
    let sources = CredentialSources { custom_header: snapshot.settings.key_header.as_ref(), ..sources };
    let found = credential(headers, &sources).map_err(|denial| denial.error())?;
    let hash = KeyHash::of(found.expose());
    if snapshot.master.as_ref().is_some_and(|master| master.matches(&hash)) {
        return Ok(Caller(master_view(shared)));
    }
    if !found.expose().starts_with("sk-") {
        return Err(Denial::NotVirtual.error());
    }
    let now = shared.clock.wall();
    match shared.keys.view(hash, &shared.store, now).await {
        Ok(Some(view)) => {
            let caller = Caller(view);
            let checked = caller.principal.key().map_or(Ok(()), |key| check_usable(key, now));
            checked.map(|()| caller.clone()).map_err(|denial| refused(shared, snapshot, &caller, asked, denial))
        }
        Ok(None) => Err(Denial::unknown(found.expose()).error()),
        Err(cause) => {
            tracing::error!(%cause, "key store unavailable");
            Err(Denial::StoreUnavailable.error().with_source(cause))
        }
    }
}

/// What a caller asks for, as far as it is known at the door.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// Route template.
    pub route: &'static str,
    /// Whether the route calls models, so that a refusal belongs into the ledger.
    pub calls_models: bool,
    /// When the request's head was complete.
    pub started: Instant,
}

/// Refuses a caller who is known; gives the error to answer with.
pub fn refused(shared: &Shared, snapshot: &Snapshot, caller: &Caller, asked: Asking, denial: Denial) -> Error {
    let error = denial.error();
    if asked.calls_models {
        let Asking { route, started, .. } = asked;
        let call = Refused { call_id: Uuid::now_v7(), call_type: "", route, started, error: &error };
        refusals::note(shared, snapshot, caller, call);
    }
    error
}

fn master_view(shared: &Shared) -> Arc<KeyView> {
    shared
        .master_view
        .get_or_init(|| {
            Arc::new(KeyView {
                principal: Principal::Master,
                token: MASTER_KEY_NAME.into(),
                alias: None,
                user_id: Some(DEFAULT_USER_ID.into()),
                team_id: None,
                organization_id: None,
                scope: Arc::default(),
                limits: tianji_limits::Limits::default(),
                models: Vec::new(),
            })
        })
        .clone()
}

/// The user that the master key acts as.
pub(crate) const DEFAULT_USER_ID: &str = "default_user_id";

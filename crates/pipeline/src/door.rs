//! The door: from headers to a caller. Authentication only; what the caller may do is asked later.

use crate::keys::KeyView;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use http::HeaderMap;
use std::sync::Arc;
use tianji_auth::{CredentialSources, Denial, KeyHash, Permission, Principal, check_usable, credential};
use tianji_core::record::MASTER_KEY_NAME;
use tianji_core::{Error, Micros};

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
        Ok(Some(view)) => usable(view, now),
        Ok(None) => Err(Denial::unknown(found.expose()).error()),
        Err(cause) => {
            tracing::error!(%cause, "key store unavailable");
            Err(Denial::StoreUnavailable.error().with_source(cause))
        }
    }
}

fn usable(view: Arc<KeyView>, now: Micros) -> Result<Caller, Error> {
    if let Some(key) = view.principal.key() {
        check_usable(key, now).map_err(|denial| denial.error())?;
    }
    Ok(Caller(view))
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

//! The form of a management operation.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tianji_auth::{KeyHash, Permission, Principal, VirtualKey};
use tianji_core::record::MASTER_KEY_NAME;
use tianji_core::{Error, Kind, Micros};
use tianji_pipeline::{Caller, Shared};
use tianji_storage::{Store, StoreError};

/// Verbs of operations and routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `DELETE`
    Delete,
}

/// One operation: a method, a path, a permission and typed input and output.
pub trait Operation: 'static {
    /// Verb.
    const METHOD: Verb;
    /// Route template.
    const PATH: &'static str;
    /// Operation name, unique.
    const NAME: &'static str;
    /// What the caller must hold.
    const PERMISSION: Permission;
    /// Read from the JSON body, or from the query of GET requests.
    type Input: DeserializeOwned + Send;
    /// Written as JSON.
    type Output: Serialize;

    /// Does it.
    fn run(cx: Admin, input: Self::Input) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// What an operation works with: who calls, and the stores.
#[derive(Clone, Debug)]
pub struct Admin {
    /// Who calls.
    pub caller: Caller,
    /// Stores and caches.
    pub shared: Shared,
    /// The human behind a shared admin key (`litellm-changed-by`).
    pub changed_by: Option<String>,
}

impl Admin {
    pub(crate) fn store(&self) -> &Store {
        &self.shared.store
    }

    pub(crate) fn now(&self) -> Micros {
        self.shared.clock.wall()
    }

    /// Whom rows name as maker or changer.
    pub(crate) fn actor(&self) -> String {
        let user = self.caller.user_id.as_deref().unwrap_or(MASTER_KEY_NAME);
        self.changed_by.clone().unwrap_or_else(|| user.to_owned())
    }

    /// Whether the caller may see a key: admins all, users their own, others only the key itself.
    pub(crate) fn sees(&self, key: &VirtualKey) -> bool {
        match &self.caller.principal {
            Principal::Master => true,
            Principal::Key(own) => own.token == key.token || own.user_id.is_some() && own.user_id == key.user_id,
        }
    }

    /// The key behind a raw key or hash, if it exists and the caller may see it.
    pub(crate) async fn visible_key(&self, key_or_hash: &str) -> Result<VirtualKey, Error> {
        let hash = KeyHash::of_key_or_hash(key_or_hash);
        let found = self.store().key(&hash.hex()).await.map_err(store_error)?;
        found.filter(|key| self.sees(key)).ok_or_else(not_found)
    }

    /// Makes caches ask again for a key.
    pub(crate) fn forget(&self, token: &str) {
        if let Some(hash) = KeyHash::parse(token) {
            self.shared.keys.forget(&hash);
        }
    }
}

/// A key that does not exist, or not for this caller.
pub(crate) fn not_found() -> Error {
    Error::client(Kind::NotFound, "Key not found in database").with_type("not_found_error").with_param("key")
}

/// A field that makes no sense.
pub(crate) fn invalid(field: &str, reason: &str) -> Error {
    Error::client(Kind::BadRequest, format!("{field}: {reason}"))
        .with_type("bad_request_error")
        .with_param(field.to_owned())
}

/// A store that cannot be asked.
pub(crate) fn store_error(cause: StoreError) -> Error {
    Error::gateway(Kind::ServiceUnavailable, "The database is not available.")
        .with_type("no_db_connection")
        .with_source(cause)
}

//! Virtual keys in the database.
//!
//! What is searched and sorted has columns; the whole key is JSON beside them. Every write takes the next number of one
//! sequence inside its transaction, so that numbers become visible in order and [`Store::keys_changed_since`] misses
//! nothing.

use crate::engine::{Row, Step, Value, column};
use crate::error::StoreError;
use crate::statements::{
    KEY_BURY, KEY_BY_ALIAS, KEY_BY_TOKEN, KEY_COUNT, KEY_DELETE, KEY_INSERT, KEY_LIST, KEY_UPDATE, KEYS_CHANGED,
    VERSION_NEXT, VERSION_NOW,
};
use crate::store::Store;
use tianji_auth::VirtualKey;
use tianji_core::Micros;

/// Which keys, and which page of them.
#[derive(Clone, Debug, Default)]
pub struct KeyQuery {
    /// Page, from 1.
    pub page: u64,
    /// Keys per page.
    pub size: u64,
    /// Owner.
    pub user_id: Option<String>,
    /// Team.
    pub team_id: Option<String>,
    /// Organisation.
    pub organization_id: Option<String>,
    /// Hash.
    pub key_hash: Option<String>,
    /// Alias, exactly.
    pub key_alias: Option<String>,
    /// Part of alias, name or hash.
    pub search: Option<String>,
    /// `active`, `expired` or `blocked`.
    pub status: Option<String>,
    /// `spend`, `max_budget`, `created_at`, `updated_at`, `expires`, `key_alias` or `token`.
    pub sort_by: Option<String>,
    /// `asc` or `desc`.
    pub sort_order: Option<String>,
    /// Now, for `status`.
    pub now: Micros,
}

/// One page of keys.
#[derive(Clone, Debug, Default)]
pub struct KeyPage {
    /// The keys.
    pub keys: Vec<VirtualKey>,
    /// Keys on all pages.
    pub total: u64,
}

impl Store {
    /// The key with a hash (lower-case hex).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key(&self, token: &str) -> Result<Option<VirtualKey>, StoreError> {
        let rows = self.engine.query(KEY_BY_TOKEN, vec![Value::text(token)]).await?;
        rows.first().map(read).transpose()
    }

    /// The key with an alias.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn key_by_alias(&self, alias: &str) -> Result<Option<VirtualKey>, StoreError> {
        let rows = self.engine.query(KEY_BY_ALIAS, vec![Value::text(alias)]).await?;
        rows.first().map(read).transpose()
    }

    /// Adds a key.
    ///
    /// # Errors
    /// When hash or alias exist already, or the database fails.
    pub async fn insert_key(&self, key: &VirtualKey) -> Result<(), StoreError> {
        let steps = vec![Step::run(VERSION_NEXT, Vec::new()), Step::change(KEY_INSERT, columns(key))];
        self.engine.transaction(steps).await.map(drop)
    }

    /// Writes a key back that was read before.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else has written it meanwhile; else when the database fails.
    pub async fn update_key(&self, key: &VirtualKey) -> Result<(), StoreError> {
        let mut params = columns(key);
        params.push(Value::Int(key.version));
        let steps = vec![Step::run(VERSION_NEXT, Vec::new()), Step::change(KEY_UPDATE, params)];
        if self.engine.transaction(steps).await? { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Deletes keys; their rows are kept as tombstones. Hashes that do not exist are passed over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_keys(&self, tokens: &[String], by: &str, now: Micros) -> Result<(), StoreError> {
        let mut steps = vec![Step::run(VERSION_NEXT, Vec::new())];
        for token in tokens {
            steps.push(Step::run(KEY_BURY, vec![Value::text(token), Value::Int(now.0), Value::text(by)]));
            steps.push(Step::run(KEY_DELETE, vec![Value::text(token)]));
        }
        self.engine.transaction(steps).await.map(drop)
    }

    /// A page of keys.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_keys(&self, query: &KeyQuery) -> Result<KeyPage, StoreError> {
        let search = query.search.as_ref().map(|text| format!("%{}%", text.to_lowercase()));
        let mut params = vec![
            Value::maybe(query.user_id.as_deref()),
            Value::maybe(query.team_id.as_deref()),
            Value::maybe(query.organization_id.as_deref()),
            Value::maybe(query.key_hash.as_deref()),
            Value::maybe(query.key_alias.as_deref()),
            Value::maybe(search),
            Value::maybe(query.status.as_deref()),
            Value::Int(query.now.0),
        ];
        let count = self.engine.query(KEY_COUNT, params.clone()).await?;
        let total = count.first().map_or(Ok(0), |row| column(row, 0, "count")?.as_int("count"))?;
        let by = query.sort_by.as_deref().unwrap_or("created_at");
        let order = if query.sort_order.as_deref() == Some("asc") { "asc" } else { "desc" };
        params.push(Value::text(format!("{by} {order}")));
        params.push(Value::count(query.size));
        params.push(Value::count(query.page.saturating_sub(1).saturating_mul(query.size)));
        let rows = self.engine.query(KEY_LIST, params).await?;
        let keys = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(KeyPage { keys, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Hashes of keys that were written or deleted after a version, with their versions, in order; at most 10,000.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys_changed_since(&self, version: i64) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.engine.query(KEYS_CHANGED, vec![Value::Int(version)]).await?;
        let changed = |row: &Row| {
            let token = column(row, 0, "token")?.as_text("token")?.to_owned();
            Ok((token, column(row, 1, "version")?.as_int("version")?))
        };
        rows.iter().map(changed).collect()
    }

    /// The version of the last write.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest_key_version(&self) -> Result<i64, StoreError> {
        let rows = self.engine.query(VERSION_NOW, Vec::new()).await?;
        rows.first().map_or(Ok(0), |row| column(row, 0, "value")?.as_int("value"))
    }
}

fn columns(key: &VirtualKey) -> Vec<Value> {
    vec![
        Value::text(&key.token),
        Value::text(&key.key_name),
        Value::maybe(key.key_alias.as_deref()),
        Value::maybe(key.user_id.as_deref()),
        Value::maybe(key.team_id.as_deref()),
        Value::maybe(key.organization_id.as_deref()),
        Value::maybe_int(key.expires_at.map(|at| at.0)),
        Value::Bool(key.blocked == Some(true)),
        Value::maybe_int(key.max_budget.map(tianji_core::Usd::nanos)),
        Value::Int(key.created_at.0),
        Value::Int(key.updated_at.0),
        // A key is made of texts, numbers and maps with text keys: it always serialises.
        Value::text(serde_json::to_string(key).unwrap_or_default()),
    ]
}

fn read(row: &Row) -> Result<VirtualKey, StoreError> {
    let text = column(row, 0, "value")?.as_text("value")?;
    let mut key: VirtualKey = serde_json::from_str(text).map_err(|_| StoreError::Row { column: "value" })?;
    key.version = column(row, 1, "version")?.as_int("version")?;
    Ok(key)
}

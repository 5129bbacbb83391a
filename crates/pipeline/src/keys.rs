//! Virtual keys that were seen lately: one hash, one look into a lock-free map.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tianji_auth::{KeyHash, Principal, VirtualKey};
use tianji_core::{Micros, Usd};
use tianji_limits::{Budget, BudgetPeriod, Limits, Scope};
use tianji_storage::{Store, StoreError};

/// A key with everything that a call needs of it, immutable. Counters are shared with earlier views of the same key.
#[derive(Debug)]
pub struct KeyView {
    /// The caller.
    pub principal: Principal,
    /// Hash in hex, as it stands in rows.
    pub token: Arc<str>,
    /// Alias.
    pub alias: Option<Arc<str>>,
    /// Owner.
    pub user_id: Option<Arc<str>>,
    /// Team.
    pub team_id: Option<Arc<str>>,
    /// Organisation.
    pub organization_id: Option<Arc<str>>,
    /// Counters.
    pub scope: Arc<Scope>,
    /// Limits of the key.
    pub limits: Limits,
    /// Limits and counters per model.
    pub models: Vec<ModelLimits>,
}

/// Limits of a key on one model.
#[derive(Debug)]
pub struct ModelLimits {
    /// Model group.
    pub model: String,
    /// Counters.
    pub scope: Arc<Scope>,
    /// Limits.
    pub limits: Limits,
}

/// The cache of views.
#[derive(Debug, Default)]
pub struct KeyCache {
    map: papaya::HashMap<KeyHash, Entry>,
    /// Grows with every [`KeyCache::forget`], so that a read that began before a write is not taken for fresh.
    writes: AtomicU64,
    /// One load per key at a time: keys share a few locks by their first byte.
    loading: [tokio::sync::Mutex<()>; STRIPES],
}

#[derive(Clone, Debug)]
struct Entry {
    /// `None`: no such key.
    view: Option<Arc<KeyView>>,
    loaded: Instant,
    /// Written to since: ask the store again.
    outdated: bool,
}

impl Entry {
    fn is_fresh(&self) -> bool {
        let life = if self.view.is_some() { FRESH } else { FRESH_UNKNOWN };
        !self.outdated && self.loaded.elapsed() < life
    }
}

impl KeyCache {
    /// The view of a key: from the cache if it is fresh, else from the store. `None` = no such key.
    ///
    /// When the store cannot be asked, a stale view serves for up to an hour.
    pub async fn view(&self, hash: KeyHash, store: &Store, now: Micros) -> Result<Option<Arc<KeyView>>, StoreError> {
        if let Some(entry) = self.map.pin().get(&hash).filter(|entry| entry.is_fresh()) {
            return Ok(entry.view.clone());
        }
        // Boxed: this happens once a minute for each key, and its future would lie in that of every call.
        Box::pin(self.renewed(hash, store, now)).await
    }

    /// The same from the store, by one caller at a time.
    async fn renewed(&self, hash: KeyHash, store: &Store, now: Micros) -> Result<Option<Arc<KeyView>>, StoreError> {
        let stripe = self.loading.get(usize::from(hash.bytes()[0]) % STRIPES);
        let _alone = match stripe {
            Some(stripe) => Some(stripe.lock().await),
            None => None,
        };
        let cached = self.map.pin().get(&hash).cloned();
        if let Some(entry) = cached.as_ref().filter(|entry| entry.is_fresh()) {
            return Ok(entry.view.clone());
        }
        match self.load(hash, store, now, cached.as_ref()).await {
            Ok(view) => Ok(view),
            Err(cause) => match cached {
                Some(Entry { view: Some(view), loaded, outdated: false }) if loaded.elapsed() < STALE => {
                    tracing::warn!(%cause, "key store unavailable, serving a cached key");
                    Ok(Some(view))
                }
                _ => Err(cause),
            },
        }
    }

    /// Asks the store again at the next use of a key, after a write. The counters survive.
    pub fn forget(&self, hash: &KeyHash) {
        self.writes.fetch_add(1, Ordering::AcqRel);
        self.map.pin().update(*hash, |entry| Entry { outdated: true, ..entry.clone() });
    }

    async fn load(
        &self,
        hash: KeyHash,
        store: &Store,
        now: Micros,
        old: Option<&Entry>,
    ) -> Result<Option<Arc<KeyView>>, StoreError> {
        let writes = self.writes.load(Ordering::Acquire);
        let view = match store.key(&hash.hex()).await? {
            None => None,
            Some(key) => {
                let old = old.and_then(|entry| entry.view.as_deref());
                Some(Arc::new(view_of(key, store, now, old).await?))
            }
        };
        let map = self.map.pin();
        if map.len() >= MOST_KEYS {
            map.clear();
        }
        let outdated = self.writes.load(Ordering::Acquire) != writes;
        map.insert(hash, Entry { view: view.clone(), loaded: Instant::now(), outdated });
        Ok(view)
    }
}

async fn view_of(key: VirtualKey, store: &Store, now: Micros, old: Option<&KeyView>) -> Result<KeyView, StoreError> {
    let limits = limits_of(&key);
    let scope = match old {
        Some(old) => Arc::clone(&old.scope),
        None => {
            let window = limits.period.map(|period| period.window(now, limits.anchor));
            let spent = store.spent("key", &key.token, window.map(|window| window.start)).await?;
            Arc::new(Scope::with_budget(Budget::with_spent(spent, window)))
        }
    };
    let shared = |text: &Option<String>| text.as_deref().map(Arc::from);
    Ok(KeyView {
        token: key.token.as_str().into(),
        alias: shared(&key.key_alias),
        user_id: shared(&key.user_id),
        team_id: shared(&key.team_id),
        organization_id: shared(&key.organization_id),
        scope,
        limits,
        models: models_of(&key, old),
        principal: Principal::Key(Arc::new(key)),
    })
}

fn limits_of(key: &VirtualKey) -> Limits {
    Limits {
        requests: key.rpm_limit,
        tokens: key.tpm_limit,
        parallel: key.max_parallel_requests,
        budget: key.max_budget,
        period: key.budget_duration.as_deref().and_then(BudgetPeriod::parse),
        anchor: key.created_at,
    }
}

fn models_of(key: &VirtualKey, old: Option<&KeyView>) -> Vec<ModelLimits> {
    let names = key.model_rpm_limit.keys().chain(key.model_tpm_limit.keys());
    let names: std::collections::BTreeSet<&String> = names.collect();
    let earlier = |model: &str| {
        let same = old.and_then(|old| old.models.iter().find(|limits| limits.model == model));
        same.map(|limits| Arc::clone(&limits.scope)).unwrap_or_default()
    };
    let limits = |model: &String| ModelLimits {
        scope: earlier(model),
        limits: Limits {
            requests: key.model_rpm_limit.get(model).copied(),
            tokens: key.model_tpm_limit.get(model).copied(),
            ..Limits::default()
        },
        model: model.clone(),
    };
    names.into_iter().map(limits).collect()
}

impl KeyView {
    /// What the key has spent in its window.
    pub fn spent(&self, now: Micros) -> Usd {
        self.scope.spent(&self.limits, now)
    }
}

/// How long a view is used without asking the store (`user_api_key_cache_ttl`).
const FRESH: Duration = Duration::from_secs(60);
/// How long "no such key" is believed.
const FRESH_UNKNOWN: Duration = Duration::from_secs(5);
/// How long a view serves when the store is gone.
const STALE: Duration = Duration::from_secs(3600);
/// Most keys remembered (`user_api_key_cache_max_size`).
const MOST_KEYS: usize = 100_000;
/// Locks for loading.
const STRIPES: usize = 32;

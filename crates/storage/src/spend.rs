//! What calls add up to: counters per key, user, team …, and sums per day.

use crate::calls::day_of;
use crate::engine::{Step, Value, column};
use crate::error::StoreError;
use crate::statements::{COUNTER_ADD, COUNTER_SPENT, KEY_SPENT_SINCE, USAGE_DAY_ADD};
use crate::store::Store;
use std::collections::BTreeMap;
use tianji_core::{CallRecord, CallStatus, Micros, Usd};

impl Store {
    /// What a scope has spent: since an instant (keys only), or ever.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn spent(&self, scope: &str, id: &str, since: Option<Micros>) -> Result<Usd, StoreError> {
        let rows = match since {
            // A call belongs to the window that it ends in; it can have started at most a day before.
            Some(since) if scope == "key" => {
                let started = since.0.saturating_sub(86_400_000_000);
                let params = vec![Value::text(id), Value::Int(started), Value::Int(since.0)];
                self.engine.query(KEY_SPENT_SINCE, params).await?
            }
            _ => self.engine.query(COUNTER_SPENT, vec![Value::text(scope), Value::text(id)]).await?,
        };
        rows.first().map_or(Ok(Usd::ZERO), |row| Ok(Usd::from_nanos(column(row, 0, "spend")?.as_int("spend")?)))
    }
}

/// Statements that add calls to all sums: one per counter, sorted, so that writers never wait for each other in a ring.
pub(crate) fn sums<'a>(calls: impl Iterator<Item = &'a CallRecord>, now: Micros) -> Vec<Step> {
    let mut counters: BTreeMap<(&'static str, &str), [i64; 3]> = BTreeMap::new();
    let mut days: BTreeMap<DayKey<'_>, [i64; 10]> = BTreeMap::new();
    for call in calls {
        let counts = [call.cost.nanos(), 1, int(call.usage.total())];
        for (scope, id) in scopes(call) {
            add(counters.entry((scope, id)).or_default(), &counts);
        }
        add(days.entry(DayKey::of(call)).or_default(), &day_counts(call));
    }
    let counters = counters.into_iter().map(|((scope, id), [spend, requests, tokens])| {
        let ids = [Value::Static(scope), Value::text(id)];
        let counts = [spend, requests, tokens, now.0].map(Value::Int);
        Step::run(COUNTER_ADD, ids.into_iter().chain(counts).collect())
    });
    let days = days.into_iter().map(|(key, counts)| {
        let mut params = vec![Value::Int(key.day)];
        params.extend(key.names.map(Value::text));
        params.extend(counts.map(Value::Int));
        Step::run(USAGE_DAY_ADD, params)
    });
    counters.chain(days).collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct DayKey<'a> {
    day: i64,
    /// token, team, user, organisation, model, group, provider
    names: [&'a str; 7],
}

impl<'a> DayKey<'a> {
    fn of(call: &'a CallRecord) -> Self {
        Self {
            day: day_of(call.started_at),
            names: [
                &call.token,
                call.team_id.as_deref().unwrap_or_default(),
                call.user_id.as_deref().unwrap_or_default(),
                call.organization_id.as_deref().unwrap_or_default(),
                &call.model,
                &call.model_group,
                &call.provider,
            ],
        }
    }
}

fn day_counts(call: &CallRecord) -> [i64; 10] {
    let ok = call.status == CallStatus::Success;
    let usage = &call.usage;
    [
        1,
        i64::from(ok),
        i64::from(!ok),
        int(usage.input()),
        int(usage.output()),
        int(usage.cache_read()),
        int(usage.cache_write()),
        int(usage.out_reasoning),
        call.cost.nanos(),
        (call.ended_at.0 - call.started_at.0).max(0) / 1000,
    ]
}

fn scopes(call: &CallRecord) -> impl Iterator<Item = (&'static str, &str)> {
    let tags = call.tags.iter().map(|tag| ("tag", tag.as_str()));
    [
        Some(("global", "")),
        Some(("key", &*call.token)),
        Some(("model", &*call.model_group)),
        call.user_id.as_deref().map(|id| ("user", id)),
        call.team_id.as_deref().map(|id| ("team", id)),
        call.organization_id.as_deref().map(|id| ("org", id)),
        call.end_user.as_deref().map(|id| ("end_user", id)),
    ]
    .into_iter()
    .flatten()
    .chain(tags)
}

fn add<const N: usize>(sums: &mut [i64; N], more: &[i64; N]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.saturating_add(*more);
    }
}

fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

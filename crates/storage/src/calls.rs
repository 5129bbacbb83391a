//! Finished calls in the database.

use crate::engine::{Row, Value, column};
use crate::error::StoreError;
use crate::statements::{CALLS, CALLS_BY_ID, CALLS_OF_KEY, CALLS_OF_USER, SPEND_BY_DAY};
use crate::store::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use tianji_core::{CallRecord, CallStatus, Micros, Usd};

/// Which calls.
#[derive(Clone, Debug, Default)]
pub struct CallQuery {
    /// Hash of the key, or the master key's name.
    pub token: Option<String>,
    /// Owner of the key.
    pub user_id: Option<String>,
    /// Our call id or the provider's response id.
    pub request_id: Option<String>,
    /// Started at or after.
    pub start: Option<Micros>,
    /// Started before.
    pub end: Option<Micros>,
    /// Most rows.
    pub limit: u64,
    /// Rows passed over.
    pub offset: u64,
}

/// What a day's calls cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaySpend {
    /// `2026-11-22`
    pub date: String,
    /// Sum.
    pub spend: Usd,
    /// By owner.
    pub users: Vec<(String, Usd)>,
    /// By model group.
    pub models: Vec<(String, Usd)>,
    /// By hash of the key.
    pub keys: Vec<(String, Usd)>,
}

impl CallQuery {
    /// From when to when.
    fn within(&self) -> Vec<Value> {
        let bounds = [self.start.unwrap_or(Micros(i64::MIN)), self.end.unwrap_or(Micros(i64::MAX))];
        bounds.map(|at| Value::Int(at.0)).into()
    }
}

impl Store {
    /// Calls, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn calls(&self, query: &CallQuery) -> Result<Vec<CallRecord>, StoreError> {
        let user = query.user_id.as_deref();
        let mut params = query.within();
        params.extend([Value::count(query.limit), Value::count(query.offset)]);
        params.extend([Value::maybe(query.token.as_deref()), Value::maybe(user)]);
        // Each finds its rows by an index of its own.
        let sql = match &query.request_id {
            Some(id) => {
                params.push(Value::text(id.as_str()));
                CALLS_BY_ID
            }
            None if query.token.is_some() => CALLS_OF_KEY,
            None if user.is_some_and(|user| !user.is_empty()) => CALLS_OF_USER,
            None => CALLS,
        };
        let rows = self.engine.query(sql, params).await?;
        let read = |row: &Row| {
            let text = column(row, 0, "record")?.as_text("record")?;
            serde_json::from_str(text).map_err(|_| StoreError::Row { column: "record" })
        };
        rows.iter().map(read).collect()
    }

    /// What calls cost per day, owner, model and key. Days without calls are left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn spend_by_day(&self, query: &CallQuery) -> Result<Vec<DaySpend>, StoreError> {
        let mut params = query.within();
        params.extend([Value::maybe(query.token.as_deref()), Value::maybe(query.user_id.as_deref())]);
        let rows = self.engine.query(SPEND_BY_DAY, params).await?;
        let mut days: BTreeMap<i64, [BTreeMap<String, Usd>; 3]> = BTreeMap::new();
        for row in &rows {
            let day = column(row, 0, "day")?.as_int("day")?;
            let spend = Usd::from_nanos(column(row, 4, "spend")?.as_int("spend")?);
            let sums = days.entry(day).or_default();
            for (place, sum) in [2, 3, 1].into_iter().zip(sums) {
                let name = column(row, place, "name")?.as_text("name")?;
                *sum.entry(name.to_owned()).or_default() += spend;
            }
        }
        Ok(days.into_iter().map(|(day, sums)| day_spend(day, sums)).collect())
    }
}

fn day_spend(day: i64, [users, models, keys]: [BTreeMap<String, Usd>; 3]) -> DaySpend {
    DaySpend {
        date: format!("{:04}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100),
        spend: keys.values().copied().sum(),
        users: users.into_iter().collect(),
        models: models.into_iter().collect(),
        keys: keys.into_iter().collect(),
    }
}

/// `yyyymmdd` (UTC) of an instant.
pub(crate) fn day_of(at: Micros) -> i64 {
    let (year, month, day) = at.date();
    year * 10_000 + i64::from(month) * 100 + i64::from(day)
}

/// The columns of a call's row, in the order of `call_insert.sql`.
pub(crate) fn columns(call: &CallRecord, text: String) -> Vec<Value> {
    let or_empty = |text: &Option<Arc<str>>| text.as_ref().map_or(Value::Static(""), Value::shared);
    vec![
        Value::text(call.call_id.to_string()),
        Value::maybe(call.response_id.as_deref()),
        Value::maybe(call.session_id.as_deref()),
        Value::shared(&call.token),
        or_empty(&call.user_id),
        or_empty(&call.team_id),
        or_empty(&call.organization_id),
        call.end_user.as_deref().map_or(Value::Static(""), Value::text),
        Value::shared(&call.model),
        Value::shared(&call.model_group),
        Value::shared(&call.model_id),
        Value::shared(&call.provider),
        Value::Int(call.started_at.0),
        Value::Int(call.ended_at.0),
        Value::Int(day_of(call.started_at)),
        Value::count(call.usage.input()),
        Value::count(call.usage.output()),
        Value::Int(call.cost.nanos()),
        Value::Static(status(call.status)),
        Value::Int(i64::from(call.http_status)),
        tags(&call.tags),
        Value::Text(text),
    ]
}

/// A list of texts always serialises.
fn tags(tags: &[String]) -> Value {
    if tags.is_empty() {
        return Value::Static("[]");
    }
    Value::text(serde_json::to_string(tags).unwrap_or_default())
}

const fn status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Success => "success",
        CallStatus::Failure => "failure",
        CallStatus::Cancelled => "cancelled",
        CallStatus::Interrupted => "interrupted",
    }
}

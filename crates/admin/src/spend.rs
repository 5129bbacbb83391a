//! `GET /spend/logs`: finished calls, newest first, or their sums per day.

use crate::operation::{Admin, Operation, Verb, invalid, store_error};
use crate::rows::{dollars, time};
use serde::Deserialize;
use serde_json::{Value, json};
use tianji_auth::{KeyHash, Permission, Principal};
use tianji_core::{CallRecord, CallStatus, Error, Micros};
use tianji_storage::CallQuery;

/// Shows calls.
#[derive(Debug)]
pub struct SpendLogs;

/// Filters.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    api_key: Option<String>,
    user_id: Option<String>,
    request_id: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    summarize: Option<bool>,
}

impl Operation for SpendLogs {
    const METHOD: Verb = Verb::Get;
    const PATH: &'static str = "/spend/logs";
    const NAME: &'static str = "spend_logs";
    const PERMISSION: Permission = Permission::SpendRead;
    type Input = Query;
    type Output = Vec<Value>;

    async fn run(cx: Admin, input: Query) -> Result<Vec<Value>, Error> {
        let dated = input.start_date.is_some() || input.end_date.is_some();
        let mut query = CallQuery {
            token: input.api_key.map(|key| if key.starts_with("sk-") { KeyHash::of(&key).hex() } else { key }),
            user_id: input.user_id,
            request_id: input.request_id,
            start: day("start_date", input.start_date.as_deref(), 0)?,
            end: day("end_date", input.end_date.as_deref(), 1)?,
            limit: MOST_ROWS,
            ..CallQuery::default()
        };
        if let Principal::Key(own) = &cx.caller.principal {
            match &own.user_id {
                Some(user) => query.user_id = Some(user.clone()),
                None => query.token = Some(own.token.clone()),
            }
        }
        if dated && input.summarize.unwrap_or(true) {
            let days = cx.store().spend_by_day(&query).await.map_err(store_error)?;
            return Ok(days.iter().map(summary).collect());
        }
        let calls = cx.store().calls(&query).await.map_err(store_error)?;
        Ok(calls.iter().map(row).collect())
    }
}

/// Midnight (UTC) of a day given as `2026-11-22`, plus so many days.
fn day(name: &str, text: Option<&str>, plus: i64) -> Result<Option<Micros>, Error> {
    let Some(text) = text else { return Ok(None) };
    let date: jiff::civil::Date = text.get(..10).unwrap_or(text).parse().map_err(|_| invalid(name, "is no date"))?;
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| invalid(name, "is no date"))?;
    Ok(Some(Micros(zoned.timestamp().as_microsecond().saturating_add(plus * 86_400_000_000))))
}

fn summary(day: &tianji_storage::DaySpend) -> Value {
    let amounts = |list: &[(String, tianji_core::Usd)]| -> Value {
        list.iter().map(|(name, usd)| (name.clone(), dollars(*usd))).collect::<serde_json::Map<_, _>>().into()
    };
    let mut shown = json!({
        "startTime": day.date, "spend": dollars(day.spend), "users": amounts(&day.users), "models": amounts(&day.models),
    });
    if let (Some(fields), Value::Object(keys)) = (shown.as_object_mut(), amounts(&day.keys)) {
        fields.extend(keys);
    }
    shown
}

/// A call as the reference proxy's API shows it.
fn row(call: &CallRecord) -> Value {
    let status = if call.status == CallStatus::Success { "success" } else { "failure" };
    let parts: serde_json::Map<String, Value> =
        call.cost_parts.iter().map(|(name, usd)| (name.clone(), dollars(*usd))).collect();
    json!({
        "request_id": call.call_id, "response_id": call.response_id, "call_type": call.call_type,
        "api_key": call.token, "spend": dollars(call.cost), "total_tokens": call.usage.total(),
        "prompt_tokens": call.usage.input(), "completion_tokens": call.usage.output(),
        "startTime": time(Some(call.started_at)), "endTime": time(Some(call.ended_at)),
        "completionStartTime": time(call.first_token_at.or(Some(call.ended_at))),
        "model": call.model, "model_id": call.model_id, "model_group": call.model_group,
        "custom_llm_provider": call.provider, "api_base": call.api_base, "user": call.user_id,
        "team_id": call.team_id, "organization_id": call.organization_id, "end_user": call.end_user,
        "request_tags": call.tags, "session_id": call.session_id, "requester_ip_address": call.ip,
        "cache_hit": "False", "status": status,
        "request_duration_ms": (call.ended_at.0 - call.started_at.0) / 1000,
        "metadata": {
            "status": status, "outcome": call.status, "http_status": call.http_status, "refused": call.refused,
            "error_information": {"error_class": call.error_class, "error_message": call.error_message},
            "usage_object": call.usage, "usage_source": call.usage_source, "cost_breakdown": parts,
            "cost_status": call.cost_status, "user_api_key": call.token, "user_api_key_alias": call.key_alias,
            "user_agent": call.user_agent, "attempted_retries": call.attempted_retries,
            "attempted_fallbacks": call.attempted_fallbacks, "finish_reason": call.finish_reason,
            "losses": call.losses, "stream": call.stream, "trace_id": call.trace_id,
            "requester_metadata": call.metadata.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok()),
        },
    })
}

/// Most rows of a reply without pages.
const MOST_ROWS: u64 = 100;

//! Fields of a key in requests: which there are, what they may hold, how they change a row.

use crate::operation::invalid;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tianji_auth::{BudgetWindow, ModelBudget, VirtualKey, parse_duration_seconds};
use tianji_core::{Error, Micros, Usd};
use tianji_limits::BudgetPeriod;

/// What a client may set. A field that is not there changes nothing; one that is null is emptied.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct KeyFields(Map<String, Value>);

impl KeyFields {
    /// A field that the operation itself reads.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Changes a row by all fields. Fields this build does not act on are kept and shown.
    pub(crate) fn apply(self, key: &mut VirtualKey, now: Micros) -> Result<(), Error> {
        for (name, value) in self.0 {
            set(key, &name, value, now)?;
        }
        if let Some(period) = key.budget_duration.as_deref().and_then(BudgetPeriod::parse) {
            key.budget_reset_at = Some(period.window(now, key.created_at).end);
        } else {
            key.budget_reset_at = None;
        }
        Ok(())
    }
}

fn set(key: &mut VirtualKey, name: &str, value: Value, now: Micros) -> Result<(), Error> {
    match name {
        "key_alias" => key.key_alias = alias(value)?,
        "key_type" => key.key_type = read(name, value).map(Option::unwrap_or_default)?,
        "user_id" => key.user_id = read(name, value)?,
        "team_id" => key.team_id = read(name, value)?,
        "organization_id" => key.organization_id = read(name, value)?,
        "project_id" => key.project_id = read(name, value)?,
        "agent_id" => key.agent_id = read(name, value)?,
        "duration" => key.expires_at = expiry(value, now)?,
        "models" => key.models = list(name, value)?,
        "aliases" => key.aliases = map(name, value)?,
        "allowed_routes" => key.allowed_routes = list(name, value)?,
        "tags" => key.tags = list(name, value)?,
        "permissions" => key.permissions = read(name, value)?.unwrap_or_default(),
        "metadata" => key.metadata = metadata(value)?,
        "blocked" => key.blocked = read(name, value)?,
        "max_budget" => key.max_budget = money(name, &value)?,
        "soft_budget" => key.soft_budget = money(name, &value)?,
        "budget_duration" => key.budget_duration = period(name, value)?,
        "budget_limits" => key.budget_limits = windows(value)?,
        "model_max_budget" => key.model_max_budget = budgets(value)?,
        "tpm_limit" => key.tpm_limit = read(name, value)?,
        "rpm_limit" => key.rpm_limit = read(name, value)?,
        "tpd_limit" => key.tpd_limit = read(name, value)?,
        "max_parallel_requests" => key.max_parallel_requests = read(name, value)?,
        "model_rpm_limit" => key.model_rpm_limit = map(name, value)?,
        "model_tpm_limit" => key.model_tpm_limit = map(name, value)?,
        "token" | "key_name" | "spend" | "created_at" | "created_by" | "updated_at" | "updated_by" => {
            return Err(invalid(name, "cannot be set"));
        }
        _ if value.is_null() => drop(key.extra.remove(name)),
        _ => drop(key.extra.insert(name.to_owned(), value)),
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(name: &str, value: Value) -> Result<Option<T>, Error> {
    // A whole number may come as a float (`5.0`), as Python clients write it.
    let value = match value.as_f64() {
        Some(number) if value.is_f64() && number.fract() == 0.0 && number.abs() < 9e15 => {
            serde_json::from_str(&format!("{number:.0}")).unwrap_or(value)
        }
        _ => value,
    };
    serde_json::from_value(value).map_err(|cause| invalid(name, &cause.to_string()))
}

fn list(name: &str, value: Value) -> Result<Vec<String>, Error> {
    read(name, value).map(Option::unwrap_or_default)
}

fn map<T: serde::de::DeserializeOwned>(name: &str, value: Value) -> Result<BTreeMap<String, T>, Error> {
    read(name, value).map(Option::unwrap_or_default)
}

fn alias(value: Value) -> Result<Option<String>, Error> {
    let alias: Option<String> = read("key_alias", value)?;
    let bad = |alias: &String| alias.is_empty() || alias.len() > 255 || alias.chars().any(char::is_control);
    if alias.as_ref().is_some_and(bad) {
        return Err(invalid("key_alias", "must have 1 to 255 characters and no control characters"));
    }
    Ok(alias)
}

fn metadata(value: Value) -> Result<Map<String, Value>, Error> {
    if value.to_string().len() > MOST_METADATA {
        return Err(invalid("metadata", "is longer than 64 KiB"));
    }
    let mut fields: Map<String, Value> = read("metadata", value)?.unwrap_or_default();
    // Names that the gateway reserves for itself.
    fields.retain(|name, _| !["user_api_key", "litellm_", "tianji_"].iter().any(|word| name.starts_with(word)));
    Ok(fields)
}

fn money(name: &str, value: &Value) -> Result<Option<Usd>, Error> {
    if value.is_null() {
        return Ok(None);
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let usd = Usd::parse(&text).filter(|usd| *usd >= Usd::ZERO);
    usd.map(Some).ok_or_else(|| invalid(name, "must be an amount of dollars, zero or more"))
}

fn period(name: &str, value: Value) -> Result<Option<String>, Error> {
    let text: Option<String> = read(name, value)?;
    if text.as_deref().is_some_and(|text| BudgetPeriod::parse(text).is_none()) {
        return Err(invalid(name, "is no duration (like 30s, 15m, 12h, 7d, 1w, 1mo, daily, monthly)"));
    }
    Ok(text)
}

fn expiry(value: Value, now: Micros) -> Result<Option<Micros>, Error> {
    let text: Option<String> = match value {
        Value::Number(number) => Some(number.to_string()),
        other => read("duration", other)?,
    };
    match text.as_deref() {
        None | Some("-1") => Ok(None),
        Some(text) => {
            let seconds = parse_duration_seconds(text);
            let seconds = seconds.ok_or_else(|| invalid("duration", "is no duration (like 30s, 15m, 12h, 7d, 1w)"))?;
            Ok(Some(now.plus(std::time::Duration::from_secs(seconds))))
        }
    }
}

fn windows(value: Value) -> Result<Vec<BudgetWindow>, Error> {
    let items: Vec<Map<String, Value>> = read("budget_limits", value)?.unwrap_or_default();
    let window = |mut item: Map<String, Value>| {
        let duration = item.remove("budget_duration").unwrap_or(Value::Null);
        let budget_duration = period("budget_limits.budget_duration", duration)?;
        let budget = item.get("max_budget").unwrap_or(&Value::Null);
        match (budget_duration, money("budget_limits.max_budget", budget)?) {
            (Some(budget_duration), Some(max_budget)) => Ok(BudgetWindow { budget_duration, max_budget }),
            _ => Err(invalid("budget_limits", "every item needs budget_duration and max_budget")),
        }
    };
    items.into_iter().map(window).collect()
}

fn budgets(value: Value) -> Result<BTreeMap<String, ModelBudget>, Error> {
    let items: BTreeMap<String, Value> = map("model_max_budget", value)?;
    let mut budgets = BTreeMap::new();
    for (model, item) in items {
        let field = |names: [&str; 2]| names.iter().find_map(|name| item.get(*name)).cloned();
        let amount = if item.is_object() { field(["max_budget", "budget_limit"]) } else { Some(item.clone()) };
        let max_budget = money("model_max_budget", &amount.unwrap_or(Value::Null))?;
        let max_budget = max_budget.ok_or_else(|| invalid("model_max_budget", "every model needs a budget"))?;
        let duration = field(["budget_duration", "time_period"]).unwrap_or(Value::Null);
        budgets.insert(model, ModelBudget { max_budget, budget_duration: period("model_max_budget", duration)? });
    }
    Ok(budgets)
}

/// Longest metadata in bytes.
const MOST_METADATA: usize = 64 * 1024;

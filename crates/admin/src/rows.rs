//! Rows as the reference proxy's API shows them.

use serde_json::{Map, Value, json};
use tianji_auth::VirtualKey;
use tianji_core::{Micros, Usd};

/// Dollars as a JSON number; amounts that no float holds exactly are rounded by the client anyway.
pub(crate) fn dollars(usd: Usd) -> Value {
    serde_json::from_str(&usd.python()).unwrap_or(Value::Null)
}

pub(crate) fn time(at: Option<Micros>) -> Value {
    at.map_or(Value::Null, |at| Value::from(at.rfc3339()))
}

/// A key's row. `spend` is what its window has spent.
pub(crate) fn key_row(key: &VirtualKey, spend: Usd, now: Micros) -> Map<String, Value> {
    let budgets: Map<String, Value> = key
        .model_max_budget
        .iter()
        .map(|(model, budget)| {
            let shown = json!({"max_budget": dollars(budget.max_budget), "budget_duration": budget.budget_duration});
            (model.clone(), shown)
        })
        .collect();
    let windows: Vec<Value> = key
        .budget_limits
        .iter()
        .map(|window| json!({"budget_duration": window.budget_duration, "max_budget": dollars(window.max_budget)}))
        .collect();
    let row = json!({
        "token": key.token, "key_name": key.key_name, "key_alias": key.key_alias, "key_type": key.key_type,
        "spend": dollars(spend), "total_spend": dollars(spend), "expires": time(key.expires_at),
        "models": key.models, "aliases": key.aliases, "config": {}, "user_id": key.user_id, "team_id": key.team_id,
        "organization_id": key.organization_id, "project_id": key.project_id, "agent_id": key.agent_id,
        "permissions": key.permissions, "metadata": key.metadata, "tags": key.tags, "blocked": key.blocked,
        "max_budget": key.max_budget.map(dollars), "soft_budget": key.soft_budget.map(dollars),
        "budget_duration": key.budget_duration, "budget_reset_at": time(key.budget_reset_at),
        "budget_limits": if windows.is_empty() { Value::Null } else { windows.into() },
        "model_max_budget": budgets, "model_spend": {}, "tpm_limit": key.tpm_limit, "rpm_limit": key.rpm_limit,
        "tpd_limit": key.tpd_limit, "max_parallel_requests": key.max_parallel_requests,
        "model_rpm_limit": some(&key.model_rpm_limit), "model_tpm_limit": some(&key.model_tpm_limit),
        "allowed_routes": key.allowed_routes, "created_at": time(Some(key.created_at)), "created_by": key.created_by,
        "updated_at": time(Some(key.updated_at)), "updated_by": key.updated_by, "status": key.status(now),
        "rotation_count": 0, "auto_rotate": false, "last_active": null, "litellm_budget_table": null,
    });
    let Value::Object(mut row) = row else { return Map::new() };
    for (name, value) in &key.extra {
        row.entry(name.clone()).or_insert_with(|| value.clone());
    }
    row
}

fn some(map: &std::collections::BTreeMap<String, u64>) -> Value {
    if map.is_empty() { Value::Null } else { json!(map) }
}

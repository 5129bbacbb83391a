//! The virtual key: its row and what its fields mean.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tianji_core::{Micros, Usd};

/// What kind of routes a key opens before roles and lists narrow it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyType {
    /// Inference and information about itself.
    #[default]
    Default,
    /// Inference only.
    LlmApi,
    /// Management only.
    Management,
    /// Reading information and spend only.
    ReadOnly,
}

/// A further budget window beside the main one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetWindow {
    /// Window, in the duration grammar.
    pub budget_duration: String,
    /// Budget of the window.
    pub max_budget: Usd,
}

/// Budget of one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelBudget {
    /// Budget of the window.
    pub max_budget: Usd,
    /// Window, in the duration grammar; none = for ever.
    pub budget_duration: Option<String>,
}

/// A virtual key as stored. The key itself is nowhere: only its hash and its last four characters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VirtualKey {
    /// Lower-case hex SHA-256.
    pub token: String,
    /// `sk-...` and the last four characters.
    pub key_name: String,
    /// Unique name given by its owner.
    pub key_alias: Option<String>,
    /// What it opens.
    pub key_type: KeyType,
    /// Owner.
    pub user_id: Option<String>,
    /// Team.
    pub team_id: Option<String>,
    /// Organisation.
    pub organization_id: Option<String>,
    /// Project.
    pub project_id: Option<String>,
    /// Agent.
    pub agent_id: Option<String>,
    /// End of life.
    pub expires_at: Option<Micros>,
    /// Blocked by an admin.
    pub blocked: Option<bool>,
    /// Models it may call; empty = all.
    pub models: Vec<String>,
    /// Its own names for models.
    pub aliases: BTreeMap<String, String>,
    /// Routes it may call; empty = as its type says.
    pub allowed_routes: Vec<String>,
    /// Budget.
    pub max_budget: Option<Usd>,
    /// Budget that only warns.
    pub soft_budget: Option<Usd>,
    /// Budget window, in the duration grammar.
    pub budget_duration: Option<String>,
    /// End of the current window, for display.
    pub budget_reset_at: Option<Micros>,
    /// Further windows.
    pub budget_limits: Vec<BudgetWindow>,
    /// Budgets per model.
    pub model_max_budget: BTreeMap<String, ModelBudget>,
    /// Tokens per minute.
    pub tpm_limit: Option<u64>,
    /// Requests per minute.
    pub rpm_limit: Option<u64>,
    /// Tokens per day.
    pub tpd_limit: Option<u64>,
    /// Calls in flight.
    pub max_parallel_requests: Option<u64>,
    /// Requests per minute and model.
    pub model_rpm_limit: BTreeMap<String, u64>,
    /// Tokens per minute and model.
    pub model_tpm_limit: BTreeMap<String, u64>,
    /// Tags booked on every call.
    pub tags: Vec<String>,
    /// Free map of permissions.
    pub permissions: Map<String, Value>,
    /// Free map of the owner's.
    pub metadata: Map<String, Value>,
    /// Fields of the API that this build keeps and shows but does not act on.
    pub extra: Map<String, Value>,
    /// Made.
    pub created_at: Micros,
    /// Maker.
    pub created_by: Option<String>,
    /// Changed.
    pub updated_at: Micros,
    /// Changer.
    pub updated_by: Option<String>,
    /// Grows with every write of any row.
    pub version: i64,
}

impl VirtualKey {
    /// `active`, `blocked` or `expired` at an instant.
    pub fn status(&self, now: Micros) -> &'static str {
        if self.blocked == Some(true) {
            "blocked"
        } else if self.expires_at.is_some_and(|end| end <= now) {
            "expired"
        } else {
            "active"
        }
    }

    /// `sk-...` and the last four characters of a raw key.
    pub fn name_of(key: &str) -> String {
        let tail: Vec<char> = key.chars().rev().take(4).collect();
        format!("sk-...{}", tail.into_iter().rev().collect::<String>())
    }
}

/// Seconds in a duration like `30s 15m 12h 7d 1w`; months are 30 and years 365 days. `None` if it is none.
pub fn parse_duration_seconds(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let scale = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        "mo" => 30 * 86_400,
        "y" => 365 * 86_400,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(scale)
}

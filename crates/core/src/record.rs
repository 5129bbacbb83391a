//! Everything that is written down when a call ends, however it ends.

use crate::{Micros, Usage, Usd};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// How a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// The client has the whole reply.
    #[default]
    Success,
    /// An error was answered.
    Failure,
    /// The client left before the end.
    Cancelled,
    /// The process ended before the call did.
    Interrupted,
}

/// Where the token counts come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageSource {
    /// Nothing was consumed or nothing is known.
    #[default]
    None,
    /// The provider's own report.
    Provider,
    /// Counted here from text.
    Estimated,
}

/// What the cost is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostStatus {
    /// From reported usage and a known price.
    #[default]
    Exact,
    /// From counted usage and a known price.
    Estimated,
    /// There is no price for the model; the cost shows 0 and is flagged.
    UnknownPrice,
    /// The price is known to be nothing, or nothing was consumed.
    Free,
}

/// One finished call. Becomes one ledger row, idempotent by `call_id`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallRecord {
    /// Our id, UUIDv7; the `x-litellm-call-id` header.
    pub call_id: Uuid,
    /// The provider's id of its reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_id: Option<String>,
    /// The caller's trace id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// The caller's session id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Kind of call in the reference proxy's words: `acompletion`, `anthropic_messages` …
    #[serde(skip_serializing_if = "is_default")]
    pub call_type: Arc<str>,
    /// Route template.
    #[serde(skip_serializing_if = "is_default")]
    pub endpoint: Arc<str>,
    /// Whether the client asked for a stream.
    #[serde(skip_serializing_if = "is_default")]
    pub stream: bool,
    /// Lower-case hex SHA-256 of the key, or `litellm_proxy_master_key`.
    pub token: Arc<str>,
    /// Alias of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_alias: Option<Arc<str>>,
    /// Owner of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Arc<str>>,
    /// Team of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<Arc<str>>,
    /// Organisation of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Arc<str>>,
    /// The caller's own user, named in the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_user: Option<String>,
    /// `provider/model` of the deployment that answered or failed last.
    #[serde(skip_serializing_if = "is_default")]
    pub model: Arc<str>,
    /// Model group the client asked for, after aliases.
    #[serde(skip_serializing_if = "is_default")]
    pub model_group: Arc<str>,
    /// Deployment id.
    #[serde(skip_serializing_if = "is_default")]
    pub model_id: Arc<str>,
    /// Provider name.
    #[serde(skip_serializing_if = "is_default")]
    pub provider: Arc<str>,
    /// Scheme, host and path of the provider's base, without query.
    #[serde(skip_serializing_if = "is_default")]
    pub api_base: Arc<str>,
    /// When the request head was complete.
    pub started_at: Micros,
    /// When the first frame with content left, for streams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token_at: Option<Micros>,
    /// When the call ended.
    #[serde(skip_serializing_if = "is_default")]
    pub ended_at: Micros,
    /// Microseconds spent in the gateway itself, before and between attempts.
    #[serde(skip_serializing_if = "is_default")]
    pub overhead_us: u64,
    /// Tokens and other units.
    #[serde(skip_serializing_if = "is_default")]
    pub usage: Usage,
    /// Where the usage comes from.
    #[serde(skip_serializing_if = "is_default")]
    pub usage_source: UsageSource,
    /// Cost.
    #[serde(skip_serializing_if = "is_default")]
    pub cost: Usd,
    /// Parts of the cost by name, in nano-dollars; they sum to `cost`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cost_parts: Vec<(String, Usd)>,
    /// What the cost is worth.
    #[serde(skip_serializing_if = "is_default")]
    pub cost_status: CostStatus,
    /// How the call ended.
    #[serde(skip_serializing_if = "is_default")]
    pub status: CallStatus,
    /// Status the client saw.
    #[serde(skip_serializing_if = "is_default")]
    pub http_status: u16,
    /// Class of the error, e.g. `RateLimitError`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_class: Option<String>,
    /// Words of the error, at most 2 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Native finish reason in canonical words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// The gateway refused the call before anybody was asked.
    #[serde(skip_serializing_if = "is_default")]
    pub refused: bool,
    /// Attempts after the first.
    #[serde(skip_serializing_if = "is_default")]
    pub attempted_retries: u32,
    /// Groups tried after the first.
    #[serde(skip_serializing_if = "is_default")]
    pub attempted_fallbacks: u32,
    /// Routing and spend tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What the target dialect could not say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<String>,
    /// The caller's `metadata`, bounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
    /// The caller's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<Arc<str>>,
    /// The caller's agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// What is as it is at the start is left out of the text, and read back as such.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The principal name that stands for the master key in rows and dashboards.
pub const MASTER_KEY_NAME: &str = "litellm_proxy_master_key";

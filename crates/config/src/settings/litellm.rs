//! `litellm_settings`.

use std::time::Duration;

use indexmap::IndexMap;

use crate::diagnostic::{Report, Trail};
use crate::fallback::{FallbackLists, names};
use crate::raw::Map;
use crate::raw_object::RawObject;
use crate::read::Fields;

use super::money::{self, CostMargin};

/// Defaults and switches for requests. `None` = the gateway's default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LitellmSettings {
    /// Parameters that a target cannot say are dropped instead of refused.
    pub drop_params: bool,
    /// What a target would refuse is repaired.
    pub modify_params: bool,
    /// Attempts after the first.
    pub num_retries: Option<u32>,
    /// The whole call.
    pub request_timeout: Option<Duration>,
    /// Groups tried after the first.
    pub max_fallbacks: Option<u32>,
    /// What comes after a failed group, where `router_settings` says nothing.
    pub fallbacks: FallbackLists,
    /// Other names of models.
    pub model_alias_map: IndexMap<String, String>,
    /// Anthropic-shaped calls to OpenAI go to chat completions, not to responses.
    pub chat_for_messages: bool,
    /// Metrics are read without a key (`require_auth_for_metrics_endpoint: false`).
    pub open_metrics: bool,
    /// The usage frame of a stream says what the call cost.
    pub include_cost_in_streaming_usage: bool,
    /// Silence of a stream after which a sign of life is sent (`sse_keepalive_ping_interval_seconds`).
    pub sse_keepalive_ping_interval: Option<Duration>,
    /// The same for Anthropic's clients (`anthropic_sse_ping_interval_seconds`).
    pub anthropic_sse_ping_interval: Option<Duration>,
    /// Status that answers a spent budget.
    pub budget_exceeded_status_code: Option<u16>,
    /// URL or path of a price file that replaces the embedded prices.
    pub model_cost_map_url: Option<String>,
    /// Time between two reloads of it.
    pub model_cost_map_reload_interval: Option<Duration>,
    /// Fractions that providers take off their prices, as decimal text.
    pub cost_discounts: IndexMap<String, String>,
    /// What is put on the prices of providers, or of all (`global`).
    pub cost_margins: IndexMap<String, CostMargin>,
    /// Members of price entries by model, which replace the catalogue's.
    pub custom_pricing: IndexMap<String, RawObject>,
    /// Calls of models without a price are refused.
    pub block_unpriced: bool,
    /// Whether addresses that clients name must be public (`user_url_validation`).
    pub user_url_validation: Option<bool>,
    /// Hosts and networks that clients may name although they are not (`user_url_allowed_hosts`).
    pub user_url_allowed_hosts: Vec<String>,
}

impl LitellmSettings {
    pub(crate) fn read(map: Map, report: &mut Report) -> Self {
        let mut fields = Fields::new(map);
        let mut trail = Trail::default();
        trail.key("litellm_settings", |trail| Self {
            drop_params: fields.flag("drop_params").unwrap_or(false),
            modify_params: fields.flag("modify_params").unwrap_or(false),
            num_retries: fields.small("num_retries"),
            request_timeout: fields.seconds("request_timeout"),
            max_fallbacks: fields.small("max_fallbacks"),
            fallbacks: FallbackLists::read(&mut fields, trail, report),
            model_alias_map: names(fields.map("model_alias_map").unwrap_or_default()),
            chat_for_messages: fields.flag("use_chat_completions_url_for_anthropic_messages").unwrap_or(false),
            open_metrics: fields.flag("require_auth_for_metrics_endpoint") == Some(false),
            include_cost_in_streaming_usage: fields.flag("include_cost_in_streaming_usage").unwrap_or(false),
            sse_keepalive_ping_interval: fields.seconds("sse_keepalive_ping_interval_seconds"),
            anthropic_sse_ping_interval: fields.seconds("anthropic_sse_ping_interval_seconds"),
            budget_exceeded_status_code: fields
                .count("budget_exceeded_status_code")
                .and_then(|code| code.try_into().ok()),
            model_cost_map_url: fields.text("model_cost_map_url"),
            model_cost_map_reload_interval: fields.seconds("model_cost_map_reload_interval"),
            cost_discounts: money::discounts(fields.map("cost_discount_config")),
            cost_margins: money::margins(fields.map("cost_margin_config")),
            custom_pricing: money::custom(fields.map("custom_pricing")),
            block_unpriced: fields.flag("block_requests_for_models_without_pricing").unwrap_or(false),
            user_url_validation: fields.flag("user_url_validation"),
            user_url_allowed_hosts: fields.texts("user_url_allowed_hosts"),
        })
    }
}

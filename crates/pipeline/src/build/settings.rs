//! Switches of the configuration, with their defaults.

use crate::settings::{HeaderPrefix, PriceNetwork, PriceSource, Settings};
use http::{HeaderName, StatusCode};
use tianji_config::Config;
use tianji_router::BreakerRules;

/// The settings that the request path reads.
pub(super) fn settings(config: &Config) -> Settings {
    let (router, litellm, general) = (&config.router_settings, &config.litellm_settings, &config.general_settings);
    let base = Settings::default();
    Settings {
        drop_params: litellm.drop_params,
        modify_params: litellm.modify_params,
        num_retries: router.num_retries.or(litellm.num_retries).unwrap_or(base.num_retries),
        max_fallbacks: router
            .max_fallbacks
            .map_or(base.max_fallbacks, |most| usize::try_from(most).unwrap_or(usize::MAX)),
        max_total_attempts: router.max_total_attempts.unwrap_or(base.max_total_attempts),
        retry_after: router.retry_after.unwrap_or(base.retry_after),
        timeout: router.timeout.or(litellm.request_timeout).unwrap_or(base.timeout),
        stream_timeout: router.stream_timeout,
        connect_timeout: router.connect_timeout.unwrap_or(base.connect_timeout),
        first_byte_timeout: router.first_byte_timeout,
        stream_idle_timeout: router.stream_idle_timeout.unwrap_or(base.stream_idle_timeout),
        breaker: BreakerRules {
            cooldown: router.cooldown_time.unwrap_or(base.breaker.cooldown),
            allowed_fails: router.allowed_fails,
            disabled: router.disable_cooldowns,
        },
        header_prefix: match general.response_header_prefix.as_deref() {
            Some("tianji") => HeaderPrefix::Tianji,
            Some("both") => HeaderPrefix::Both,
            Some("none") => HeaderPrefix::None,
            _ => HeaderPrefix::Litellm,
        },
        error_prefix: general.error_message_prefix.clone().unwrap_or(base.error_prefix),
        router_debug_in_errors: base.router_debug_in_errors,
        enforce_fallback_access: general.enforce_fallback_model_access.unwrap_or(base.enforce_fallback_access),
        chat_for_messages: litellm.chat_for_messages,
        shared_responses: general.shared_responses,
        unmanaged_responses: general.unmanaged_responses,
        open_metrics: litellm.open_metrics,
        always_include_stream_usage: general.always_include_stream_usage,
        cost_in_stream_usage: litellm.include_cost_in_streaming_usage,
        ping_interval: litellm.sse_keepalive_ping_interval,
        anthropic_ping_interval: litellm.anthropic_sse_ping_interval,
        log_refusals: !general.disable_error_logs,
        call_id_in_errors: general.include_call_id_in_error_body,
        budget_status: general
            .budget_exceeded_status_code
            .or(litellm.budget_exceeded_status_code)
            .and_then(|code| StatusCode::from_u16(code).ok())
            .unwrap_or(base.budget_status),
        key_header: general.key_header_name.as_deref().and_then(|name| HeaderName::try_from(name).ok()),
        default_model: general.completion_model.clone(),
        prices: base.prices,
        block_unpriced: litellm.block_unpriced,
        max_body: general.max_request_size_mb.map_or(base.max_body, megabytes),
        max_form: base.max_form,
        max_reply: base.max_reply,
    }
}

fn megabytes(count: u64) -> usize {
    usize::try_from(count.saturating_mul(1 << 20)).unwrap_or(usize::MAX)
}

/// Where prices come from: the configuration, else the environment under the reference proxy's names.
pub(super) fn prices(config: &Config, env: &dyn Fn(&str) -> Option<String>) -> PriceSource {
    let litellm = &config.litellm_settings;
    let named = || env("LITELLM_MODEL_COST_MAP_URL").filter(|place| !place.is_empty());
    let local = env("LITELLM_LOCAL_MODEL_COST_MAP").map(|word| word.to_ascii_lowercase());
    PriceSource {
        location: litellm.model_cost_map_url.clone().or_else(named),
        network: match local.as_deref() {
            Some("true" | "1") => PriceNetwork::Never,
            Some("false" | "0") => PriceNetwork::Start,
            _ => PriceNetwork::Asked,
        },
        every: litellm.model_cost_map_reload_interval.filter(|every| !every.is_zero()),
    }
}

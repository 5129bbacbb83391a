//! Price fields, in `litellm_params`, `model_info` and `custom_pricing`.
//!
//! Service tiers, context tiers, units and resolutions are suffixes of these names.

use super::Kind::{Any, List, Map, Price, Text};
use super::{Key, active};

/// Every price field, by family.
pub(super) const PRICES: &[Key] = &[
    active("annotation_cost_per_*", Price),
    active("cache_creation_input_*token_cost", Price),
    active("cache_creation_input_token_cost", Price),
    active("cache_creation_input_token_cost_*", Price),
    active("cache_read_input_*token_cost", Price),
    active("cache_read_input_token_cost", Price),
    active("cache_read_input_token_cost_*", Price),
    active("citation_cost_per_token", Price),
    active("code_interpreter_cost_per_session", Price),
    active("computer_use_*_per_1k_tokens", Price),
    active("cost_per_*", Price),
    active("explicit_cache_read_input_token_cost", Price),
    active("file_search_cost_per_*", Price),
    active("google_maps_grounding_cost_per_query", Price),
    active("guardrail_cost_per_unit", Any),
    active("input_cost_per_*", Price),
    active("input_dbu_cost_per_token", Price),
    active("ocr_cost_per_*", Price),
    active("off_peak_pricing", Map),
    active("output_cost_per_*", Price),
    active("output_dbu_cost_per_token", Price),
    active("regional_endpoint_uplift_multiplier", Price),
    active("regional_processing_uplift_multiplier_*", Price),
    active("search_context_cost_per_query", Map),
    active("search_free_requests", Map),
    active("tiered_pricing", List),
    active("vector_store_cost_per_gb_per_day", Price),
    active("web_search_billing_unit", Text),
];

/// Price fields that are not one number.
pub(crate) const STRUCTURED: &[&str] = &[
    "guardrail_cost_per_unit",
    "off_peak_pricing",
    "search_context_cost_per_query",
    "search_free_requests",
    "tiered_pricing",
    "web_search_billing_unit",
];

/// Whether a key is a price field.
pub(crate) fn is_price(name: &str) -> bool {
    PRICES.iter().any(|key| super::matches_family(key.name, name))
}

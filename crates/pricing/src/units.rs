//! What is billed by other units than tokens.

use crate::amount::Amount;
use crate::cost::CostContext;
use crate::model_price::ModelPrice;
use tianji_core::Usage;

/// Cost of requests, queries, seconds, characters, pages and images.
pub(crate) fn other_units(price: &ModelPrice, usage: &Usage) -> Amount {
    let counters = &usage.counters;
    let field = |names: &[&str]| names.iter().find_map(|name| price.fields.get(*name)).copied();
    let times = |names: &[&str], count: u64| field(names).map(|amount| amount.times(count)).unwrap_or_default();
    let mut sum = field(&["input_cost_per_request"]).unwrap_or_default();
    sum += times(&["input_cost_per_query"], counters.search_units);
    sum += times(&["input_cost_per_character"], counters.characters);
    sum += times(&["ocr_cost_per_page"], counters.pages);
    sum += times(&["output_cost_per_image"], counters.images);
    // Entries that have both fields mean the same second.
    let second = field(&["input_cost_per_second", "output_cost_per_second"]);
    sum += second.map(|amount| amount.times_milli(counters.milliseconds)).unwrap_or_default();
    sum
}

/// Cost of searches that the vendor ran.
pub(crate) fn searches(price: &ModelPrice, usage: &Usage, context: &CostContext<'_>) -> Amount {
    let [low, medium, high] = price.search;
    let rate = match context.search_context_size {
        Some("low") => low,
        Some("high") => high,
        _ => medium,
    };
    rate.map(|amount| amount.times(usage.counters.web_search)).unwrap_or_default()
}

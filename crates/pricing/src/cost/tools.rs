//! What the vendor's own tools cost.

use super::amount::Amount;
use super::bill::{Bill, Part};
use super::context::{CostContext, SearchContextSize};
use crate::entry::ModelPrice;
use tianji_core::Usage;

/// Charges web searches and other tools.
pub(crate) fn charge(price: &ModelPrice, usage: &Usage, context: &CostContext<'_>, bill: &mut Bill) {
    let searches = usage.counters.web_search;
    let searches = if price.search_per_prompt { searches.min(1) } else { searches };
    let [low, medium, high] = price.search;
    let search = match context.search_context_size {
        SearchContextSize::Low => low.or(medium),
        SearchContextSize::Medium => medium,
        SearchContextSize::High => high.or(medium),
    };
    if let Some(search) = search {
        bill.add(Part::Tools, Amount::of(search, searches.saturating_sub(context.free_searches)));
    }
    let units = context.units;
    for (count, unit, thousands) in [
        (units.file_search_calls, "file_search_cost_per_1k_calls", true),
        (units.code_interpreter_sessions, "code_interpreter_cost_per_session", false),
        (units.maps_queries, "google_maps_grounding_cost_per_query", false),
        (units.computer_input_tokens, "computer_use_input_cost_per_1k_tokens", true),
        (units.computer_output_tokens, "computer_use_output_cost_per_1k_tokens", true),
    ] {
        if let Some(price) = Some(count).filter(|count| *count > 0).and_then(|_| price.unit(unit)) {
            let amount = Amount::of(price, count);
            bill.add(Part::Tools, if thousands { amount.down(3) } else { amount });
        }
    }
}

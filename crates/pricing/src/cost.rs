//! The exact cost of a usage, rounded once.

use crate::amount::Amount;
use crate::model_price::ModelPrice;
use crate::rates::Rates;
use crate::units::{other_units, searches};
use tianji_core::{CostStatus, Usage, Usd};

/// What else decides the price.
#[derive(Clone, Copy, Debug, Default)]
pub struct CostContext<'a> {
    /// Service tier that served (`flex`, `priority` …).
    pub service_tier: Option<&'a str>,
    /// Whether it was a batch.
    pub batch: bool,
    /// `low`, `medium` or `high`.
    pub search_context_size: Option<&'a str>,
    /// Name of the uplift that applies, e.g. `regional_processing_uplift_multiplier_eu`.
    pub uplift: Option<&'a str>,
    /// The operator's own discount and margin.
    pub adjust: Option<&'a CostAdjust>,
}

/// Discount and margin of the operator, applied to the whole: × (1 − discount), × (1 + margin), + fixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CostAdjust {
    /// What is left after the discount, e.g. 0.9.
    pub keep: Option<Amount>,
    /// One plus the margin, e.g. 1.2.
    pub margin: Option<Amount>,
    /// Added per call.
    pub fixed: Amount,
}

/// A bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// What is booked.
    pub total: Usd,
    /// Its parts by name; they sum to `total`.
    pub parts: Vec<(&'static str, Usd)>,
    /// What the total is worth.
    pub status: CostStatus,
}

/// The cost of a usage at a price.
pub fn cost(price: &ModelPrice, usage: &Usage, context: &CostContext<'_>) -> Cost {
    let (rates, half) = rates_for(price, usage.input(), context);
    let mut parts = token_parts(&rates, usage);
    if half {
        parts.iter_mut().for_each(|(_, amount)| *amount = amount.half());
    }
    if let Some(factor) = context.uplift.and_then(|name| price.fields.get(name)) {
        parts.iter_mut().for_each(|(_, amount)| *amount = amount.scaled(*factor));
    }
    parts.push(("other_units", other_units(price, usage)));
    parts.push(("tool_usage", searches(price, usage, context)));
    if let Some(adjust) = context.adjust {
        for factor in [adjust.keep, adjust.margin].into_iter().flatten() {
            parts.iter_mut().for_each(|(_, amount)| *amount = amount.scaled(factor));
        }
        parts.push(("fixed", adjust.fixed));
    }
    let exact: Amount = parts.iter().map(|(_, amount)| *amount).sum();
    let total = exact.rounded();
    let status = match (price.is_priced(), price.is_free()) {
        (false, _) => CostStatus::UnknownPrice,
        (true, true) => CostStatus::Free,
        (true, false) => CostStatus::Exact,
    };
    Cost { total, parts: rounded(&parts, total), status }
}

/// The rates of the tier, and whether a batch costs half of them.
fn rates_for(price: &ModelPrice, input: u64, context: &CostContext<'_>) -> (Rates, bool) {
    let in_row = |(low, high, _): &&(u64, u64, Rates)| (input > *low || *low == 0) && input <= *high;
    if let Some((_, _, rates)) = price.table.iter().find(in_row).or(price.table.last()) {
        return (*rates, context.batch);
    }
    let service = if context.batch { "batches" } else { context.service_tier.unwrap_or_default() };
    let of =
        |service: &str| price.sets.iter().rfind(|set| set.service == service && (set.above == 0 || input > set.above));
    match of(service) {
        Some(set) => (set.rates, false),
        None => (of("").map(|set| set.rates).unwrap_or_default(), context.batch),
    }
}

fn token_parts(rates: &Rates, usage: &Usage) -> Vec<(&'static str, Amount)> {
    let input = rates.input.unwrap_or_default();
    let output = rates.output.unwrap_or_default();
    let read = rates.read.unwrap_or(input);
    let write = rates.write.unwrap_or(input);
    let write_1h = rates.write_1h.or(rates.write).unwrap_or(input);
    let fresh = input.times(usage.in_text.saturating_add(usage.in_tool_prompt))
        + rates.in_audio.unwrap_or(input).times(usage.in_audio)
        + rates.in_image.unwrap_or(input).times(usage.in_image)
        + rates.in_video.unwrap_or(input).times(usage.in_video);
    let cached = read.times(usage.cache_read_text)
        + rates.read_audio.unwrap_or(read).times(usage.cache_read_audio)
        + rates.read_image.unwrap_or(read).times(usage.cache_read_image);
    let short = [usage.cache_write_5m, usage.cache_write_30m, usage.cache_write_unspecified];
    let written = short.into_iter().map(|count| write.times(count)).sum::<Amount>()
        + write_1h.times(usage.cache_write_1h.saturating_add(usage.cache_write_12h));
    let made = output.times(usage.out_text.saturating_add(usage.rejected_prediction))
        + rates.out_audio.unwrap_or(output).times(usage.out_audio)
        + rates.out_image.unwrap_or(output).times(usage.out_image)
        + rates.out_video.unwrap_or(output).times(usage.out_video);
    let thought = rates.out_reasoning.unwrap_or(output).times(usage.out_reasoning);
    let mut parts = Vec::with_capacity(8);
    parts.extend([
        ("input", fresh),
        ("cache_read", cached),
        ("cache_creation", written),
        ("output", made),
        ("reasoning", thought),
    ]);
    parts
}

/// Parts in nano-dollars that sum to the total: rounded down, and what is missing given to the largest remainders.
fn rounded(parts: &[(&'static str, Amount)], total: Usd) -> Vec<(&'static str, Usd)> {
    let mut split: Vec<(&'static str, i64, i128)> = Vec::with_capacity(parts.len());
    for (name, amount) in parts.iter().filter(|(_, amount)| !amount.is_zero()) {
        let (whole, rest) = amount.split();
        split.push((name, whole, rest));
    }
    let sum = split.iter().fold(0_i64, |sum, (_, whole, _)| sum.saturating_add(*whole));
    let missing = usize::try_from(total.nanos().saturating_sub(sum)).unwrap_or(0);
    let mut order: Vec<usize> = (0..split.len()).collect();
    order.sort_by_key(|place| std::cmp::Reverse(split.get(*place).map(|(_, _, rest)| *rest)));
    for place in order.into_iter().take(missing) {
        if let Some((_, whole, _)) = split.get_mut(place) {
            *whole += 1;
        }
    }
    split.into_iter().map(|(name, whole, _)| (name, Usd::from_nanos(whole))).collect()
}

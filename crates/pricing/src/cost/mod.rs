//! What a call cost: exact products of usage and prices, rounded once.

mod amount;
mod bill;
mod context;
mod tokens;
mod tools;
mod units;

use crate::entry::ModelPrice;
use crate::field::Family;
use amount::Amount;
use bill::{Bill, Part};
use tianji_core::{CostStatus, Usage, Usd};
use tokens::Chosen;

pub use bill::CostParts;
pub use context::{CostAdjust, CostContext, SearchContextSize, Units};

/// The cost of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// What is charged, after discount and margin.
    pub total: Usd,
    /// Before discount and margin.
    pub original: Usd,
    /// Parts that are not 0; they sum to `total`. `input` is uncached input alone, `output` is output without
    /// `reasoning`, `discount` is negative.
    pub parts: CostParts,
    /// What the number is worth. `UnknownPrice`: something was consumed that has no price.
    pub status: CostStatus,
}

/// Costs a call. Allocates nothing.
pub fn cost(price: &ModelPrice, usage: &Usage, context: &CostContext<'_>) -> Cost {
    let mut bill = Bill::default();
    if let Some(reported) = context.reported {
        bill.add(Part::Reported, Amount::nanos(reported));
        return bill.settle(context.adjust, CostStatus::Exact);
    }
    let units_first = units::replace_tokens(price, usage);
    if !units_first {
        tokens::charge(price, usage, context, &mut bill);
    }
    units::charge(price, usage, context, units_first, &mut bill);
    tools::charge(price, usage, context, &mut bill);
    let unknown = !price.has_prices() || (bill.unpriced() && bill.is_zero());
    bill.settle(context.adjust, if unknown { CostStatus::UnknownPrice } else { CostStatus::Exact })
}

/// What a call may cost at most, for a reservation: all input uncached, the whole allowance written out, the plain
/// service tier. Allocates nothing.
pub fn estimate(price: &ModelPrice, input_tokens: u64, output_allowance: u64) -> Usd {
    let context = CostContext::default();
    let chosen = Chosen::new(price, input_tokens, &context);
    let input = chosen.amount(Family::Input, input_tokens).unwrap_or_default();
    let output = chosen.amount(Family::Output, output_allowance).unwrap_or_default();
    let reasoning = chosen.amount(Family::Reasoning, output_allowance).unwrap_or_default();
    let scale = output.scale().max(reasoning.scale());
    let output = if reasoning.at(scale) > output.at(scale) { reasoning } else { output };
    let once = ["input_cost_per_request", "cost_per_request", "input_cost_per_query"];
    let once = once.iter().filter_map(|unit| price.unit(unit)).map(Amount::once);
    once.fold(input.plus(output), Amount::plus).round()
}

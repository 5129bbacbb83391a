//! The parts of a cost and how they are rounded to their total.

use super::Cost;
use super::amount::{Amount, split, usd};
use super::context::CostAdjust;
use crate::price::Price;
use std::ops::Deref;
use tianji_core::{CostStatus, Usd};

/// Exact amounts by part.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bill {
    amounts: [Amount; PARTS],
    unpriced: bool,
}

/// What an amount is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Input,
    CacheRead,
    CacheCreation,
    Output,
    Reasoning,
    Tools,
    Request,
    Reported,
}

/// Names and amounts, in a fixed array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostParts {
    parts: [(&'static str, Usd); PARTS + 2],
    len: usize,
}

impl CostParts {
    /// The amount under a name; nothing if it is not there.
    pub fn amount(&self, name: &str) -> Usd {
        self.iter().find(|(known, _)| *known == name).map_or(Usd::ZERO, |(_, amount)| *amount)
    }

    fn push(&mut self, name: &'static str, amount: Usd) {
        if amount == Usd::ZERO {
            return;
        }
        if let Some(slot) = self.parts.get_mut(self.len) {
            *slot = (name, amount);
            self.len += 1;
        }
    }
}

impl Default for CostParts {
    fn default() -> Self {
        Self { parts: [("", Usd::ZERO); PARTS + 2], len: 0 }
    }
}

impl Deref for CostParts {
    type Target = [(&'static str, Usd)];

    fn deref(&self) -> &Self::Target {
        self.parts.get(..self.len).unwrap_or_default()
    }
}

impl Bill {
    pub(crate) fn add(&mut self, part: Part, amount: Amount) {
        if let Some(slot) = self.amounts.get_mut(part as usize) {
            *slot = slot.plus(amount);
        }
    }

    /// Adds what has a price; notes that something has none.
    pub(crate) fn add_known(&mut self, part: Part, amount: Option<Amount>) {
        match amount {
            Some(amount) => self.add(part, amount),
            None => self.unpriced = true,
        }
    }

    /// Multiplies everything so far.
    pub(crate) fn scale(&mut self, factor: Price) {
        for amount in &mut self.amounts {
            *amount = amount.times(factor);
        }
    }

    pub(crate) const fn unpriced(&self) -> bool {
        self.unpriced
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.amounts.iter().all(|amount| amount.is_zero())
    }

    /// Rounds. Each of original, discounted and final amount is rounded from its exact value, and the parts from theirs.
    pub(crate) fn settle(&self, adjust: Option<&CostAdjust>, status: CostStatus) -> Cost {
        let exact = self.amounts.iter().fold(Amount::ZERO, |sum, amount| sum.plus(*amount));
        let original = exact.round();
        let mut parts = self.rounded(exact, original);
        let mut total = original;
        if let Some(adjust) = adjust {
            let keep = adjust.discount.and_then(Price::complement);
            let discounted = keep.map_or(exact, |keep| exact.times(keep));
            let margin = adjust.margin.map_or(Amount::ZERO, |margin| discounted.times(margin));
            let fixed = adjust.margin_fixed.map_or(Amount::ZERO, Amount::once);
            total = discounted.plus(margin).plus(fixed).round();
            parts.push("discount", discounted.round() - original);
            parts.push("margin", total - discounted.round());
        }
        let nothing = status == CostStatus::Exact && total == Usd::ZERO && exact.is_zero();
        Cost { total, original, parts, status: if nothing { CostStatus::Free } else { status } }
    }

    /// Parts by largest remainder: each is cut to whole nano-dollars, and those that lost most get one back until they
    /// sum to the total.
    fn rounded(&self, exact: Amount, total: Usd) -> CostParts {
        let mut cut = [(0u128, 0u128); PARTS];
        for (amount, slot) in self.amounts.iter().zip(&mut cut) {
            *slot = split(amount.at(exact.scale().max(amount.scale())), exact.scale().max(amount.scale()));
        }
        let whole = cut.iter().fold(0u128, |sum, (whole, _)| sum.saturating_add(*whole));
        let mut left = u128::try_from(total.nanos()).unwrap_or(0).saturating_sub(whole);
        while left > 0 {
            let Some(most) = cut.iter_mut().rev().max_by_key(|(_, rest)| *rest).filter(|(_, rest)| *rest > 0) else {
                break;
            };
            *most = (most.0 + 1, 0);
            left -= 1;
        }
        let mut parts = CostParts::default();
        let mut rest = total;
        for (name, (whole, _)) in NAMES.iter().zip(cut) {
            // amounts beyond the type's end stop at it, and so does their sum
            let amount = usd(whole).min(rest);
            rest = rest - amount;
            parts.push(name, amount);
        }
        parts
    }
}

const PARTS: usize = 8;

/// Names of the parts, in the order of [`Part`].
const NAMES: [&str; PARTS] =
    ["input", "cache_read", "cache_creation", "output", "reasoning", "tool_usage", "request", "reported"];

//! Token prices of one entry (or one row of its tier table) and how one of them is chosen.

use crate::field::{Family, Key, Service};
use crate::price::Price;

/// Token prices, sorted by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rates(Vec<(Key, Price)>);

/// Which of several prices applies to a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Thousands of input tokens above which the price holds; 0 = any.
    pub(crate) above_k: u32,
    pub(crate) service: Service,
    pub(crate) batch: bool,
}

/// A price, or half of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) price: Price,
    pub(crate) halved: bool,
}

impl Rates {
    /// Sorts prices; the last of two for the same key counts.
    pub(crate) fn new(mut prices: Vec<(Key, Price)>) -> Self {
        prices.reverse();
        prices.sort_by_key(|(key, _)| *key);
        prices.dedup_by_key(|(key, _)| *key);
        let mut rates = Self(prices);
        rates.drop_echo();
        rates.0.shrink_to_fit();
        rates
    }

    /// A reasoning price that merely repeats the output price follows it through all tiers: vendors bill reasoning as
    /// output (Google, "Gemini API pricing": "Output price (including thinking tokens)").
    fn drop_echo(&mut self) {
        let plain = Choice::default();
        let mut reasoning = self.0.iter().filter(|(key, _)| key.family == Family::Reasoning);
        let lone = reasoning.next().filter(|(key, _)| key.above_k == 0 && key.service == Service::Plain && !key.batch);
        let echo =
            lone.is_some_and(|(_, price)| self.at(Family::Output, plain) == Some(*price)) && reasoning.next().is_none();
        if echo {
            self.0.retain(|(key, _)| key.family != Family::Reasoning);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Price> {
        self.0.iter().map(|(_, price)| *price)
    }

    /// The highest tier that a number of input tokens is above; `inclusive` = the edge belongs to the tier.
    pub(crate) fn tier(&self, tokens: u64, inclusive: bool) -> u32 {
        let reached = |edge: u32| {
            let edge = u64::from(edge) * 1000;
            if inclusive { tokens >= edge } else { tokens > edge }
        };
        let edges = self.0.iter().map(|(key, _)| key.above_k);
        edges.filter(|edge| *edge > 0 && reached(*edge)).max().unwrap_or(0)
    }

    /// Whether any price is for this service tier.
    pub(crate) fn serves(&self, service: Service) -> bool {
        self.0.iter().any(|(key, _)| key.service == service)
    }

    /// The price of a family under a choice, `off_peak` in place of the plain price. The tier counts first, then the
    /// service tier; a batch without a price of its own costs half of the plain one.
    pub(crate) fn rate(&self, family: Family, choice: Choice, off_peak: Option<&Self>) -> Option<Rate> {
        let Choice { above_k, service, batch } = choice;
        let whole = |price| Rate { price, halved: false };
        let level = |above_k: u32| {
            let at = |service, batch| self.at(family, Choice { above_k, service, batch });
            let off_peak = off_peak.filter(|_| above_k == 0).and_then(|rates| rates.at(family, Choice::default()));
            let plain = || off_peak.or_else(|| at(Service::Plain, false));
            if batch {
                let own = at(service, true).or_else(|| at(Service::Plain, true)).map(whole);
                return own.or_else(|| plain().map(|price| Rate { price, halved: true }));
            }
            let tiered = if service == Service::Plain { None } else { at(service, false) };
            tiered.or_else(plain).map(whole)
        };
        let high = if above_k > 0 { level(above_k) } else { None };
        high.or_else(|| level(0))
    }

    fn at(&self, family: Family, Choice { above_k, service, batch }: Choice) -> Option<Price> {
        let key = Key { family, above_k, service, batch };
        let found = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.0.get(found).map(|(_, price)| *price)
    }
}

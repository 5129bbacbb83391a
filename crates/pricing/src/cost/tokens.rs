//! Tokens by bucket.

use super::amount::Amount;
use super::bill::{Bill, Part};
use super::context::CostContext;
use crate::entry::{FAST, ModelPrice};
use crate::field::{ENDPOINT, Family, Service};
use crate::rates::{Choice, Rates};
use crate::tiers::row;
use tianji_core::Usage;

/// The prices of an entry that hold for one call.
pub(crate) struct Chosen<'a> {
    price: &'a ModelPrice,
    rates: &'a Rates,
    off_peak: Option<&'a Rates>,
    choice: Choice,
}

impl<'a> Chosen<'a> {
    /// Chooses tier, service tier, batch and hour. A table of tiers stands for all other prices.
    pub(crate) fn new(price: &'a ModelPrice, input_tokens: u64, context: &CostContext<'_>) -> Self {
        let tier = context.service_tier.unwrap_or_default();
        let rates = row(&price.tiers, input_tokens).map_or(&price.rates, |row| &row.rates);
        let choice = Choice {
            above_k: rates.tier(input_tokens, price.billing.tier_inclusive),
            service: Service::of(tier),
            batch: context.batch || tier.eq_ignore_ascii_case("batch"),
        };
        let off_peak =
            price.off_peak.as_ref().filter(|off_peak| context.started_at.is_some_and(|at| off_peak.holds(at)));
        Self { price, rates, off_peak: off_peak.map(|off_peak| &off_peak.rates), choice }
    }

    /// So many tokens of one family at its own price.
    pub(crate) fn amount(&self, family: Family, tokens: u64) -> Option<Amount> {
        let rate = self.rates.rate(family, self.choice, self.off_peak)?;
        let amount = Amount::of(rate.price, tokens);
        Some(if rate.halved { amount.half() } else { amount })
    }

    /// The first family of a chain that has a price.
    fn first(&self, families: &[Family], tokens: u64) -> Option<Amount> {
        families.iter().find_map(|family| self.amount(*family, tokens))
    }

    /// Cached tokens: without a price of their own they cost input, or the vendor's share of it.
    fn cached(&self, families: &[Family], tokens: u64) -> Option<Amount> {
        let share = || {
            let input = self.amount(Family::Input, tokens)?;
            Some(self.price.billing.cache_read_ratio().map_or(input, |ratio| input.times(ratio)))
        };
        self.first(families, tokens).or_else(share)
    }
}

/// Charges all token buckets and the factors on them.
pub(crate) fn charge(price: &ModelPrice, usage: &Usage, context: &CostContext<'_>, bill: &mut Bill) {
    let chosen = Chosen::new(price, usage.input(), context);
    for (part, tokens, families) in fresh(usage) {
        if tokens > 0 {
            bill.add_known(part, chosen.first(families, tokens));
        }
    }
    for (tokens, families) in cached(usage) {
        if tokens > 0 {
            bill.add_known(Part::CacheRead, chosen.cached(families, tokens));
        }
    }
    let residency = context.residency.and_then(|region| price.multiplier(region));
    let endpoint = price.multiplier(ENDPOINT).filter(|_| context.regional_endpoint);
    let fast = chosen.choice.service == Service::Fast && !chosen.rates.serves(Service::Fast);
    let fast = price.multiplier(FAST).filter(|_| fast);
    for factor in [residency, endpoint, fast].into_iter().flatten() {
        bill.scale(factor);
    }
}

/// Buckets that are no cache reads, with the families that may price them, best first.
fn fresh(usage: &Usage) -> [(Part, u64, &'static [Family]); 15] {
    use Family::{
        CacheWrite, CacheWrite1h, Input, InputAudio, InputImage, InputVideo, Output, OutputAudio, OutputImage,
        OutputVideo, Reasoning,
    };
    const WRITE: &[Family] = &[CacheWrite, Input];
    const LONG: &[Family] = &[CacheWrite1h, CacheWrite, Input];
    [
        (Part::Input, usage.in_text, &[Input]),
        (Part::Input, usage.in_tool_prompt, &[Input]),
        (Part::Input, usage.in_audio, &[InputAudio, Input]),
        (Part::Input, usage.in_image, &[InputImage, Input]),
        (Part::Input, usage.in_video, &[InputVideo, Input]),
        (Part::CacheCreation, usage.cache_write_5m, WRITE),
        (Part::CacheCreation, usage.cache_write_30m, WRITE),
        (Part::CacheCreation, usage.cache_write_unspecified, WRITE),
        (Part::CacheCreation, usage.cache_write_1h, LONG),
        (Part::CacheCreation, usage.cache_write_12h, LONG),
        (Part::Output, usage.out_text.saturating_add(usage.rejected_prediction), &[Output]),
        (Part::Reasoning, usage.out_reasoning, &[Reasoning, Output]),
        (Part::Output, usage.out_audio, &[OutputAudio, Output]),
        (Part::Output, usage.out_image, &[OutputImage, Output]),
        (Part::Output, usage.out_video, &[OutputVideo, Output]),
    ]
}

fn cached(usage: &Usage) -> [(u64, &'static [Family]); 3] {
    use Family::{CacheRead, CacheReadAudio, CacheReadImage};
    [
        (usage.cache_read_text, &[CacheRead]),
        (usage.cache_read_audio, &[CacheReadAudio, CacheRead]),
        (usage.cache_read_image, &[CacheReadImage, CacheRead]),
    ]
}

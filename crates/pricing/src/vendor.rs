//! Ways of billing that a vendor has and no catalogue field says.

use crate::price::Price;

/// How a vendor differs from the common way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Billing {
    /// A context tier begins at its edge, not above it (xAI, "Models and pricing": "requests of 200k tokens or more").
    pub(crate) tier_inclusive: bool,
    /// Grounding is billed per prompt unless the entry says per query (Google, "Gemini API pricing", Grounding).
    pub(crate) search_per_prompt: bool,
    /// Tenths of the input price that a cached token costs where no price is given (Fireworks, "Prompt caching":
    /// half price).
    pub(crate) cache_read_tenths: Option<u8>,
}

impl Billing {
    pub(crate) fn of(provider: &str) -> Self {
        ALL.iter().find(|(known, _)| *known == provider).map_or(COMMON, |(_, billing)| *billing)
    }

    /// The price factor of cached tokens without a price.
    pub(crate) fn cache_read_ratio(self) -> Option<Price> {
        self.cache_read_tenths.map(Price::tenths)
    }
}

const COMMON: Billing = Billing { tier_inclusive: false, search_per_prompt: false, cache_read_tenths: None };

const ALL: &[(&str, Billing)] = &[
    ("fireworks_ai", Billing { cache_read_tenths: Some(5), ..COMMON }),
    ("gemini", Billing { search_per_prompt: true, ..COMMON }),
    ("vertex_ai-language-models", Billing { search_per_prompt: true, ..COMMON }),
    ("xai", Billing { tier_inclusive: true, ..COMMON }),
];

//! One entry of a catalogue, ready for invoices.

use crate::capabilities::capabilities;
use crate::field::{Field, Key};
use crate::members::{Members, word};
use crate::mode::Mode;
use crate::off_peak::OffPeak;
use crate::price::{Price, PriceError};
use crate::rates::Rates;
use crate::tiers::{Row, Tiers};
use crate::vendor::Billing;
use std::borrow::Cow;
use tianji_core::generate::Capabilities;

/// Prices and facts of one model as one provider sells it.
#[derive(Clone, Debug)]
pub struct ModelPrice {
    name: Box<str>,
    provider: Box<str>,
    text: Cow<'static, str>,
    mode: Mode,
    capabilities: Capabilities,
    pub(crate) rates: Rates,
    pub(crate) tiers: Vec<Row>,
    pub(crate) by_results: Vec<(u64, u64, Price)>,
    pub(crate) off_peak: Option<Box<OffPeak>>,
    pub(crate) units: Vec<(&'static str, Price)>,
    pub(crate) multipliers: Vec<(&'static str, Price)>,
    pub(crate) search: [Option<Price>; 3],
    pub(crate) search_per_prompt: bool,
    pub(crate) billing: Billing,
}

/// Why an entry cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Not a JSON object.
    #[error("not an object: {0}")]
    Json(#[from] serde_json::Error),
    /// A price that is none.
    #[error("{field} {source}")]
    Price {
        /// Name of the field.
        field: String,
        /// What is wrong.
        source: PriceError,
    },
    /// A table that does not have its form.
    #[error("{field}: {source}")]
    Field {
        /// Name of the field.
        field: String,
        /// What is wrong.
        source: serde_json::Error,
    },
}

impl ModelPrice {
    /// Reads an entry in the price file's format.
    ///
    /// # Errors
    /// [`EntryError`] if it is no object or a price is no decimal from 0.
    pub fn from_json(name: &str, text: impl Into<Cow<'static, str>>) -> Result<Self, EntryError> {
        let text = text.into();
        let read = Self::read(name, &text)?;
        Ok(Self { text, ..read })
    }

    fn read(name: &str, text: &str) -> Result<Self, EntryError> {
        let members = Members::read(text)?;
        let mut units = Vec::new();
        let mut multipliers = Vec::new();
        for (field, value) in &members.0 {
            let read = || price(field, value.get());
            match Field::of(field) {
                Field::Unit(unit) => units.extend(read()?.map(|price| (unit, price))),
                Field::Multiplier(word) => multipliers.extend(read()?.map(|price| (word, price))),
                Field::Ignored => _ = read()?,
                _ => {}
            }
        }
        multipliers.extend(specific_multipliers(&members)?);
        let provider = members.word("litellm_provider").unwrap_or_default();
        let billing = Billing::of(provider);
        let Tiers { rows: tiers, by_results } =
            members.text("tiered_pricing").map(Tiers::read).transpose()?.unwrap_or_default();
        let off_peak = members.text("off_peak_pricing").map(OffPeak::read).transpose()?;
        Ok(Self {
            name: name.into(),
            provider: provider.into(),
            mode: members.word("mode").and_then(Mode::parse).unwrap_or_default(),
            capabilities: capabilities(&members),
            rates: token_rates(&members, price)?,
            tiers,
            by_results,
            off_peak: off_peak.map(Box::new),
            units,
            multipliers,
            search: search_prices(&members)?,
            search_per_prompt: billing.search_per_prompt
                && members.word("web_search_billing_unit") != Some("per_query"),
            billing,
            text: Cow::Borrowed(""),
        })
    }

    /// Key of the entry in the catalogue, or the name it was made for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The catalogue's word for the provider, e.g. `vertex_ai-language-models`.
    pub fn litellm_provider(&self) -> &str {
        &self.provider
    }

    /// What the model is for.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What it can do.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    /// Longest input in tokens.
    pub fn max_input_tokens(&self) -> Option<u64> {
        self.capabilities.max_input_tokens
    }

    /// Longest output in tokens.
    pub fn max_output_tokens(&self) -> Option<u64> {
        self.capabilities.max_output_tokens
    }

    /// A whole number of the entry, e.g. `output_vector_size`, `prompt_cache_min_tokens`, `rpm`.
    pub fn fact(&self, field: &str) -> Option<u64> {
        Members::read(&self.text).ok()?.text(field).and_then(count)
    }

    /// A flag of the entry, e.g. `supports_pdf_input`; `None` = not known.
    pub fn flag(&self, field: &str) -> Option<bool> {
        Members::read(&self.text).ok()?.text(field)?.parse().ok()
    }

    /// A price of the entry by its field's name, from whatever family.
    pub fn price(&self, field: &str) -> Option<Price> {
        price(field, Members::read(&self.text).ok()?.text(field)?).ok()?
    }

    /// Price of one guardrail unit, e.g. `contentPolicyUnits`.
    pub fn guardrail_price(&self, unit: &str) -> Option<Price> {
        let units = Members::read(&self.text).ok()?.text("guardrail_cost_per_unit")?;
        price(unit, Members::read(units).ok()?.text(unit)?).ok()?
    }

    /// The entry as JSON, numbers as they were written.
    pub fn json(&self) -> &str {
        &self.text
    }

    /// The entry's members, for listings. Its numbers are for show, not for sums.
    pub fn raw(&self) -> serde_json::Map<String, serde_json::Value> {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// Whether any price is given.
    pub fn has_prices(&self) -> bool {
        self.prices().next().is_some()
    }

    /// Whether prices are given and all are 0.
    pub fn is_free(&self) -> bool {
        self.has_prices() && self.prices().all(Price::is_zero)
    }

    /// Whether tokens have a price other than 0.
    pub(crate) fn sells_tokens(&self) -> bool {
        self.rates.iter().chain(self.tiers.iter().flat_map(|row| row.rates.iter())).any(|price| !price.is_zero())
    }

    pub(crate) fn unit(&self, name: &str) -> Option<Price> {
        self.units.iter().find(|(unit, _)| *unit == name).map(|(_, price)| *price)
    }

    pub(crate) fn multiplier(&self, word: &str) -> Option<Price> {
        self.multipliers.iter().find(|(known, _)| *known == word).map(|(_, factor)| *factor)
    }

    fn prices(&self) -> impl Iterator<Item = Price> {
        let tiers = self.tiers.iter().flat_map(|row| row.rates.iter());
        let units = self.units.iter().map(|(_, price)| *price);
        let results = self.by_results.iter().map(|(_, _, price)| *price);
        self.rates.iter().chain(tiers).chain(units).chain(results).chain(self.search.iter().flatten().copied())
    }
}

/// The token prices among an object's members. `read` gives a value's price, `None` where it is null.
pub(crate) fn token_rates(
    members: &Members<'_>,
    read: fn(&str, &str) -> Result<Option<Price>, EntryError>,
) -> Result<Rates, EntryError> {
    let mut prices: Vec<(Key, Price)> = Vec::new();
    for (field, value) in &members.0 {
        if let Field::Token(key) = Field::of(field) {
            prices.extend(read(field, value.get())?.map(|price| (key, price)));
        }
    }
    Ok(Rates::new(prices))
}

/// Reads a price; quoted decimals count, null and other values are no price.
pub(crate) fn price(field: &str, text: &str) -> Result<Option<Price>, EntryError> {
    let digits = word(text).unwrap_or(text);
    if text == "null" || digits.is_empty() {
        return Ok(None);
    }
    digits.parse().map(Some).map_err(|source| EntryError::Price { field: field.to_owned(), source })
}

/// A whole number, perhaps written as a float (`8192.0`).
pub(crate) fn count(text: &str) -> Option<u64> {
    let digits = word(text).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.bytes().all(|digit| digit == b'0') { whole.parse().ok() } else { None }
}

/// Anthropic's factors for `inference_geo` and fast mode (`provider_specific_entry: {"us": 1.1, "fast": 2.0}`).
fn specific_multipliers(members: &Members<'_>) -> Result<Vec<(&'static str, Price)>, EntryError> {
    let Some(text) = members.text("provider_specific_entry").filter(|text| text.starts_with('{')) else {
        return Ok(Vec::new());
    };
    let entry = Members::read(text)?;
    let mut found = Vec::new();
    for word in ["eu", "us", FAST] {
        if let Some(value) = entry.text(word) {
            found.extend(price(word, value)?.map(|factor| (word, factor)));
        }
    }
    Ok(found)
}

fn search_prices(members: &Members<'_>) -> Result<[Option<Price>; 3], EntryError> {
    let mut prices = [None; 3];
    let Some(text) = members.text("search_context_cost_per_query").filter(|text| text.starts_with('{')) else {
        return Ok(prices);
    };
    let table = Members::read(text)?;
    for (size, slot) in ["search_context_size_low", "search_context_size_medium", "search_context_size_high"]
        .into_iter()
        .zip(&mut prices)
    {
        *slot = table.text(size).map(|value| price(size, value)).transpose()?.flatten();
    }
    Ok(prices)
}

/// The word for Anthropic's fast mode.
pub(crate) const FAST: &str = "fast";

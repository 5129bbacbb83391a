//! Prices of one entry, and what the operator takes off and puts on.

use super::deployment::EntryError;
use tianji_config::{LitellmSettings, ModelEntry};
use tianji_pricing::{CostAdjust, EntryError as PriceError, Overrides, Price};

/// What the entry itself says of its model: prices, tables of prices, what it does and can do.
pub(super) fn overrides(entry: &ModelEntry) -> Result<Overrides, EntryError> {
    let info = &entry.info;
    // Of two values for a name the last counts, and those of the parameters are the entry's first word.
    let both = [&info.prices, &entry.params.prices];
    let tables = both.iter().flat_map(|prices| prices.tables.iter());
    let tables = tables.map(|(name, value)| (name.clone(), value.to_string()));
    let amounts = both.iter().flat_map(|prices| prices.amounts.iter());
    let amounts = amounts.map(|(name, text)| (name.clone(), text.clone()));
    let mode = info.mode.iter().map(|mode| ("mode".to_owned(), serde_json::Value::from(mode.as_str()).to_string()));
    let flags = info.supports.iter().map(|(name, flag)| (format!("supports_{name}"), flag.to_string()));
    let limits = [
        ("max_tokens", info.max_tokens),
        ("max_input_tokens", info.max_input_tokens),
        ("max_output_tokens", info.max_output_tokens),
    ];
    let limits = limits.into_iter().filter_map(|(name, limit)| Some((name.to_owned(), limit?.to_string())));
    Ok(Overrides::new(tables.chain(amounts).chain(mode).chain(flags).chain(limits))?)
}

/// `custom_pricing` of the model, by its name with or without the provider.
pub(super) fn custom(settings: &LitellmSettings, provider: &str, model: &str) -> Result<Overrides, PriceError> {
    let full = format!("{provider}/{model}");
    let found = settings.custom_pricing.get(&full).or_else(|| settings.custom_pricing.get(model));
    let members = found.into_iter().flat_map(|entry| entry.iter());
    Overrides::new(members.map(|(name, value)| (name.clone(), value.to_string())))
}

/// Discount and margin of a provider; `None` = the vendor's price is the price.
pub(super) fn adjust(settings: &LitellmSettings, provider: &str) -> Result<Option<CostAdjust>, EntryError> {
    let price = |text: &str| text.parse::<Price>().map_err(|cause| EntryError::Adjust(text.to_owned(), cause));
    let discount = settings.cost_discounts.get(provider).map(|text| price(text)).transpose()?;
    let margin = settings.cost_margins.get(provider).or_else(|| settings.cost_margins.get(ALL));
    let part = |text: Option<&String>| text.map(|text| price(text)).transpose();
    let adjust = CostAdjust {
        discount,
        margin: part(margin.and_then(|margin| margin.percentage.as_ref()))?,
        margin_fixed: part(margin.and_then(|margin| margin.fixed.as_ref()))?,
    };
    Ok(Some(adjust).filter(|adjust| *adjust != CostAdjust::default()))
}

/// The margin of providers that have none of their own.
const ALL: &str = "global";

//! Prices per token: one set of rates for every tier of length and service that a model has.

use crate::amount::Amount;
use std::collections::BTreeMap;

/// Dollars per token of every bucket. An absent rate falls back to another one; an explicit zero is a price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rates {
    pub(crate) input: Option<Amount>,
    pub(crate) output: Option<Amount>,
    pub(crate) read: Option<Amount>,
    pub(crate) write: Option<Amount>,
    pub(crate) write_1h: Option<Amount>,
    pub(crate) in_audio: Option<Amount>,
    pub(crate) in_image: Option<Amount>,
    pub(crate) in_video: Option<Amount>,
    pub(crate) read_audio: Option<Amount>,
    pub(crate) read_image: Option<Amount>,
    pub(crate) out_reasoning: Option<Amount>,
    pub(crate) out_audio: Option<Amount>,
    pub(crate) out_image: Option<Amount>,
    pub(crate) out_video: Option<Amount>,
}

/// The rates of one tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RateSet {
    /// Service tier (`flex`, `priority`, `batches` …); empty for the plain one.
    pub(crate) service: String,
    /// Applies above so many input tokens.
    pub(crate) above: u64,
    pub(crate) rates: Rates,
}

/// Amounts by field name.
pub(crate) type Fields = BTreeMap<String, Amount>;

/// All sets that a model's fields make: every service tier × every length tier that is named anywhere.
pub(crate) fn sets(fields: &Fields) -> Vec<RateSet> {
    let mut lengths = vec![0];
    let mut services = vec![String::new()];
    for name in fields.keys() {
        if let Some(above) = length_of(name)
            && !lengths.contains(&above)
        {
            lengths.push(above);
        }
        let service = SERVICES.iter().find(|service| name.ends_with(&format!("_{service}")));
        if let Some(service) = service.filter(|service| !services.iter().any(|known| known == *service)) {
            services.push((*service).to_owned());
        }
    }
    lengths.sort_unstable();
    let set = |service: &String, above: u64| RateSet {
        service: service.clone(),
        above,
        rates: rates(&|name| rate(fields, name, above, service)),
    };
    services.iter().flat_map(|service| lengths.iter().map(move |above| set(service, *above))).collect()
}

/// The most specific price of a field: length and service, length alone, service alone, plain.
fn rate(fields: &Fields, name: &str, above: u64, service: &str) -> Option<Amount> {
    let long = format!("{name}_above_{}k_tokens", above / 1000);
    let (has_length, has_service) = (above > 0, !service.is_empty());
    let with = |name: &str| fields.get(&format!("{name}_{service}")).copied();
    (has_length && has_service)
        .then(|| with(&long))
        .flatten()
        .or_else(|| has_length.then(|| fields.get(&long).copied()).flatten())
        .or_else(|| has_service.then(|| with(name)).flatten())
        .or_else(|| fields.get(name).copied())
}

/// Reads the rates through a function from plain field names.
pub(crate) fn rates(field: &dyn Fn(&str) -> Option<Amount>) -> Rates {
    Rates {
        input: field("input_cost_per_token"),
        output: field("output_cost_per_token"),
        read: field("cache_read_input_token_cost").or_else(|| field("input_cost_per_token_cache_hit")),
        write: field("cache_creation_input_token_cost"),
        write_1h: field("cache_creation_input_token_cost_above_1hr"),
        in_audio: field("input_cost_per_audio_token"),
        in_image: field("input_cost_per_image_token"),
        in_video: field("input_cost_per_video_token"),
        read_audio: field("cache_read_input_audio_token_cost"),
        read_image: field("cache_read_input_image_token_cost"),
        out_reasoning: field("output_cost_per_reasoning_token"),
        out_audio: field("output_cost_per_audio_token"),
        out_image: field("output_cost_per_image_token"),
        out_video: field("output_cost_per_video_token"),
    }
}

/// The tokens in `…_above_200k_tokens…`.
fn length_of(name: &str) -> Option<u64> {
    let (_, rest) = name.split_once("_above_")?;
    // `…_above_1hr_above_200k_tokens` names a cache life first.
    let rest = rest.strip_prefix("1hr_above_").unwrap_or(rest);
    let (digits, _) = rest.split_once("k_tokens")?;
    digits.parse::<u64>().ok().map(|thousands| thousands * 1000)
}

/// Suffixes of service tiers.
pub(crate) const SERVICES: &[&str] = &["flex", "priority", "balanced", "ultrafast", "batches"];

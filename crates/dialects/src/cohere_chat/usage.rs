//! Usage, both ways (API reference, "Chat", `usage`): `tokens` is what the model saw, `billed_units` what is charged,
//! which leaves out the vendor's own prompt.

use crate::lenient::{count, lenient};
use bytes::BytesMut;
use serde::Deserialize;
use std::fmt::Write as _;
use tianji_core::Usage;
use tianji_core::usage::UsageParts;

/// A `usage` object.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WireUsage {
    #[serde(deserialize_with = "lenient")]
    billed_units: Option<Units>,
    #[serde(deserialize_with = "lenient")]
    tokens: Option<Units>,
    #[serde(deserialize_with = "lenient")]
    cached_tokens: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Units {
    #[serde(deserialize_with = "lenient")]
    input_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    output_tokens: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    search_units: Option<f64>,
}

impl WireUsage {
    /// In canonical buckets; `None` if it counts nothing known.
    pub(super) fn canonical(&self) -> Option<Usage> {
        let of = |part: fn(&Units) -> Option<f64>| {
            self.tokens.as_ref().and_then(part).or_else(|| self.billed_units.as_ref().and_then(part))
        };
        let (input, output, searches) =
            (of(|units| units.input_tokens), of(|units| units.output_tokens), of(|units| units.search_units));
        if input.is_none() && output.is_none() && searches.is_none() {
            return None;
        }
        let parts = UsageParts { cached: count(self.cached_tokens), ..UsageParts::default() };
        let mut usage = Usage::from_totals(count(input), count(output), parts);
        usage.counters.search_units = count(searches);
        Some(usage)
    }
}

/// Writes a `usage` object. Nothing is known of what the upstream charges: billed is what was used.
pub(super) fn write(usage: &Usage, out: &mut BytesMut) {
    let (input, output, cached) = (usage.input(), usage.output(), usage.cache_read());
    let _ = write!(out, r#"{{"billed_units":{{"input_tokens":{input},"output_tokens":{output}"#);
    if usage.counters.search_units > 0 {
        let _ = write!(out, r#","search_units":{}"#, usage.counters.search_units);
    }
    let _ =
        write!(out, r#"}},"tokens":{{"input_tokens":{input},"output_tokens":{output}}},"cached_tokens":{cached}}}"#);
}

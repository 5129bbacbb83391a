//! One model's entry of the catalogue.

use crate::amount::Amount;
use crate::rates::{Fields, RateSet, Rates, rates, sets};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tianji_core::generate::Capabilities;

/// Prices and facts of a model.
#[derive(Clone, Debug, Default)]
pub struct ModelPrice {
    pub(crate) fields: Fields,
    pub(crate) sets: Vec<RateSet>,
    /// `tiered_pricing`: from, to, rates.
    pub(crate) table: Vec<(u64, u64, Rates)>,
    /// Web search by context size: low, medium, high.
    pub(crate) search: [Option<Amount>; 3],
    capabilities: Capabilities,
    raw: Map<String, Value>,
}

impl ModelPrice {
    /// Reads an entry's JSON text. Numbers are read from their digits; what is no price is kept as a fact.
    pub(crate) fn parse(json: &str) -> Option<Self> {
        let texts: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
        let is_price = |name: &str| name.contains("cost") || name.contains("multiplier");
        let fields: Fields = texts
            .iter()
            .filter(|(name, _)| is_price(name))
            .filter_map(|(name, text)| Some((name.clone(), Amount::parse(text.get())?)))
            .collect();
        let raw: Map<String, Value> = serde_json::from_str(json).ok()?;
        let table = texts.get("tiered_pricing").map(|text| table(text.get())).unwrap_or_default();
        let search = texts.get("search_context_cost_per_query").map(|text| search(text.get())).unwrap_or_default();
        Some(Self::of(fields, table, search, raw))
    }

    pub(crate) fn of(
        fields: Fields,
        table: Vec<(u64, u64, Rates)>,
        search: [Option<Amount>; 3],
        raw: Map<String, Value>,
    ) -> Self {
        Self { sets: sets(&fields), capabilities: capabilities(&raw), fields, table, search, raw }
    }

    /// What the model can do.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    /// Longest output in tokens, if known.
    pub const fn max_output_tokens(&self) -> Option<u64> {
        self.capabilities.max_output_tokens
    }

    /// `chat`, `embedding` …
    pub fn mode(&self) -> Option<&str> {
        self.raw.get("mode")?.as_str()
    }

    /// Whose price it is.
    pub fn provider(&self) -> Option<&str> {
        self.raw.get("litellm_provider")?.as_str()
    }

    /// The whole entry, for model information.
    pub const fn raw(&self) -> &Map<String, Value> {
        &self.raw
    }

    /// Whether it is known to cost nothing.
    pub fn is_free(&self) -> bool {
        !self.fields.is_empty() && self.table.is_empty() && self.fields.values().all(|amount| amount.is_zero())
    }

    /// Whether any price is known.
    pub fn is_priced(&self) -> bool {
        !self.fields.is_empty() || !self.table.is_empty()
    }
}

fn table(json: &str) -> Vec<(u64, u64, Rates)> {
    let rows: Vec<BTreeMap<String, &RawValue>> = serde_json::from_str(json).unwrap_or_default();
    let row = |row: &BTreeMap<String, &RawValue>| {
        let [low, high]: [f64; 2] = serde_json::from_str(row.get("range")?.get()).ok()?;
        let field = |name: &str| Amount::parse(row.get(name)?.get());
        Some((tokens(low), tokens(high), rates(&field)))
    };
    rows.iter().filter_map(row).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounds of tiers are whole and positive")]
fn tokens(bound: f64) -> u64 {
    bound.clamp(0.0, 1e15) as u64
}

fn search(json: &str) -> [Option<Amount>; 3] {
    let sizes: BTreeMap<String, &RawValue> = serde_json::from_str(json).unwrap_or_default();
    ["low", "medium", "high"].map(|size| Amount::parse(sizes.get(&format!("search_context_size_{size}"))?.get()))
}

fn capabilities(raw: &Map<String, Value>) -> Capabilities {
    let flag = |name: &str| raw.get(&format!("supports_{name}")).and_then(Value::as_bool);
    let number = |name: &str| raw.get(name).and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
    Capabilities {
        max_output_tokens: number("max_output_tokens").or_else(|| number("max_tokens")),
        max_input_tokens: number("max_input_tokens"),
        adaptive_thinking: flag("adaptive_thinking"),
        reasoning: flag("reasoning"),
        native_structured_output: flag("native_structured_output"),
        response_schema: flag("response_schema"),
        sampling_params: flag("sampling_params"),
        system_messages: flag("system_messages"),
        mid_conversation_system: flag("mid_conversation_system"),
        assistant_prefill: flag("assistant_prefill"),
        function_calling: flag("function_calling"),
        parallel_function_calling: flag("parallel_function_calling"),
        vision: flag("vision"),
        prompt_caching: flag("prompt_caching"),
        xhigh_reasoning_effort: flag("xhigh_reasoning_effort"),
        max_reasoning_effort: flag("max_reasoning_effort"),
    }
}

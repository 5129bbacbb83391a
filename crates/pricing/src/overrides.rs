//! Prices that an entry of the configuration sets for itself.

use crate::amount::Amount;
use crate::model_price::ModelPrice;
use std::sync::Arc;

/// Price fields of one deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides(Vec<(String, Amount)>);

impl Overrides {
    /// From field names and decimals. Texts that are no price are left out.
    pub fn new<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Amount::parse(text)?))).collect())
    }

    /// These prices over the catalogue's. Token prices are one group: one of them set replaces them all.
    pub fn over(&self, found: Option<Arc<ModelPrice>>) -> Option<Arc<ModelPrice>> {
        if self.0.is_empty() {
            return found;
        }
        let base = found.as_deref().cloned().unwrap_or_default();
        let mut fields = base.fields.clone();
        let sets_tokens = self.0.iter().any(|(name, _)| is_token_price(name));
        if sets_tokens {
            fields.retain(|name, _| !is_token_price(name));
        }
        fields.extend(self.0.iter().cloned());
        let table = if sets_tokens { Vec::new() } else { base.table.clone() };
        Some(Arc::new(ModelPrice::of(fields, table, base.search, base.raw().clone())))
    }
}

fn is_token_price(name: &str) -> bool {
    name.contains("token") && name.contains("cost")
}

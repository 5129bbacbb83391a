//! Prices that an operator sets for one deployment.

use indexmap::IndexMap;

use crate::keys::{STRUCTURED_PRICES, is_price};
use crate::raw::{Value, json};
use crate::raw_object::RawObject;
use crate::read::Fields;

/// Price fields under their catalogue names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prices {
    /// Field to dollars per unit: the decimal text as it was written (`0.00000015`, `1.5e-07`), never rounded.
    pub amounts: IndexMap<String, String>,
    /// Fields that are tables or words, such as `tiered_pricing`.
    pub tables: RawObject,
}

impl Prices {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.amounts.is_empty() && self.tables.is_empty()
    }

    pub(super) fn read(fields: &mut Fields) -> Self {
        let tables = fields.drain(|name| STRUCTURED_PRICES.contains(&name));
        let amounts = fields.drain(is_price).into_iter().filter_map(|(name, node)| match node.value {
            Value::Number(digits) => Some((name, digits)),
            _ => None,
        });
        Self { amounts: amounts.collect(), tables: RawObject::new(json::to_object(tables)) }
    }
}

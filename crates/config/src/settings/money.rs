//! What an operator takes off and puts on vendors' prices, and prices by model.

use crate::raw::{Map, Value, json};
use crate::raw_object::RawObject;
use crate::read::Fields;
use indexmap::IndexMap;

/// What is put on a price.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CostMargin {
    /// A fraction, as decimal text: `0.1` = ten per cent.
    pub percentage: Option<String>,
    /// Dollars a call, as decimal text.
    pub fixed: Option<String>,
}

/// `cost_discount_config`: fractions by provider, as decimal text.
pub(super) fn discounts(map: Option<Map>) -> IndexMap<String, String> {
    let digits = |(name, node): (String, crate::raw::Node)| match node.value {
        Value::Number(digits) | Value::Text(digits) => Some((name, digits)),
        _ => None,
    };
    map.unwrap_or_default().into_iter().filter_map(digits).collect()
}

/// `cost_margin_config`: a fraction, or `percentage` and `fixed_amount`, by provider or for all (`global`).
pub(super) fn margins(map: Option<Map>) -> IndexMap<String, CostMargin> {
    let margin = |(name, node): (String, crate::raw::Node)| match node.value {
        Value::Number(digits) | Value::Text(digits) => {
            Some((name, CostMargin { percentage: Some(digits), fixed: None }))
        }
        Value::Map(map) => {
            let mut fields = Fields::new(map);
            let (percentage, fixed) = (fields.digits("percentage"), fields.digits("fixed_amount"));
            Some((name, CostMargin { percentage, fixed }))
        }
        _ => None,
    };
    map.unwrap_or_default().into_iter().filter_map(margin).collect()
}

/// `custom_pricing`: members of price entries by model.
pub(super) fn custom(map: Option<Map>) -> IndexMap<String, RawObject> {
    let entry = |(name, node): (String, crate::raw::Node)| match node.value {
        Value::Map(map) => Some((name, RawObject::new(json::to_object(map)))),
        _ => None,
    };
    map.unwrap_or_default().into_iter().filter_map(entry).collect()
}

//! Prices and facts that an operator sets for one deployment.

use crate::catalogue::pack::push_name;
use crate::entry::{EntryError, ModelPrice};
use crate::field::Field;
use crate::members::Members;
use std::borrow::Cow;
use std::sync::Arc;

/// Members of an entry that replace the catalogue's, for one deployment only.
///
/// Token prices (tiers and tables included) replace one another as one group: an operator who sets the price of input
/// has set all token prices, and none of the catalogue's is mixed in. Every other member stands for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    members: Vec<(String, String)>,
    sets_tokens: bool,
}

impl Overrides {
    /// From field names and JSON values as text: `("input_cost_per_token", "1.5e-07")`,
    /// `("tiered_pricing", "[…]")`, `("supports_vision", "true")`. Of two values for a name the last counts.
    ///
    /// # Errors
    /// [`EntryError`] if a value is no JSON or a price is no decimal from 0.
    pub fn new<N: Into<String>, V: Into<String>>(
        members: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, EntryError> {
        let mut kept: Vec<(String, String)> = Vec::new();
        for (name, value) in members {
            let (name, value) = (name.into(), value.into());
            kept.retain(|(known, _)| *known != name);
            kept.push((name, value));
        }
        let sets_tokens = kept.iter().any(|(name, _)| Field::of(name).is_token_price());
        let overrides = Self { members: kept, sets_tokens };
        ModelPrice::from_json("", overrides.text(&Members(Vec::new())))?;
        Ok(overrides)
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Lays them over what was found; `None` if there is nothing to price with on either side.
    ///
    /// Layers are stacked from below: `own.over(custom.over(found))`.
    pub fn over(&self, found: Option<Arc<ModelPrice>>) -> Option<Arc<ModelPrice>> {
        if self.is_empty() {
            return found;
        }
        let (name, base) = found.as_ref().map_or(("", "{}"), |found| (found.name(), found.json()));
        let base = Members::read(base).ok()?;
        // both sides were read before, so their union can be read
        let merged = ModelPrice::from_json(name, self.text(&base)).ok()?;
        Some(Arc::new(merged))
    }

    fn text(&self, base: &Members<'_>) -> Cow<'static, str> {
        let replaced = |name: &str| {
            self.members.iter().any(|(own, _)| own == name) || self.sets_tokens && Field::of(name).is_token_price()
        };
        let below = base.0.iter().filter(|(name, _)| !replaced(name)).map(|(name, value)| (name.as_ref(), value.get()));
        let own = self.members.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Cow::Owned(object(below.chain(own)))
    }
}

/// Writes an object from names and JSON values.
pub(crate) fn object<'a>(members: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::from("{");
    for (name, value) in members {
        if text.len() > 1 {
            text.push(',');
        }
        push_name(&mut text, name);
        text.push(':');
        text.push_str(value);
    }
    text.push('}');
    text
}

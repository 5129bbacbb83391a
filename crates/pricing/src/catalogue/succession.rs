//! One catalogue after another: what a new one may change about prices that are in use.

use super::{Catalogue, CatalogueError, rules};
use crate::entry::price;
use crate::members::Members;
use crate::overrides::object;
use crate::price::Price;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// A catalogue that takes another's place.
#[derive(Debug)]
pub struct Succession {
    /// The catalogue.
    pub catalogue: Catalogue,
    /// Entries that are still the old ones, by name.
    pub kept: Vec<Kept>,
}

/// An entry that was not replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its key.
    pub name: String,
    /// Why.
    pub reason: KeptReason,
}

/// Why an entry is kept as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptReason {
    /// The new catalogue does not list it.
    Gone,
    /// The new entry has no price.
    Unpriced,
    /// A price would become nothing, or more than [`MOST_CHANGE`] times or less than a [`MOST_CHANGE`]th of what it was.
    Jump {
        /// Name of the price.
        field: String,
        /// The price in use.
        from: Price,
        /// The price that was refused.
        to: Price,
    },
}

impl Catalogue {
    /// The catalogue of a text, to be used in place of this one. Money is careful here: a model that has a price does
    /// not lose it, and no price becomes nothing or changes beyond reason; such entries stay as they are and are named.
    ///
    /// # Errors
    /// [`CatalogueError`] when the text is no catalogue, or would lose more than half of the entries.
    pub fn succeed(&self, text: &str) -> Result<Succession, CatalogueError> {
        let new = Self::from_json(text, self.listed)?;
        let mut entries: BTreeMap<&str, &str> = new.entries().collect();
        let mut kept = Vec::new();
        for (name, old) in self.entries() {
            if let Some(reason) = reason(old, entries.get(name).copied()) {
                entries.insert(name, old);
                kept.push(Kept { name: name.to_owned(), reason });
            }
        }
        let rules_kept = new.rules_text().is_none() && self.rules_text().is_some();
        if kept.is_empty() && !rules_kept {
            return Ok(Succession { catalogue: new, kept });
        }
        if let Some(text) = new.rules_text().or_else(|| self.rules_text()) {
            entries.insert(rules::KEY, text);
        }
        // What is kept is not held against the next list.
        let catalogue = Self { listed: new.listed, ..Self::packed(&object(entries.into_iter()))? };
        Ok(Succession { catalogue, kept })
    }
}

/// Why an entry must not be replaced by another; `None` = it may.
fn reason(old: &str, new: Option<&str>) -> Option<KeptReason> {
    let before = prices(old);
    if before.is_empty() {
        return None;
    }
    let Some(new) = new else { return Some(KeptReason::Gone) };
    if old == new {
        return None;
    }
    let after: BTreeMap<String, Price> = prices(new).into_iter().collect();
    let jump = before.into_iter().find_map(|(field, from)| {
        let to = after.get(&field).copied().or_else(|| nothing(new, &field))?;
        let far = to.exceeds(from, MOST_CHANGE) || from.exceeds(to, MOST_CHANGE);
        far.then_some(KeptReason::Jump { field, from, to })
    });
    jump.or_else(|| after.is_empty().then_some(KeptReason::Unpriced))
}

/// A top-level price that is written down as nothing.
fn nothing(entry: &str, field: &str) -> Option<Price> {
    let text = Members::read(entry).ok()?.text(field)?;
    price(field, text).ok()?.filter(|price| price.is_zero())
}

/// All prices of an entry that are not nothing, tables included, by the path of their field.
fn prices(entry: &str) -> Vec<(String, Price)> {
    let mut found = Vec::new();
    let Ok(members) = Members::read(entry) else { return found };
    for (name, value) in &members.0 {
        let of_price = crate::field::Field::of(name);
        if of_price.is_charged() {
            push(&mut found, name, value);
        } else if TABLES.contains(&name.as_ref()) {
            push_table(&mut found, name, value);
        }
    }
    found
}

fn push(found: &mut Vec<(String, Price)>, name: &str, value: &RawValue) {
    let read = price(name, value.get()).ok().flatten();
    found.extend(read.filter(|price| !price.is_zero()).map(|price| (name.to_owned(), price)));
}

/// Prices of a table: an object of prices, or a list of them.
fn push_table(found: &mut Vec<(String, Price)>, name: &str, value: &RawValue) {
    if let Ok(rows) = serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        for (place, row) in rows.into_iter().enumerate() {
            push_table(found, &format!("{name}[{place}]"), row);
        }
    } else if let Ok(members) = Members::read(value.get()) {
        for (inner, value) in members.0.iter().filter(|(inner, _)| is_price(inner)) {
            push(found, &format!("{name}.{inner}"), value);
        }
    }
}

fn is_price(name: &str) -> bool {
    crate::field::Field::of(name).is_charged() || name.starts_with("search_context_size_")
}

impl fmt::Display for KeptReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("it is not listed any more"),
            Self::Unpriced => f.write_str("the new entry has no price"),
            Self::Jump { field, from, to } => write!(f, "{field} would go from {from} to {to}"),
        }
    }
}

/// Most that a price may change by in one reload: a price a thousand or a million tokens in place of one a token is
/// farther off, and no vendor cuts or raises a price so much at once.
pub const MOST_CHANGE: u64 = 100;

/// Tables with prices that calls are charged by.
const TABLES: &[&str] = &["off_peak_pricing", "search_context_cost_per_query", "tiered_pricing"];

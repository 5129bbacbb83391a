//! `tiered_pricing`: rows of prices by the length of the input, or by the number of search results.

use crate::entry::{EntryError, count, price, token_rates};
use crate::members::Members;
use crate::price::Price;
use crate::rates::Rates;
use serde_json::value::RawValue;

/// Both kinds of rows, in order.
#[derive(Debug, Default)]
pub(crate) struct Tiers {
    pub(crate) rows: Vec<Row>,
    /// From so many results to so many, the price of a query.
    pub(crate) by_results: Vec<(u64, u64, Price)>,
}

/// Token prices for inputs longer than `above` tokens and up to `up_to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) above: u64,
    pub(crate) up_to: u64,
    pub(crate) rates: Rates,
}

impl Tiers {
    /// Reads `[{range: [lo, hi], prices…}]` and `[{max_results_range: [lo, hi], input_cost_per_query}]`.
    pub(crate) fn read(text: &str) -> Result<Self, EntryError> {
        let bad = |source| EntryError::Field { field: "tiered_pricing".into(), source };
        let rows: Vec<&RawValue> = serde_json::from_str(text).map_err(bad)?;
        let mut tiers = Self::default();
        for row in rows {
            let members = Members::read(row.get()).map_err(bad)?;
            if let Some((above, up_to)) = range(&members, "range") {
                tiers.rows.push(Row { above, up_to, rates: token_rates(&members, price)? });
            } else if let (Some((from, to)), Some(cost)) = (range(&members, "max_results_range"), members.text(QUERY)) {
                tiers.by_results.extend(price(QUERY, cost)?.map(|price| (from, to, price)));
            }
        }
        tiers.rows.sort_by_key(|row| row.above);
        tiers.by_results.sort_by_key(|(from, _, _)| *from);
        Ok(tiers)
    }
}

/// The row for an input's length: the last for anything longer than the table, the first for nothing.
pub(crate) fn row(rows: &[Row], tokens: u64) -> Option<&Row> {
    let fits = |row: &&Row| tokens > row.above && tokens <= row.up_to;
    let beyond = rows.last().filter(|row| tokens > row.up_to);
    rows.iter().find(fits).or(beyond).or_else(|| rows.first())
}

/// A range whose upper end may be missing or null.
fn range(members: &Members<'_>, name: &str) -> Option<(u64, u64)> {
    let ends: Vec<&RawValue> = serde_json::from_str(members.text(name)?).ok()?;
    let from = count(ends.first()?.get())?;
    Some((from, ends.get(1).and_then(|end| count(end.get())).unwrap_or(u64::MAX)))
}

const QUERY: &str = "input_cost_per_query";

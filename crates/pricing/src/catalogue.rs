//! The price table: embedded, or loaded from a text of the same form.

use crate::model_price::ModelPrice;
use crate::packed::{Packed, pack};
use std::borrow::Cow;
use std::sync::Arc;

/// A price table. Entries are parsed when they are asked for.
#[derive(Debug)]
pub struct Catalogue {
    text: Cow<'static, str>,
    /// Offsets of lines, four bytes each, little-endian.
    index: Cow<'static, [u8]>,
}

/// Why a table is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// It is no JSON object of objects.
    #[error("the price table is no JSON object of objects")]
    Json,
    /// It has suspiciously few entries.
    #[error("the price table has only {found} entries; at least {least} are expected")]
    TooFew {
        /// Entries found.
        found: usize,
        /// Fewest accepted.
        least: usize,
    },
    /// A price is negative or no number.
    #[error("{field} of {model} is no price")]
    NoPrice {
        /// Model.
        model: String,
        /// Field.
        field: String,
    },
}

impl Catalogue {
    /// The table that was built in.
    pub const fn embedded() -> Self {
        Self { text: Cow::Borrowed(TEXT), index: Cow::Borrowed(INDEX) }
    }

    /// A table from JSON text, to replace one of `previous` entries.
    ///
    /// # Errors
    /// When it is no such table, has fewer than 50 entries or less than half of `previous`, or holds what is no price.
    pub fn from_json(json: &str, previous: usize) -> Result<Self, CatalogueError> {
        let Packed { text, starts } = pack(json).ok_or(CatalogueError::Json)?;
        let least = LEAST_ENTRIES.max(previous / 2);
        if starts.len() < least {
            return Err(CatalogueError::TooFew { found: starts.len(), least });
        }
        let index: Vec<u8> = starts.iter().flat_map(|start| start.to_le_bytes()).collect();
        let catalogue = Self { text: Cow::Owned(text), index: Cow::Owned(index) };
        for (model, json) in catalogue.entries() {
            check(model, json)?;
        }
        Ok(catalogue)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.index.len() / 4
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The entry of a name, in any case.
    pub fn entry(&self, name: &str) -> Option<Arc<ModelPrice>> {
        self.text_of(&name.to_lowercase()).and_then(ModelPrice::parse).map(Arc::new)
    }

    /// All names, in lower case, and entries as JSON text.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.len()).filter_map(|number| self.line(number))
    }

    /// Whether there is an entry of a lower-case name.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let (found, json) = self.line(middle)?;
            match found.cmp(name) {
                std::cmp::Ordering::Equal => return Some(json),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn line(&self, number: usize) -> Option<(&str, &str)> {
        let start = self.index.get(number * 4..number * 4 + 4)?;
        let start = usize::try_from(u32::from_le_bytes(start.try_into().ok()?)).ok()?;
        self.text.get(start..)?.split('\n').next()?.split_once('\t')
    }
}

fn check(model: &str, json: &str) -> Result<(), CatalogueError> {
    let raw: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(json).map_err(|_| CatalogueError::Json)?;
    let bad =
        raw.iter().find(|(name, value)| name.contains("cost_per") && value.as_f64().is_some_and(|cost| cost < 0.0));
    match bad {
        Some((field, _)) => Err(CatalogueError::NoPrice { model: model.to_owned(), field: field.clone() }),
        None => Ok(()),
    }
}

static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue.txt"));
static INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.idx"));
/// `MODEL_COST_MAP_MIN_MODEL_COUNT` of the reference.
const LEAST_ENTRIES: usize = 50;

//! The price catalogue: packed text that is searched in place, entries read when somebody asks for them.

mod family;
mod lookup;
pub(crate) mod pack;
mod pattern;
mod rules;
mod succession;

use crate::entry::{EntryError, ModelPrice};
use crate::members::Members;
use pack::Packed;
use rules::Rules;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::OnceLock;

pub use lookup::ImageKey;
pub use succession::{Kept, KeptReason, MOST_CHANGE, Succession};

/// Prices by name. The embedded one lies in the program's file: it costs neither start-up time nor heap.
pub struct Catalogue {
    text: Cow<'static, str>,
    index: Cow<'static, [u8]>,
    rules: OnceLock<Rules>,
    /// Entries of the text that it was read from, without those that were kept from its predecessor.
    listed: usize,
}

/// Why a catalogue was refused; the one in use stays.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not a JSON object of objects.
    #[error("not a price catalogue: {0}")]
    Json(#[from] serde_json::Error),
    /// Fewer entries than any real catalogue has.
    #[error("only {0} entries; a catalogue has at least {LEAST_ENTRIES}")]
    TooSmall(usize),
    /// Less than half of what there was.
    #[error("{count} entries where there were {previous}; a shrink by more than half is taken for a mistake")]
    Shrunk {
        /// Entries now.
        count: usize,
        /// Entries before.
        previous: usize,
    },
    /// An entry with a wrong price or table.
    #[error("{name}: {source}")]
    Entry {
        /// Key of the entry.
        name: String,
        /// What is wrong.
        source: EntryError,
    },
}

impl Catalogue {
    /// The catalogue of this build.
    pub fn embedded() -> Self {
        let listed = INDEX.len() / RECORD;
        Self { text: Cow::Borrowed(TEXT), index: Cow::Borrowed(INDEX), rules: OnceLock::new(), listed }
    }

    /// Reads a catalogue in the public price file's format and checks it. `previous` is the number of entries of the
    /// one that it is to replace, 0 if there is none.
    ///
    /// # Errors
    /// [`CatalogueError`] if it is no catalogue, too small, or holds a number that is no price.
    pub fn from_json(text: &str, previous: usize) -> Result<Self, CatalogueError> {
        let catalogue = Self::packed(text)?;
        let count = catalogue.len();
        if count < LEAST_ENTRIES {
            return Err(CatalogueError::TooSmall(count));
        }
        if count < previous.div_ceil(2) {
            return Err(CatalogueError::Shrunk { count, previous });
        }
        for (name, text) in catalogue.entries() {
            ModelPrice::from_json(name, text.to_owned())
                .map_err(|source| CatalogueError::Entry { name: name.to_owned(), source })?;
        }
        Ok(catalogue)
    }

    fn packed(text: &str) -> Result<Self, serde_json::Error> {
        let Packed { text, index } = pack::pack(text)?;
        let listed = index.len() / RECORD;
        Ok(Self { text: Cow::Owned(text), index: Cow::Owned(index), rules: OnceLock::new(), listed })
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.index.len() / RECORD
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Names and entries as JSON, sorted by name without regard to case.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.len()).filter_map(|at| self.record(at)).filter(|(name, _)| *name != rules::KEY)
    }

    /// The entry by exactly this name.
    pub fn entry(&self, name: &str) -> Option<ModelPrice> {
        self.read(self.find(name, Case::Exact)?)
    }

    /// Rules for names that are not listed.
    fn rules(&self) -> &Rules {
        self.rules.get_or_init(|| self.rules_text().and_then(|text| Rules::read(text).ok()).unwrap_or_default())
    }

    fn rules_text(&self) -> Option<&str> {
        let (_, text) = self.record(self.find(rules::KEY, Case::Exact)?)?;
        Some(text)
    }

    /// Reads an entry, with what the rules add to its provider's entries. Entries were checked when the catalogue was
    /// made, the embedded ones by a test.
    fn read(&self, at: usize) -> Option<ModelPrice> {
        let (name, text) = self.record(at)?;
        if name == rules::KEY {
            return None;
        }
        if let Some(filled) = self.rules().filled(name, &Members::read(text).ok()?) {
            return ModelPrice::from_json(name, filled).ok();
        }
        let text = match &self.text {
            Cow::Borrowed(_) => Cow::Borrowed(embedded(at)?.1),
            Cow::Owned(_) => Cow::Owned(text.to_owned()),
        };
        ModelPrice::from_json(name, text).ok()
    }

    fn record(&self, at: usize) -> Option<(&str, &str)> {
        record(&self.text, &self.index, at)
    }

    /// Position of a name; with folded case an exact match still comes first.
    fn find(&self, name: &str, case: Case) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if fold(self.record(middle)?.0, name) == Ordering::Less {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let same =
            || (low..self.len()).take_while(|at| self.record(*at).is_some_and(|(known, _)| fold(known, name).is_eq()));
        let exact = same().find(|at| self.record(*at).is_some_and(|(known, _)| known == name));
        exact.or_else(|| same().next().filter(|_| case == Case::Folded))
    }
}

/// How names are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Exact,
    Folded,
}

fn embedded(at: usize) -> Option<(&'static str, &'static str)> {
    record(TEXT, INDEX, at)
}

fn record<'a>(text: &'a str, index: &[u8], at: usize) -> Option<(&'a str, &'a str)> {
    let offset = |word: usize| {
        let bytes: [u8; 4] = index.get(word * 4..word * 4 + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let (name, entry) = (offset(at * 2)?, offset(at * 2 + 1)?);
    let end = offset(at * 2 + 2).unwrap_or(text.len());
    Some((text.get(name..entry)?, text.get(entry..end)?))
}

fn fold(a: &str, b: &str) -> Ordering {
    a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalogue").field("entries", &self.len()).finish_non_exhaustive()
    }
}

const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/catalogue.txt"));
const INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.idx"));

/// Bytes of one entry in the index.
const RECORD: usize = 8;

/// Entries that a catalogue has at least.
const LEAST_ENTRIES: usize = 50;

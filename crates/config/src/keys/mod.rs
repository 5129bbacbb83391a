//! Every key of the configuration: its name, its type, and whether this build acts on it.
//!
//! One file per section, one line per key, sorted. To announce that a feature has landed, change a line's `inactive`
//! to `active`.

mod entry;
mod general;
mod info;
mod params;
mod prices;
mod root;
mod router;
mod rows;
mod settings;

pub(crate) use prices::{STRUCTURED as STRUCTURED_PRICES, is_price};
pub use root::ROOT;

/// A mapping of the configuration whose keys are known.
#[derive(Debug)]
pub struct Section {
    /// The path pattern of the mapping, such as `model_list[].litellm_params`; empty for the root.
    pub name: &'static str,
    /// The keys, in one or more sorted lists.
    pub keys: &'static [&'static [Key]],
    /// What to make of keys that are not listed.
    pub others: Others,
}

/// One known key, or a family of keys.
#[derive(Debug)]
pub struct Key {
    /// The name in its `litellm_` spelling; `*` stands for any text in a family's name.
    pub name: &'static str,
    /// What the value may be.
    pub kind: Kind,
    /// Whether this build acts on it. If not, its presence is worth a warning.
    pub active: bool,
}

/// What a value may be. A `null` is always "not given".
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// `true` or `false`; also the words `yes`, `no`, `on`, `off` with a warning.
    Bool,
    /// A whole number from 0; a number in quotes will do.
    Count,
    /// A number from 0; a number in quotes will do.
    Number,
    /// A price or factor from 0, kept as the decimal text it was written as.
    Price,
    /// Seconds from 0, whole or not, also in quotes.
    Seconds,
    /// Text; a number counts as its digits.
    Text,
    /// Text that is never shown.
    Secret,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of texts; a lone text is a list of one.
    Texts,
    /// A list of anything.
    List,
    /// A mapping of anything.
    Map,
    /// A list or a mapping.
    ListOrMap,
    /// A switch, or text such as a path.
    BoolOrText,
    /// Text, or a mapping.
    TextOrMap,
    /// Text, or a list of anything.
    TextOrList,
    /// A switch, or a list of anything.
    BoolOrList,
    /// A switch, or a mapping.
    BoolOrMap,
    /// Anything.
    Any,
    /// A request parameter: anything, a default for calls that do not set it.
    Param,
    /// A mapping whose keys are known.
    Section(&'static Section),
    /// A list of mappings whose keys are known.
    Rows(&'static Section),
    /// Accepted and without meaning here: switches of another runtime.
    Ignored,
    /// A path to Python code, which cannot run here; the text says what to use instead. An `http(s):` URL is accepted.
    Python(&'static str),
    /// Like [`Kind::Python`] for something the gateway can do without: a warning.
    IgnoredPython(&'static str),
}

/// What to make of keys that a [`Section`] does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// A warning.
    Warn,
    /// They belong to somebody else: a warning only when one looks like a misspelt known key.
    Forward,
    /// Names chosen by the operator.
    Keep,
}

impl Section {
    /// The key of that name, or the family it belongs to.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        let exact = self.keys.iter().find_map(|keys| {
            let at = keys.binary_search_by(|key| key.name.cmp(name)).ok()?;
            keys.get(at)
        });
        exact.or_else(|| self.all().find(|key| key.is_family() && matches_family(key.name, name)))
    }

    /// All its keys, without those of sections inside it.
    pub fn all(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().flat_map(|keys| keys.iter())
    }
}

impl Key {
    /// Whether the name stands for many keys.
    pub fn is_family(&self) -> bool {
        self.name.contains('*')
    }
}

/// All sections, parents before their children.
pub fn sections() -> Vec<&'static Section> {
    let mut found: Vec<&'static Section> = vec![&ROOT];
    let mut next = 0;
    while let Some(section) = found.get(next).copied() {
        next += 1;
        for key in section.all() {
            if let Kind::Section(inner) | Kind::Rows(inner) = key.kind
                && !found.iter().any(|known| known.name == inner.name)
            {
                found.push(inner);
            }
        }
    }
    found
}

/// The keys of `model_list[]`.
pub(crate) fn entry_section() -> &'static Section {
    &entry::ENTRY
}

/// The keys of `model_list[].litellm_params`.
pub(crate) fn params_section() -> &'static Section {
    &params::PARAMS
}

/// A key that this build acts on.
const fn active(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, active: true }
}

/// A key that is known, but that this build does not act on.
const fn inactive(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, active: false }
}

/// Whether `name` is of the family `pattern`, in which every `*` stands for some text.
fn matches_family(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    let Some(rest) = name.strip_prefix(head) else { return false };
    rest.char_indices().any(|(at, c)| rest.get(at + c.len_utf8()..).is_some_and(|rest| matches_family(tail, rest)))
}

#[cfg(test)]
mod tests;

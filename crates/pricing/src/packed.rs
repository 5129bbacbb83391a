//! A price table as one text: a line per model, sorted by lower-case name, with the offset of every line.
//!
//! Used by the build script for the embedded table and at run time for tables that are loaded.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A packed table.
pub(crate) struct Packed {
    /// `lower-case name \t JSON \n`, sorted.
    pub(crate) text: String,
    /// Offset of every line.
    pub(crate) starts: Vec<u32>,
}

/// Packs a JSON object of objects. Number texts are kept as they are. `None` if it is none, or larger than 4 GiB.
pub(crate) fn pack(table: &str) -> Option<Packed> {
    let entries: BTreeMap<String, Box<RawValue>> = serde_json::from_str(table).ok()?;
    let mut sorted: BTreeMap<String, &RawValue> = BTreeMap::new();
    for (name, entry) in &entries {
        if entry.get().starts_with('{') {
            sorted.insert(name.to_lowercase(), entry);
        }
    }
    let mut packed = Packed { text: String::with_capacity(table.len()), starts: Vec::with_capacity(sorted.len()) };
    for (name, entry) in sorted {
        packed.starts.push(u32::try_from(packed.text.len()).ok()?);
        packed.text.push_str(&name);
        packed.text.push('\t');
        minify(entry.get(), &mut packed.text);
        packed.text.push('\n');
    }
    Some(packed)
}

/// Copies JSON without the blanks between its tokens.
fn minify(json: &str, out: &mut String) {
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            out.push(c);
        } else if !c.is_ascii_whitespace() {
            quoted = c == '"';
            out.push(c);
        }
    }
}

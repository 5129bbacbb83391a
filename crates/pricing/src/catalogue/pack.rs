//! The packed form of a catalogue: all names and entries in one text, and where each begins.
//!
//! The text is `name entry name entry …`, sorted by name without regard to case. The index holds two little-endian
//! `u32` per entry: where its name begins and where its JSON begins. Shared by the build script, which packs the
//! embedded catalogue, and the library, which packs catalogues that an operator names.

use crate::members::Members;
use serde::de::Error as _;
use std::collections::BTreeMap;

/// A packed catalogue.
pub(crate) struct Packed {
    /// Names and entries.
    pub(crate) text: String,
    /// Offsets into the text.
    pub(crate) index: Vec<u8>,
}

/// Packs a catalogue in the public price file's format. Fails if it is no object of objects or larger than 4 GiB.
pub(crate) fn pack(text: &str) -> Result<Packed, serde_json::Error> {
    let entries = Members::read(text)?;
    let mut sorted = BTreeMap::new();
    for (name, entry) in &entries.0 {
        if name == SAMPLE {
            continue;
        }
        sorted.insert((name.to_ascii_lowercase(), name.as_ref()), minimal(&Members::read(entry.get())?));
    }
    let mut packed = Packed { text: String::with_capacity(text.len()), index: Vec::with_capacity(sorted.len() * 8) };
    for ((_, name), entry) in sorted {
        mark(&mut packed)?;
        packed.text.push_str(name);
        mark(&mut packed)?;
        packed.text.push_str(&entry);
    }
    Ok(packed)
}

fn mark(packed: &mut Packed) -> Result<(), serde_json::Error> {
    let here = u32::try_from(packed.text.len()).map_err(serde_json::Error::custom)?;
    packed.index.extend(here.to_le_bytes());
    Ok(())
}

/// An entry without spaces and without what nothing reads.
fn minimal(entry: &Members<'_>) -> String {
    let mut text = String::from("{");
    for (name, value) in entry.0.iter().filter(|(name, _)| !UNREAD.contains(&name.as_ref())) {
        if text.len() > 1 {
            text.push(',');
        }
        push_name(&mut text, name);
        text.push(':');
        push_minimal(&mut text, value.get());
    }
    text.push('}');
    text
}

/// Writes a member's name as JSON.
pub(crate) fn push_name(text: &mut String, name: &str) {
    text.push_str(&serde_json::Value::from(name).to_string());
}

/// Copies valid JSON without the spaces between its tokens; numbers keep their digits.
fn push_minimal(text: &mut String, json: &str) {
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c.is_ascii_whitespace() {
            continue;
        } else {
            quoted = c == '"';
        }
        text.push(c);
    }
}

/// The public file's first entry explains the format in words.
const SAMPLE: &str = "sample_spec";

/// Members that only people read.
const UNREAD: &[&str] = &["comment", "metadata", "source"];

//! Writing JSON by hand into a byte buffer: no tree, no intermediate string.

use bytes::{BufMut, BytesMut};
use serde::Serialize;

/// Writes a JSON string with its quotes.
pub(crate) fn string(text: &str, out: &mut BytesMut) {
    value(text, out);
}

/// Writes a string or `null`.
pub(crate) fn optional_string(text: Option<&str>, out: &mut BytesMut) {
    match text {
        Some(text) => string(text, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// Writes any serialisable value.
pub(crate) fn value<T: Serialize + ?Sized>(value: &T, out: &mut BytesMut) {
    // Writing into memory cannot fail, and strings, numbers and raw JSON always serialise.
    let _ = serde_json::to_writer(out.writer(), value);
}

/// Writes an object or an array member by member, with the commas between them.
#[derive(Debug)]
pub(crate) struct Commas {
    first: bool,
}

impl Commas {
    /// At the beginning of an object or an array.
    pub(crate) fn new() -> Self {
        Self { first: true }
    }

    /// Writes a comma unless this is the first.
    pub(crate) fn next(&mut self, out: &mut BytesMut) {
        if !self.first {
            out.extend_from_slice(b",");
        }
        self.first = false;
    }

    /// Writes the comma and a key that needs no escaping.
    pub(crate) fn key(&mut self, name: &str, out: &mut BytesMut) {
        self.next(out);
        out.extend_from_slice(b"\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
    }
}

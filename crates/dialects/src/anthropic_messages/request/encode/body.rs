//! The body in the making: members written one after the other, each at most once.

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

/// A JSON object that grows member by member.
pub(crate) struct Body {
    out: BytesMut,
    written: Vec<String>,
}

impl Body {
    /// An object without members.
    pub(crate) fn new() -> Self {
        let mut out = BytesMut::with_capacity(1024);
        out.extend_from_slice(b"{");
        Self { out, written: Vec::with_capacity(16) }
    }

    /// Writes a member unless one of that name stands there already; says whether it did.
    pub(crate) fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> bool {
        if self.written.iter().any(|written| written == name) {
            return false;
        }
        if !self.written.is_empty() {
            self.out.extend_from_slice(b",");
        }
        self.json(name);
        self.out.extend_from_slice(b":");
        self.json(value);
        self.written.push(name.to_owned());
        true
    }

    /// The object as bytes.
    pub(crate) fn finish(mut self) -> Bytes {
        self.out.extend_from_slice(b"}");
        self.out.freeze()
    }

    fn json<T: Serialize + ?Sized>(&mut self, value: &T) {
        // Memory takes every write, and all that is put here has string keys: this cannot fail.
        let _ = serde_json::to_writer((&mut self.out).writer(), value);
    }
}

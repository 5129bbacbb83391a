//! A JSON object in the making: members written one after the other, each at most once.

use crate::openai_chat::json;
use bytes::{Bytes, BytesMut};
use serde::Serialize;

/// An object that grows member by member.
#[derive(Debug)]
pub(super) struct Object {
    out: BytesMut,
    written: Vec<String>,
}

impl Object {
    /// Without members.
    pub(super) fn new() -> Self {
        Self { out: BytesMut::from(&b"{"[..]), written: Vec::with_capacity(8) }
    }

    /// Writes a member unless one of that name stands there already; says whether it did.
    pub(super) fn put<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> bool {
        let fresh = self.key(name);
        if fresh {
            json::value(value, &mut self.out);
        }
        fresh
    }

    /// Writes a member that is JSON already, under the same rule.
    pub(super) fn put_raw(&mut self, name: &str, raw: &[u8]) -> bool {
        let fresh = self.key(name);
        if fresh {
            self.out.extend_from_slice(raw);
        }
        fresh
    }

    /// Whether there is a member of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.written.iter().any(|written| written == name)
    }

    /// Whether there are no members.
    pub(super) fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// The object as bytes.
    pub(super) fn finish(mut self) -> Bytes {
        self.out.extend_from_slice(b"}");
        self.out.freeze()
    }

    fn key(&mut self, name: &str) -> bool {
        if self.has(name) {
            return false;
        }
        if !self.written.is_empty() {
            self.out.extend_from_slice(b",");
        }
        json::string(name, &mut self.out);
        self.out.extend_from_slice(b":");
        self.written.push(name.to_owned());
        true
    }
}

//! Writes events one after the other, numbered from 0 without gaps.

use crate::openai_chat::json;
use bytes::BytesMut;
use std::fmt::Write as _;

/// The number of the next event.
#[derive(Debug, Default)]
pub(super) struct Sequence(u64);

impl Sequence {
    /// The number of the next event.
    pub(super) const fn next(&self) -> u64 {
        self.0
    }

    /// Writes an event with the members that `members` writes, each followed by a comma.
    pub(super) fn event(&mut self, kind: &str, out: &mut BytesMut, members: impl FnOnce(&mut BytesMut)) {
        let _ = write!(out, "event: {kind}\ndata: {{\"type\":\"{kind}\",");
        members(out);
        self.close(out);
    }

    /// Writes an event that grows something: `head` is all that is the same each time, up to the growth.
    pub(super) fn growth(&mut self, head: &[u8], text: &str, out: &mut BytesMut) {
        out.extend_from_slice(head);
        json::string(text, out);
        out.extend_from_slice(b",");
        self.close(out);
    }

    fn close(&mut self, out: &mut BytesMut) {
        let _ = write!(out, "\"sequence_number\":{}}}\n\n", self.0);
        self.0 += 1;
    }
}

/// Where something stands in the output.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    /// Id of the item.
    pub(super) item_id: &'a str,
    /// Place of the item.
    pub(super) output_index: usize,
    /// Place of the piece within the item, with the name that it has there.
    pub(super) piece: Option<(&'static str, usize)>,
}

impl At<'_> {
    /// Writes the place, followed by a comma.
    pub(super) fn write(&self, out: &mut BytesMut) {
        out.extend_from_slice(br#""item_id":"#);
        json::string(self.item_id, out);
        let _ = write!(out, r#","output_index":{},"#, self.output_index);
        if let Some((name, index)) = self.piece {
            let _ = write!(out, r#""{name}":{index},"#);
        }
    }

    /// All of a growing event up to the growth.
    pub(super) fn head(&self, kind: &str) -> BytesMut {
        let mut head = BytesMut::with_capacity(160);
        let _ = write!(head, "event: {kind}\ndata: {{\"type\":\"{kind}\",");
        self.write(&mut head);
        if kind == "response.output_text.delta" {
            head.extend_from_slice(br#""logprobs":[],"#);
        }
        head.extend_from_slice(br#""delta":"#);
        head
    }
}

/// Writes a member that is a string, followed by a comma.
pub(super) fn text(name: &str, text: &str, out: &mut BytesMut) {
    let _ = write!(out, r#""{name}":"#);
    json::string(text, out);
    out.extend_from_slice(b",");
}

//! Editing bytes in place: ranges that are cut or replaced, written in one go.

use bytes::BytesMut;
use std::ops::Range;

/// Edits of one text.
#[derive(Debug, Default)]
pub(crate) struct Edits(Vec<(Range<usize>, Vec<u8>)>);

impl Edits {
    /// Replaces a range.
    pub(crate) fn replace(&mut self, range: Range<usize>, with: impl Into<Vec<u8>>) {
        self.0.push((range, with.into()));
    }

    /// Removes a range.
    pub(crate) fn cut(&mut self, range: Range<usize>) {
        self.replace(range, Vec::new());
    }

    /// Writes the edited text. Of edits that overlap the later one is left out.
    pub(crate) fn apply(mut self, text: &[u8], out: &mut BytesMut) {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut done = 0;
        for (range, with) in self.0 {
            let Some(between) = text.get(done..range.start) else { continue };
            out.extend_from_slice(between);
            out.extend_from_slice(&with);
            done = range.end;
        }
        out.extend_from_slice(text.get(done..).unwrap_or_default());
    }
}

//! Records that were written lately, kept in memory so that the shipper need not read them back and parse them.
//!
//! The file is the truth. What is missing here (after a restart, after a batch that failed, beyond the bound) is read
//! from there.

use super::segment::{Batch, SegmentId};
use std::collections::VecDeque;
use std::sync::Arc;
use tianji_core::CallRecord;

/// A record with its text and its place.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) segment: SegmentId,
    /// Where the record before it ends: between there and this one are only intents.
    pub(crate) after: u64,
    /// Where its frame ends.
    pub(crate) end: u64,
    pub(crate) record: Arc<CallRecord>,
    /// The record as JSON.
    pub(crate) text: String,
}

/// Records of one shard, in the order in which they were written.
#[derive(Debug, Default)]
pub(crate) struct Lately(VecDeque<Kept>);

impl Lately {
    /// Keeps a record, if there is room.
    pub(crate) fn keep(&mut self, kept: Kept) {
        if self.0.len() < MOST_KEPT && kept.text.len() <= MOST_TEXT {
            self.0.push_back(kept);
        }
    }

    /// Takes at most `most` records of a segment from an offset on; `None` if the next one is not here.
    pub(crate) fn take(&mut self, segment: SegmentId, from: u64, most: usize) -> Option<Batch> {
        self.pass(segment, from);
        let mut batch = Batch::at(from);
        while batch.records.len() < most
            && let Some(next) = self.0.front()
            && next.segment == segment
            && next.after <= batch.end
            && let Some(Kept { end, record, text, .. }) = self.0.pop_front()
        {
            batch.end = end;
            batch.records.push((record, text));
        }
        (batch.end > from).then_some(batch)
    }

    /// Up to where a segment must be read from its file: what follows is here.
    pub(crate) fn begins(&self, segment: SegmentId) -> Option<u64> {
        self.0.front().filter(|next| next.segment == segment).map(|next| next.after)
    }

    /// Drops what was shipped from the file. Segments are shipped in the order of their ids.
    fn pass(&mut self, segment: SegmentId, from: u64) {
        while let Some(next) = self.0.front()
            && (next.segment < segment || (next.segment == segment && next.end <= from))
        {
            self.0.pop_front();
        }
    }
}

/// Records kept per shard at most: what a busy second brings.
const MOST_KEPT: usize = 4096;
/// Longest text kept, in bytes.
const MOST_TEXT: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn kept(segment: u128, after: u64, end: u64) -> Kept {
        let record = Arc::new(CallRecord { overhead_us: end, ..CallRecord::default() });
        Kept { segment: Uuid::from_u128(segment), after, end, record, text: end.to_string() }
    }

    fn lately(list: &[(u128, u64, u64)]) -> Lately {
        let mut lately = Lately::default();
        list.iter().for_each(|(segment, after, end)| lately.keep(kept(*segment, *after, *end)));
        lately
    }

    fn take(lately: &mut Lately, segment: u128, from: u64, most: usize) -> Option<(u64, Vec<String>)> {
        let batch = lately.take(Uuid::from_u128(segment), from, most)?;
        Some((batch.end, batch.records.into_iter().map(|(_, text)| text).collect()))
    }

    #[test]
    fn takes_what_follows_without_a_gap() {
        // The record that ended at 40 was not kept.
        let mut lately = lately(&[(1, 0, 10), (1, 10, 20), (1, 40, 50), (2, 0, 10)]);
        assert_eq!(take(&mut lately, 1, 0, 1), Some((10, vec!["10".to_owned()])));
        // Past intents behind the record, as the shipper goes on.
        assert_eq!(take(&mut lately, 1, 15, 9), Some((20, vec!["20".to_owned()])));
        assert_eq!(take(&mut lately, 1, 20, 9), None);
        assert_eq!(lately.begins(Uuid::from_u128(1)), Some(40));
        assert_eq!(take(&mut lately, 1, 40, 9), Some((50, vec!["50".to_owned()])));
        assert_eq!(take(&mut lately, 2, 0, 9), Some((10, vec!["10".to_owned()])));
        assert_eq!(take(&mut lately, 2, 10, 9), None);
    }

    #[test]
    fn drops_what_came_from_the_file() {
        let mut lately = lately(&[(1, 0, 10), (1, 10, 20), (2, 0, 10), (2, 10, 30)]);
        assert_eq!(take(&mut lately, 2, 10, 9), Some((30, vec!["30".to_owned()])));
        assert_eq!(take(&mut lately, 2, 30, 9), None);
    }

    #[test]
    fn is_bounded() {
        let mut lately = Lately::default();
        (0..5000).for_each(|end| lately.keep(kept(1, end, end + 1)));
        lately.keep(Kept { text: "x".repeat(MOST_TEXT + 1), ..kept(1, 5000, 5001) });
        let all: Vec<Batch> = std::iter::from_fn(|| lately.take(Uuid::from_u128(1), 0, 9999)).collect();
        assert_eq!(all.iter().map(|batch| batch.records.len()).sum::<usize>(), MOST_KEPT);
        assert_eq!(all.first().unwrap().end, MOST_KEPT as u64);
    }
}

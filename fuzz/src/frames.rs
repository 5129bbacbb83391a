//! Streams of any bytes: the same frames however they are cut. The first byte is the size of the pieces.

use super::choice::cut;
use tianji_wire::event_stream::EventStreamSplitter;
use tianji_wire::{LineSplitter, Splitter, SseSplitter};

/// Frames depend on the bytes alone, and no frame is longer than allowed.
pub fn check(input: &[u8]) {
    let Some((size, stream)) = input.split_first() else { return };
    let size = usize::from(*size).max(1);
    let splitters: [fn(usize) -> Splitter; 3] = [
        |max| Splitter::Sse(SseSplitter::new(max)),
        |max| Splitter::Ndjson(LineSplitter::new(max)),
        |max| Splitter::EventStream(EventStreamSplitter::new(max)),
    ];
    for splitter in splitters {
        for max in [32, usize::MAX] {
            let whole = cut(splitter(max), stream, usize::MAX);
            assert_eq!(cut(splitter(max), stream, size), whole);
            assert!(whole.0.iter().all(|frame| frame.data.len() <= max));
        }
    }
}

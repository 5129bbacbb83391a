//! The buffer below the splitters: chunks waiting to be cut, and the start of a frame whose end has not come yet.
//!
//! A frame within one chunk is a slice of it. Only a frame that spans chunks is put together, and each of its bytes is
//! copied once (and again when the buffer doubles).

use bytes::{Buf, Bytes, BytesMut};
use std::collections::VecDeque;

/// Chunks in, frames out; where a frame ends is for the splitter to find in [`Feed::chunk`].
#[derive(Debug, Default)]
pub(crate) struct Feed {
    /// The current frame's bytes from earlier chunks.
    started: BytesMut,
    /// What follows; empty only when nothing waits.
    chunk: Bytes,
    waiting: VecDeque<Bytes>,
}

impl Feed {
    /// Adds a chunk.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        if self.chunk.is_empty() {
            self.chunk = chunk;
        } else if !chunk.is_empty() {
            self.waiting.push_back(chunk);
        }
    }

    /// What has not been searched yet; empty when there is nothing.
    pub(crate) fn chunk(&self) -> &[u8] {
        &self.chunk
    }

    /// Length of the current frame's part in earlier chunks, in bytes.
    pub(crate) fn started(&self) -> usize {
        self.started.len()
    }

    /// Takes the frame that ends after `end` bytes of the chunk.
    pub(crate) fn cut(&mut self, end: usize) -> Bytes {
        let end = end.min(self.chunk.len());
        if self.started.is_empty() {
            let frame = self.chunk.split_to(end);
            self.advance_if_empty();
            return frame;
        }
        self.started.extend_from_slice(self.chunk.get(..end).unwrap_or_default());
        self.skip(end);
        // Taken whole: a splitter should not keep a long frame's capacity for the short ones after it.
        std::mem::take(&mut self.started).freeze()
    }

    /// Counts the whole chunk to the current frame and goes on to the next one.
    pub(crate) fn keep(&mut self) {
        let chunk = std::mem::take(&mut self.chunk);
        if self.started.is_empty() {
            // No copy if the chunk is held by nobody else.
            self.started = BytesMut::from(chunk);
        } else {
            self.started.extend_from_slice(&chunk);
        }
        self.advance_if_empty();
    }

    /// Counts bytes that were skipped to the current frame after all.
    pub(crate) fn put_back(&mut self, skipped: &[u8]) {
        self.started.extend_from_slice(skipped);
    }

    /// Leaves out bytes of the chunk.
    pub(crate) fn skip(&mut self, count: usize) {
        self.chunk.advance(count.min(self.chunk.len()));
        self.advance_if_empty();
    }

    /// Takes all there is of the current frame, at the end of the stream.
    pub(crate) fn rest(&mut self) -> Bytes {
        while !self.chunk.is_empty() {
            self.keep();
        }
        std::mem::take(&mut self.started).freeze()
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn advance_if_empty(&mut self) {
        if self.chunk.is_empty()
            && let Some(next) = self.waiting.pop_front()
        {
            self.chunk = next;
        }
    }
}

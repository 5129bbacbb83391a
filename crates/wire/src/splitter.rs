//! One splitter for streams whose framing is known only when the reply is there.

use crate::event_stream::EventStreamSplitter;
use crate::{Frame, SseSplitter, WireError};
use bytes::Bytes;

/// Cuts a stream into frames in its own framing.
#[derive(Debug)]
pub enum Splitter {
    /// `text/event-stream`.
    Sse(SseSplitter),
    /// `application/vnd.amazon.eventstream`.
    EventStream(EventStreamSplitter),
}

impl Splitter {
    /// Adds a chunk, without looking at it.
    pub fn push(&mut self, chunk: Bytes) {
        match self {
            Self::Sse(splitter) => splitter.push(chunk),
            Self::EventStream(splitter) => splitter.push(chunk),
        }
    }

    /// The next whole frame; `None` until more is pushed.
    ///
    /// # Errors
    /// When the stream cannot be cut any further; the error stays.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, WireError> {
        match self {
            Self::Sse(splitter) => splitter.next_frame(),
            Self::EventStream(splitter) => splitter.next_frame(),
        }
    }

    /// After the last chunk: frames that were not taken yet, then `None`.
    ///
    /// # Errors
    /// As [`Splitter::next_frame`], and when the stream ends within a frame of known length.
    pub fn finish(&mut self) -> Result<Option<Frame>, WireError> {
        match self {
            Self::Sse(splitter) => splitter.finish(),
            Self::EventStream(splitter) => splitter.finish(),
        }
    }
}

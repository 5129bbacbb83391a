//! Newline-delimited JSON: one line, one frame.

use crate::WireError;
use crate::feed::Feed;
use bytes::Bytes;
use memchr::memchr;

/// Cuts a stream into lines, bounded. Lines come without their line end (LF or CRLF); blank ones are left out. A line
/// that lies within one chunk is never copied.
#[derive(Debug)]
pub struct LineSplitter {
    feed: Feed,
    max: usize,
    failed: bool,
}

impl Default for LineSplitter {
    /// Lines of at most 32 MiB.
    fn default() -> Self {
        Self::new(DEFAULT_MAX)
    }
}

impl LineSplitter {
    /// Lines of at most `max_line_bytes`, the line end included.
    pub fn new(max_line_bytes: usize) -> Self {
        Self { feed: Feed::default(), max: max_line_bytes, failed: false }
    }

    /// Adds a chunk, without looking at it.
    pub fn push(&mut self, chunk: Bytes) {
        if !self.failed {
            self.feed.push(chunk);
        }
    }

    /// The next whole line; `None` until more is pushed.
    ///
    /// # Errors
    /// When a line is longer than allowed. The stream cannot be read on then: the error stays.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, WireError> {
        while !self.feed.chunk().is_empty() {
            let Some(at) = memchr(b'\n', self.feed.chunk()) else {
                self.check(self.feed.started() + self.feed.chunk().len())?;
                self.feed.keep();
                continue;
            };
            self.check(self.feed.started() + at + 1)?;
            if let Some(line) = content(&self.feed.cut(at + 1)) {
                return Ok(Some(line));
            }
        }
        self.check(0).map(|()| None)
    }

    /// After the last chunk: whole lines that were not taken yet, then one that lacks its line end, then `None`.
    ///
    /// # Errors
    /// When a line is longer than allowed.
    pub fn finish(&mut self) -> Result<Option<Bytes>, WireError> {
        match self.next_frame()? {
            Some(line) => Ok(Some(line)),
            None => Ok(content(&self.feed.rest())),
        }
    }

    fn check(&mut self, length: usize) -> Result<(), WireError> {
        if length > self.max {
            self.failed = true;
            self.feed.clear();
        }
        if self.failed { Err(WireError::FrameTooLarge(self.max)) } else { Ok(()) }
    }
}

/// A line without its line end, if there is anything but blanks in it.
fn content(line: &Bytes) -> Option<Bytes> {
    let inner = line.strip_suffix(b"\n").unwrap_or(line);
    let inner = inner.strip_suffix(b"\r").unwrap_or(inner);
    if inner.trim_ascii().is_empty() { None } else { Some(line.slice(..inner.len())) }
}

/// As for events: the same payloads travel in both framings.
const DEFAULT_MAX: usize = 32 << 20;

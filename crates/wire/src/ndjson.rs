//! Newline-delimited JSON: one line, one frame.

use crate::WireError;
use bytes::{BufMut, Bytes, BytesMut};

/// Cuts a stream into lines, bounded. Blank lines are left out, a CR before the LF too.
#[derive(Debug)]
pub struct LineSplitter {
    carry: BytesMut,
    searched: usize,
    max: usize,
}

impl LineSplitter {
    /// Lines of at most `max` bytes.
    pub fn new(max: usize) -> Self {
        Self { carry: BytesMut::new(), searched: 0, max }
    }

    /// Adds a chunk.
    pub fn push(&mut self, chunk: Bytes) {
        self.carry.put_slice(&chunk);
    }

    /// The next whole line.
    ///
    /// # Errors
    /// When a line is longer than allowed.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, WireError> {
        loop {
            let rest = self.carry.get(self.searched..).unwrap_or_default();
            let Some(at) = memchr::memchr(b'\n', rest) else {
                self.searched = self.carry.len();
                let too_long = self.carry.len() > self.max;
                return if too_long { Err(WireError::FrameTooLarge(self.max)) } else { Ok(None) };
            };
            let line = trimmed(self.carry.split_to(self.searched + at + 1).freeze());
            self.searched = 0;
            if !line.is_empty() {
                return Ok(Some(line));
            }
        }
    }

    /// After the last chunk: whole lines first, then what is left.
    ///
    /// # Errors
    /// When a line is longer than allowed.
    pub fn finish(&mut self) -> Result<Option<Bytes>, WireError> {
        if let Some(line) = self.next_frame()? {
            return Ok(Some(line));
        }
        self.searched = 0;
        let line = trimmed(self.carry.split().freeze());
        Ok(Some(line).filter(|line| !line.is_empty()))
    }
}

fn trimmed(line: Bytes) -> Bytes {
    let length = line.trim_ascii_end().len();
    line.slice(..length)
}

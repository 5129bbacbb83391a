//! `text/event-stream` (WHATWG HTML, "Server-sent events"): cutting it into events and writing events.
//!
//! Lines may end in LF, CRLF or CR; events end in a blank line; the stream may be cut into chunks anywhere. An event
//! that lies within one chunk is never copied.

use crate::WireError;
use bytes::{BufMut, Bytes, BytesMut};
use memchr::memchr2;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseFrame {
    /// The bytes as received, the blank line that ends it included (but for an LF that was cut off its CR).
    pub raw: Bytes,
    /// The `event:` field.
    pub event: Option<Bytes>,
    /// The `data:` fields, joined by LF if there are several. Empty for comments, so that a pass-through may keep them.
    pub data: Bytes,
}

/// Cuts a stream into events, bounded.
#[derive(Debug)]
pub struct SseSplitter {
    /// The chunk that events are cut from without copying.
    chunk: Bytes,
    /// Used instead while an event spans chunks.
    carry: BytesMut,
    /// Start of the current line, relative to the event's start.
    line: usize,
    /// Up to where the current line was searched.
    searched: usize,
    max: usize,
    begun: bool,
    /// The last event ended in CR: an LF that follows belongs to it.
    skip_lf: bool,
}

impl Default for SseSplitter {
    /// Events of at most 32 MiB.
    fn default() -> Self {
        Self::new(32 << 20)
    }
}

impl SseSplitter {
    /// Events of at most `max` bytes.
    pub fn new(max: usize) -> Self {
        Self { chunk: Bytes::new(), carry: BytesMut::new(), line: 0, searched: 0, max, begun: false, skip_lf: false }
    }

    /// Adds a chunk.
    pub fn push(&mut self, chunk: Bytes) {
        if self.carry.is_empty() && self.chunk.is_empty() {
            self.chunk = chunk;
            return;
        }
        if self.carry.is_empty() {
            self.carry.put_slice(&self.chunk);
            self.chunk = Bytes::new();
        }
        self.carry.put_slice(&chunk);
    }

    /// The next whole event.
    ///
    /// # Errors
    /// When an event is longer than allowed.
    pub fn next_frame(&mut self) -> Result<Option<SseFrame>, WireError> {
        if !self.begin() {
            return Ok(None);
        }
        match self.find_end() {
            Some(end) => Ok(Some(parse(self.take(end)))),
            None if self.rest().len() > self.max => Err(WireError::FrameTooLarge(self.max)),
            None => Ok(None),
        }
    }

    /// After the last chunk: whole events first, then an unterminated one if it has a `data` or `event` field.
    ///
    /// # Errors
    /// When an event is longer than allowed.
    pub fn finish(&mut self) -> Result<Option<SseFrame>, WireError> {
        if let Some(frame) = self.next_frame()? {
            return Ok(Some(frame));
        }
        let end = self.rest().len();
        if end == 0 {
            return Ok(None);
        }
        let frame = parse(self.take(end));
        Ok(Some(frame).filter(|frame| !frame.data.is_empty() || frame.event.is_some()))
    }

    /// Leaves out what is no event's: a byte order mark at the start, the LF of a CRLF that was cut in two.
    fn begin(&mut self) -> bool {
        if self.skip_lf && !self.rest().is_empty() {
            self.skip_lf = false;
            if self.rest().first() == Some(&b'\n') {
                self.advance(1);
            }
        }
        if !self.begun {
            let rest = self.rest();
            if rest.len() < MARK.len() && MARK.starts_with(rest) {
                return false;
            }
            if rest.starts_with(MARK) {
                self.advance(MARK.len());
            }
            self.begun = true;
        }
        !self.rest().is_empty()
    }

    /// The end of the first event, its blank line included.
    fn find_end(&mut self) -> Option<usize> {
        let rest: &[u8] = if self.carry.is_empty() { &self.chunk } else { &self.carry };
        loop {
            let Some(found) = memchr2(b'\n', b'\r', rest.get(self.searched..)?) else {
                self.searched = rest.len();
                return None;
            };
            let at = self.searched + found;
            let blank = at == self.line;
            let after = if rest.get(at) == Some(&b'\n') {
                at + 1
            } else {
                match rest.get(at + 1) {
                    Some(b'\n') => at + 2,
                    Some(_) => at + 1,
                    None if blank => {
                        self.skip_lf = true;
                        at + 1
                    }
                    None => {
                        self.searched = at;
                        return None;
                    }
                }
            };
            self.line = after;
            self.searched = after;
            if blank {
                return Some(after);
            }
        }
    }

    fn take(&mut self, end: usize) -> Bytes {
        self.line = 0;
        self.searched = 0;
        if self.carry.is_empty() { self.chunk.split_to(end) } else { self.carry.split_to(end).freeze() }
    }

    fn advance(&mut self, count: usize) {
        drop(self.take(count));
    }

    fn rest(&self) -> &[u8] {
        if self.carry.is_empty() { &self.chunk } else { &self.carry }
    }
}

/// Reads the fields of an event.
fn parse(raw: Bytes) -> SseFrame {
    let mut event = None;
    let mut data: Option<(usize, usize)> = None;
    let mut joined: Option<BytesMut> = None;
    let mut start = 0;
    while start < raw.len() {
        let line_end = raw.get(start..).and_then(|rest| memchr2(b'\n', b'\r', rest)).map_or(raw.len(), |at| start + at);
        let line = raw.get(start..line_end).unwrap_or_default();
        match field(line) {
            (b"data", at) => {
                let span = (start + at, line_end);
                match (&mut joined, data) {
                    (Some(text), _) => join(text, &raw, span),
                    (None, Some(first)) => {
                        let mut text = BytesMut::from(raw.get(first.0..first.1).unwrap_or_default());
                        join(&mut text, &raw, span);
                        joined = Some(text);
                    }
                    (None, None) => data = Some(span),
                }
            }
            (b"event", at) => event = Some(raw.slice(start + at..line_end)),
            _ => {}
        }
        let crlf = raw.get(line_end..line_end + 2) == Some(b"\r\n");
        start = line_end + if crlf { 2 } else { 1 };
    }
    let data = match (joined, data) {
        (Some(text), _) => text.freeze(),
        (None, Some((from, to))) => raw.slice(from..to),
        (None, None) => Bytes::new(),
    };
    SseFrame { raw, event, data }
}

/// A line's field name and where its value begins: after the colon and one blank.
fn field(line: &[u8]) -> (&[u8], usize) {
    let Some(colon) = memchr::memchr(b':', line) else { return (line, line.len()) };
    let value = colon + 1 + usize::from(line.get(colon + 1) == Some(&b' '));
    (line.get(..colon).unwrap_or_default(), value)
}

fn join(text: &mut BytesMut, raw: &[u8], span: (usize, usize)) {
    text.put_u8(b'\n');
    text.put_slice(raw.get(span.0..span.1).unwrap_or_default());
}

/// Writes an event. `data` must hold no line breaks (JSON text never needs any).
pub fn write_event(out: &mut BytesMut, event: Option<&str>, data: &[u8]) {
    out.reserve(data.len() + 32);
    if let Some(event) = event {
        out.put_slice(b"event: ");
        out.put_slice(event.as_bytes());
        out.put_u8(b'\n');
    }
    out.put_slice(b"data: ");
    out.put_slice(data);
    out.put_slice(b"\n\n");
}

/// The byte order mark, which may open a stream and means nothing.
const MARK: &[u8] = b"\xEF\xBB\xBF";

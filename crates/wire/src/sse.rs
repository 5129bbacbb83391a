//! `text/event-stream` (WHATWG HTML Living Standard, "Server-sent events"): cutting it into events and writing events.
//!
//! Lines may end in LF, CRLF or CR; an event ends in a blank line; chunks may end anywhere. Which events come out, and
//! their raw bytes, depends on the stream's bytes alone and never on how it was cut into chunks.
//!
//! ```
//! use bytes::Bytes;
//! use tianji_wire::SseSplitter;
//! let mut splitter = SseSplitter::default();
//! splitter.push(Bytes::from_static(b"data: {\"a\":1}\n\nda"));
//! let event = splitter.next_frame()?.unwrap();
//! assert_eq!(event.data, "{\"a\":1}");
//! assert_eq!(splitter.next_frame()?, None);
//! # Ok::<(), tianji_wire::WireError>(())
//! ```

use crate::WireError;
use crate::feed::Feed;
use bytes::{BufMut, Bytes, BytesMut};
use memchr::{memchr, memchr2};

/// One event. Comment-only and empty events come as frames without `event` and `data`, so that a pass-through may
/// keep them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The event's bytes as received, the blank line that ends it included.
    ///
    /// All frames' raw bytes together are the stream, but for a byte order mark at its start and a tail without data.
    pub raw: Bytes,
    /// The `event:` field, if it is there and not empty; the last one counts.
    pub event: Option<Bytes>,
    /// The `data:` field: a slice of `raw`, or several joined by LF.
    pub data: Bytes,
}

/// Cuts a stream into events, bounded. An event that lies within one chunk is never copied.
#[derive(Debug)]
pub struct SseSplitter {
    feed: Feed,
    lines: Lines,
    /// How much of the byte order mark was seen; all of it once the stream has begun.
    marked: usize,
    max: usize,
    failed: bool,
}

impl Default for SseSplitter {
    /// Events of at most 32 MiB.
    fn default() -> Self {
        Self::new(DEFAULT_MAX)
    }
}

impl SseSplitter {
    /// Events of at most `max_frame_bytes`, the blank line included.
    pub fn new(max_frame_bytes: usize) -> Self {
        let (feed, lines) = (Feed::default(), Lines::default());
        Self { feed, lines, marked: 0, max: max_frame_bytes, failed: false }
    }

    /// Adds a chunk, without looking at it.
    pub fn push(&mut self, chunk: Bytes) {
        if !self.failed {
            self.feed.push(chunk);
        }
    }

    /// The next whole event; `None` until more is pushed.
    ///
    /// # Errors
    /// When an event is longer than allowed. The stream cannot be read on then: the error stays.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, WireError> {
        self.skip_mark();
        while !self.feed.chunk().is_empty() {
            match self.lines.event_end(self.feed.chunk()) {
                Some(end) => {
                    self.check(self.feed.started() + end)?;
                    return Ok(Some(read(self.feed.cut(end))));
                }
                None => {
                    self.check(self.feed.started() + self.feed.chunk().len())?;
                    self.feed.keep();
                }
            }
        }
        self.check(0).map(|()| None)
    }

    /// After the last chunk: whole events that were not taken yet, then an event that lacks its blank line, if it has
    /// data, then `None`. (The standard discards an unfinished event; some upstreams end a stream in one line break.)
    ///
    /// # Errors
    /// When an event is longer than allowed.
    pub fn finish(&mut self) -> Result<Option<Frame>, WireError> {
        if let Some(frame) = self.next_frame()? {
            return Ok(Some(frame));
        }
        let complete = std::mem::take(&mut self.lines).closing;
        let raw = self.feed.rest();
        Ok(Some(read(raw)).filter(|frame| complete || !frame.data.is_empty()))
    }

    fn check(&mut self, length: usize) -> Result<(), WireError> {
        if length > self.max {
            self.failed = true;
            self.feed.clear();
        }
        if self.failed { Err(WireError::FrameTooLarge(self.max)) } else { Ok(()) }
    }

    /// Leaves out a byte order mark at the start of the stream.
    fn skip_mark(&mut self) {
        while let Some(expected) = MARK.get(self.marked) {
            let Some(byte) = self.feed.chunk().first() else { return };
            if byte == expected {
                self.feed.skip(1);
                self.marked += 1;
                continue;
            }
            let seen = MARK.get(..self.marked).unwrap_or_default();
            self.lines.at_start = seen.is_empty();
            self.feed.put_back(seen);
            self.marked = MARK.len();
        }
    }
}

/// Where the lines of the current event stand, so that a search can go on in the next chunk.
#[derive(Debug)]
struct Lines {
    /// The current line is empty so far.
    at_start: bool,
    /// A CR came last: an LF that follows is part of the same line end.
    after_cr: bool,
    /// That CR ended a blank line: the event is over as soon as it is known whether an LF follows.
    closing: bool,
    /// The line before the current one ended in a CR without LF.
    bare_cr: bool,
}

impl Default for Lines {
    fn default() -> Self {
        Self { at_start: true, after_cr: false, closing: false, bare_cr: false }
    }
}

impl Lines {
    /// How many bytes of the chunk belong to the current event; `None` if it does not end here.
    fn event_end(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let rest = chunk.get(at..).filter(|rest| !rest.is_empty())?;
            if std::mem::take(&mut self.after_cr) {
                self.bare_cr = rest.first() != Some(&b'\n');
                at += usize::from(!self.bare_cr);
                if self.closing {
                    *self = Self::default();
                    return Some(at);
                }
                continue;
            }
            let Some(found) = memchr2(b'\n', b'\r', rest) else {
                self.at_start = false;
                return None;
            };
            let blank = self.at_start && found == 0;
            at += found + 1;
            self.at_start = true;
            if rest.get(found) == Some(&b'\n') {
                self.bare_cr = false;
                if blank {
                    return Some(at);
                }
            } else if blank && self.bare_cr {
                // Lines end in bare CRs here: waiting for an LF would hold the event back until the next one comes.
                // Should an LF follow all the same, it is an empty line that the next event begins with.
                *self = Self { after_cr: true, ..Self::default() };
                return Some(at);
            } else {
                self.after_cr = true;
                self.closing = blank;
            }
        }
    }
}

/// Reads the fields of an event.
fn read(raw: Bytes) -> Frame {
    let mut event = None;
    let mut data: Option<Bytes> = None;
    let mut joined = BytesMut::new();
    let mut start = 0;
    while let Some(rest) = raw.get(start..).filter(|rest| !rest.is_empty()) {
        let length = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (name, value) = field(rest.get(..length).unwrap_or_default());
        let value = start + value..start + length;
        match (name, &data) {
            (b"data", None) => data = Some(raw.slice(value)),
            (b"data", Some(first)) => {
                if joined.is_empty() {
                    joined.extend_from_slice(first);
                }
                joined.put_u8(b'\n');
                joined.extend_from_slice(raw.get(value).unwrap_or_default());
            }
            (b"event", _) => event = Some(raw.slice(value)).filter(|name| !name.is_empty()),
            _ => {}
        }
        start += length + 1;
    }
    let data = if joined.is_empty() { data.unwrap_or_default() } else { joined.freeze() };
    Frame { raw, event, data }
}

/// A line's field name, and where its value begins: after the colon and one space.
fn field(line: &[u8]) -> (&[u8], usize) {
    let Some(colon) = memchr(b':', line) else { return (line, line.len()) };
    let value = colon + 1 + usize::from(line.get(colon + 1) == Some(&b' '));
    (line.get(..colon).unwrap_or_default(), value)
}

/// Writes an event. Line breaks in `data` (JSON text never needs any) make several `data:` lines, which readers join
/// by LF again; `event` must hold none.
pub fn write_event(out: &mut BytesMut, event: Option<&str>, data: &[u8]) {
    out.reserve(data.len() + event.map_or(0, str::len) + FIELD_NAMES);
    if let Some(event) = event {
        out.put_slice(b"event: ");
        out.put_slice(event.as_bytes());
        out.put_u8(b'\n');
    }
    let mut rest = data;
    loop {
        let length = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (line, tail) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        out.put_slice(b"data: ");
        out.put_slice(line);
        out.put_u8(b'\n');
        rest = match tail {
            [] => break,
            [b'\r', b'\n', tail @ ..] | [_, tail @ ..] => tail,
        };
    }
    out.put_u8(b'\n');
}

/// The byte order mark, which may open a stream and means nothing (same standard, section "Parsing an event stream").
const MARK: &[u8] = b"\xEF\xBB\xBF";
/// Long enough for an image in one event, short enough for a hostile upstream.
const DEFAULT_MAX: usize = 32 << 20;
/// Length of `event: `, `data: ` and the line breaks.
const FIELD_NAMES: usize = 16;

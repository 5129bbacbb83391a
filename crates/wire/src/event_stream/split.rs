//! Cutting a stream into messages.

use super::headers::{Headers, MessageType};
use super::{CHECKSUM, PRELUDE};
use crate::feed::Feed;
use crate::{Frame, WireError};
use bytes::Bytes;

/// Cuts a stream into messages, bounded. A message that lies within one chunk is never copied.
///
/// A frame's `raw` is the whole message, its `data` the payload; its `event` is the `:event-type`, the
/// `:exception-type` or the `:error-code` ([`is_failure`] tells them apart). A failure without a payload has the words
/// of its `:error-message` as data.
#[derive(Debug)]
pub struct EventStreamSplitter {
    feed: Feed,
    /// As much of the current message's prelude as has come.
    prelude: [u8; PRELUDE],
    /// Length of the current message, once its prelude is here.
    length: Option<usize>,
    max: usize,
    failed: Option<WireError>,
}

impl Default for EventStreamSplitter {
    /// Messages of at most 32 MiB. (AWS allows payloads of 24 MiB.)
    fn default() -> Self {
        Self::new(DEFAULT_MAX)
    }
}

impl EventStreamSplitter {
    /// Messages of at most `max_frame_bytes`, everything included.
    pub fn new(max_frame_bytes: usize) -> Self {
        Self { feed: Feed::default(), prelude: [0; PRELUDE], length: None, max: max_frame_bytes, failed: None }
    }

    /// Adds a chunk, without looking at it.
    pub fn push(&mut self, chunk: Bytes) {
        if self.failed.is_none() {
            self.feed.push(chunk);
        }
    }

    /// The next whole message; `None` until more is pushed.
    ///
    /// # Errors
    /// When a message is longer than allowed, a checksum does not fit, or the message is malformed. The stream cannot
    /// be read on then: the error stays.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, WireError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let read = self.read();
        if let Err(error) = read {
            self.failed = Some(error);
            self.feed.clear();
        }
        read
    }

    /// After the last chunk: whole messages that were not taken yet, then `None`.
    ///
    /// # Errors
    /// As [`EventStreamSplitter::next_frame`], and when the stream ends within a message.
    pub fn finish(&mut self) -> Result<Option<Frame>, WireError> {
        match self.next_frame()? {
            None if !self.feed.rest().is_empty() => {
                let error = WireError::Corrupt("the stream ends within a message");
                self.failed = Some(error);
                Err(error)
            }
            frame => Ok(frame),
        }
    }

    fn read(&mut self) -> Result<Option<Frame>, WireError> {
        loop {
            let (started, here) = (self.feed.started(), self.feed.chunk().len());
            if here == 0 {
                return Ok(None);
            }
            let length = match self.length {
                Some(length) => length,
                None => {
                    let missing = self.prelude.get_mut(started..).unwrap_or_default();
                    let come = missing.len().min(here);
                    for (place, byte) in missing.iter_mut().zip(self.feed.chunk()) {
                        *place = *byte;
                    }
                    if started + come < PRELUDE {
                        self.feed.keep();
                        continue;
                    }
                    let length = self.check_prelude()?;
                    self.length = Some(length);
                    length
                }
            };
            if started + here < length {
                self.feed.keep();
                continue;
            }
            self.length = None;
            return message(self.feed.cut(length - started)).map(Some);
        }
    }

    /// The length of a message whose prelude is here.
    fn check_prelude(&self) -> Result<usize, WireError> {
        let [total, headers, checksum] = words(&self.prelude);
        if crc32fast::hash(self.prelude.get(..PRELUDE - CHECKSUM).unwrap_or_default()) != checksum {
            return Err(WireError::Corrupt("the checksum of a message's prelude does not fit"));
        }
        let (total, headers) = (total as usize, headers as usize);
        if total > self.max {
            return Err(WireError::FrameTooLarge(self.max));
        }
        if total < PRELUDE + CHECKSUM || headers > total - PRELUDE - CHECKSUM {
            return Err(WireError::Corrupt("the lengths of a message contradict each other"));
        }
        Ok(total)
    }
}

/// Whether a message, given whole, reports a failure (`exception` or `error`) instead of an event.
pub fn is_failure(raw: &[u8]) -> bool {
    let headers = header_range(raw).and_then(|range| Headers::read(raw, range));
    headers.is_some_and(|headers| headers.message_type(raw) != MessageType::Event)
}

/// Reads a message whose prelude is known to be sound.
fn message(raw: Bytes) -> Result<Frame, WireError> {
    let body = raw.len() - CHECKSUM;
    let checksum = raw.get(body..).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    if checksum != raw.get(..body).map(crc32fast::hash) {
        return Err(WireError::Corrupt("the checksum of a message does not fit"));
    }
    let malformed = WireError::Corrupt("the headers of a message are malformed");
    let range = header_range(&raw).ok_or(malformed)?;
    let headers = Headers::read(&raw, range.clone()).ok_or(malformed)?;
    let event = headers.name(&raw);
    let mut data = raw.slice(range.end..body);
    if data.is_empty() {
        data = headers.error_message(&raw).unwrap_or_default();
    }
    Ok(Frame { raw, event, data })
}

fn header_range(raw: &[u8]) -> Option<std::ops::Range<usize>> {
    let prelude: &[u8; PRELUDE] = raw.first_chunk()?;
    let [_, headers, _] = words(prelude);
    let end = PRELUDE.checked_add(headers as usize)?;
    (end + CHECKSUM <= raw.len()).then_some(PRELUDE..end)
}

/// The three numbers of a prelude.
fn words(prelude: &[u8; PRELUDE]) -> [u32; 3] {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *prelude;
    [[a, b, c, d], [e, f, g, h], [i, j, k, l]].map(u32::from_be_bytes)
}

/// As for events of `text/event-stream`: the same payloads travel in both framings.
const DEFAULT_MAX: usize = 32 << 20;

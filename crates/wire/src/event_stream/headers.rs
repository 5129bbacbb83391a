//! The headers of a message: a name, a type, a value.

use bytes::Bytes;
use std::ops::Range;

/// The headers that say what a message is, as ranges of the message.
#[derive(Debug, Default)]
pub(super) struct Headers {
    message_type: Option<Range<usize>>,
    event_type: Option<Range<usize>>,
    exception_type: Option<Range<usize>>,
    error_code: Option<Range<usize>>,
    error_message: Option<Range<usize>>,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessageType {
    /// An event.
    Event,
    /// A failure that the service's model knows.
    Exception,
    /// A failure of any other kind.
    Error,
}

impl Headers {
    /// Reads the headers that lie in a range of a message; `None` if they are malformed.
    pub(super) fn read(message: &[u8], range: Range<usize>) -> Option<Self> {
        let mut headers = Self::default();
        let mut at = range.start;
        while at < range.end {
            let (name, next) = sized(message, at, 1)?;
            let kind = *message.get(next)?;
            let (value, next) = value(message, next + 1, kind)?;
            if next > range.end {
                return None;
            }
            if kind == STRING
                && let Some(known) = headers.named(message.get(name)?)
            {
                *known = Some(value);
            }
            at = next;
        }
        Some(headers)
    }

    /// What the message is; an event unless it says otherwise.
    pub(super) fn message_type(&self, message: &[u8]) -> MessageType {
        let said = self.message_type.clone().and_then(|range| message.get(range));
        match said {
            Some(b"exception") => MessageType::Exception,
            Some(b"error") => MessageType::Error,
            _ => MessageType::Event,
        }
    }

    /// The name of the event or of the failure.
    pub(super) fn name(&self, message: &Bytes) -> Option<Bytes> {
        let range = match self.message_type(message) {
            MessageType::Event => self.event_type.clone(),
            MessageType::Exception => self.exception_type.clone(),
            MessageType::Error => self.error_code.clone(),
        };
        range.map(|range| message.slice(range)).filter(|name| !name.is_empty())
    }

    /// The words of a failure that has no payload.
    pub(super) fn error_message(&self, message: &Bytes) -> Option<Bytes> {
        self.error_message.clone().map(|range| message.slice(range))
    }

    fn named(&mut self, name: &[u8]) -> Option<&mut Option<Range<usize>>> {
        Some(match name {
            b":message-type" => &mut self.message_type,
            b":event-type" => &mut self.event_type,
            b":exception-type" => &mut self.exception_type,
            b":error-code" => &mut self.error_code,
            b":error-message" => &mut self.error_message,
            _ => return None,
        })
    }
}

/// A range behind its own length, which takes `width` bytes; and where the next thing begins.
fn sized(message: &[u8], at: usize, width: usize) -> Option<(Range<usize>, usize)> {
    let start = at + width;
    let length = message.get(at..start)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    let end = start + length;
    (end <= message.len()).then_some((start..end, end))
}

/// The value of a type, and where the next header begins.
fn value(message: &[u8], at: usize, kind: u8) -> Option<(Range<usize>, usize)> {
    let fixed = match kind {
        // true, false, byte, short, integer, long
        0 | 1 => 0,
        2 => 1,
        3 => 2,
        4 => 4,
        5 | TIMESTAMP => 8,
        BYTES | STRING => return sized(message, at, 2),
        UUID => 16,
        _ => return None,
    };
    Some((at..at + fixed, at + fixed))
}

const BYTES: u8 = 6;
/// The type of text.
pub(super) const STRING: u8 = 7;
const TIMESTAMP: u8 = 8;
const UUID: u8 = 9;

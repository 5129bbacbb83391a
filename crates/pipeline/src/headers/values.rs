//! Making header values, all of them slices of one piece of memory.

use bytes::BytesMut;
use http::HeaderValue;
use std::time::Instant;
use tianji_core::{Usd, write_digits};

/// Where values are written. Each method makes one; text that is no legal header value makes none.
pub(super) struct Values {
    room: BytesMut,
}

impl Values {
    pub(super) fn new() -> Self {
        Self { room: BytesMut::with_capacity(ROOM) }
    }

    pub(super) fn text(&mut self, text: &str) -> Option<HeaderValue> {
        self.room.extend_from_slice(text.as_bytes());
        self.written()
    }

    pub(super) fn count(&mut self, count: u64) -> Option<HeaderValue> {
        // Memory takes everything.
        let _ = write_digits(count, 1, &mut self.room);
        self.written()
    }

    pub(super) fn usd(&mut self, usd: Usd) -> Option<HeaderValue> {
        if usd == Usd::ZERO {
            return Some(NOTHING);
        }
        // Memory takes everything.
        let _ = usd.write_python(&mut self.room);
        self.written()
    }

    pub(super) fn millis(&mut self, since: Instant, until: Instant) -> Option<HeaderValue> {
        let micros = u64::try_from(until.saturating_duration_since(since).as_micros()).unwrap_or(u64::MAX);
        let _ = write_digits(micros / 1000, 1, &mut self.room);
        self.room.extend_from_slice(b".");
        let _ = write_digits(micros % 1000, 3, &mut self.room);
        self.written()
    }

    pub(super) fn uuid(&mut self, id: uuid::Uuid) -> Option<HeaderValue> {
        self.text(&*id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()))
    }

    fn written(&mut self) -> Option<HeaderValue> {
        HeaderValue::from_maybe_shared(self.room.split().freeze()).ok()
    }
}

/// No dollars.
pub(super) const NOTHING: HeaderValue = HeaderValue::from_static("0.0");
/// Bytes of all values of a reply, roughly.
const ROOM: usize = 384;

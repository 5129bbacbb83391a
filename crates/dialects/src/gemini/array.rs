//! Frames of a client's stream: server-sent events without a terminator, or the elements of one JSON array.

use super::error;
use bytes::BytesMut;
use tianji_core::Error;
use tianji_core::generate::ClientView;
use tianji_wire::write_event;

/// Writes frames in the framing that the client asked for.
#[derive(Debug)]
pub(super) struct Frames {
    array: bool,
    begun: bool,
}

impl Frames {
    /// Before the first frame.
    pub(super) const fn new(view: &ClientView) -> Self {
        Self { array: view.json_array, begun: false }
    }

    /// Whether frames are elements of an array.
    pub(super) const fn is_array(&self) -> bool {
        self.array
    }

    /// Writes a frame.
    pub(super) fn write(&mut self, json: &[u8], out: &mut BytesMut) {
        if !self.array {
            return write_event(out, None, json);
        }
        out.extend_from_slice(if self.begun { b",\r\n" } else { b"[" });
        out.extend_from_slice(json);
        self.begun = true;
    }

    /// Writes the end of a stream that ended well: events have none, an array is closed.
    pub(super) fn end(&mut self, out: &mut BytesMut) {
        if self.array {
            out.extend_from_slice(if self.begun { b"\r\n]" } else { b"[]" });
        }
    }

    /// Writes the frame that ends a stream that failed. An array is closed too, or nobody could read it.
    pub(super) fn fail(&mut self, error: &Error, out: &mut BytesMut) {
        self.write(&error::encode(error), out);
        self.end(out);
    }
}

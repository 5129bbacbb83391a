//! Frames of a stream that pass as they came.

use bytes::BytesMut;
use tianji_wire::{Frame, write_event};

/// Writes a frame as it came. One whose end was cut off is written anew.
pub(crate) fn pass(frame: &Frame, out: &mut BytesMut) {
    if frame.raw.ends_with(b"\n\n") || frame.raw.ends_with(b"\r\n\r\n") {
        return out.extend_from_slice(&frame.raw);
    }
    if !frame.data.is_empty() {
        write_anew(frame.event.as_deref().and_then(|event| std::str::from_utf8(event).ok()), &frame.data, out);
    }
}

/// Writes an event whose data may have come in several lines.
pub(crate) fn write_anew(event: Option<&str>, data: &[u8], out: &mut BytesMut) {
    if memchr::memchr2(b'\n', b'\r', data).is_none() {
        return write_event(out, event, data);
    }
    // Between the tokens of JSON a line break is as good as a space; within them there is none.
    let flat: Vec<u8> = data.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
    write_event(out, event, &flat);
}

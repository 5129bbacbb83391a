//! Writing a message.

use super::headers::STRING;
use super::{CHECKSUM, PRELUDE};
use bytes::{BufMut, BytesMut};

/// Writes a message with text headers. Names are cut at 255 bytes and values at 65 535, where the format ends; a payload
/// must be shorter than 4 GiB.
pub fn write_message(out: &mut BytesMut, headers: &[(&str, &str)], payload: &[u8]) {
    let start = out.len();
    out.reserve(PRELUDE + HEADERS + payload.len() + CHECKSUM);
    out.put_bytes(0, PRELUDE);
    for (name, value) in headers {
        let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
        out.put_u8(length);
        out.put_slice(name.as_bytes().get(..usize::from(length)).unwrap_or_default());
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        out.put_u8(STRING);
        out.put_u16(length);
        out.put_slice(value.as_bytes().get(..usize::from(length)).unwrap_or_default());
    }
    let headers = out.len() - start - PRELUDE;
    out.put_slice(payload);
    let total = out.len() - start + CHECKSUM;
    let lengths = [total, headers].map(|length| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    if let Some(prelude) = out.get_mut(start..start + PRELUDE) {
        let (places, checksum) = prelude.split_at_mut(PRELUDE - CHECKSUM);
        places.copy_from_slice(lengths.as_flattened());
        checksum.copy_from_slice(&crc32fast::hash(places).to_be_bytes());
    }
    let checksum = crc32fast::hash(out.get(start..).unwrap_or_default());
    out.put_u32(checksum);
}

/// Room for the headers that messages mostly have.
const HEADERS: usize = 96;

//! One record in a file: length, checksum, kind, JSON.

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A call will be sent.
    Intent = 1,
    /// A call has ended.
    Record = 2,
}

/// A frame read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) kind: Kind,
    pub(crate) payload: &'a [u8],
    /// Where the next frame begins.
    pub(crate) end: usize,
}

/// Appends a frame to a buffer.
pub(crate) fn write(out: &mut Vec<u8>, kind: Kind, payload: &[u8]) {
    let length = u32::try_from(payload.len() + 1).unwrap_or(u32::MAX);
    let mut sum = crc32fast::Hasher::new();
    sum.update(&[kind as u8]);
    sum.update(payload);
    out.reserve(payload.len() + HEAD + 1);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&sum.finalize().to_le_bytes());
    out.push(kind as u8);
    out.extend_from_slice(payload);
}

/// Reads the frame at an offset; `None` if there is no whole and undamaged one.
pub(crate) fn read(text: &[u8], at: usize) -> Option<Frame<'_>> {
    let head = text.get(at..at.checked_add(HEAD)?)?;
    let (length, sum) = head.split_at_checked(4)?;
    let length = usize::try_from(u32::from_le_bytes(length.try_into().ok()?)).ok()?;
    let sum = u32::from_le_bytes(sum.try_into().ok()?);
    let start = at + HEAD;
    let end = start.checked_add(length)?;
    let body = text.get(start..end)?;
    if crc32fast::hash(body) != sum {
        return None;
    }
    let (kind, payload) = body.split_first()?;
    let kind = match kind {
        1 => Kind::Intent,
        2 => Kind::Record,
        _ => return None,
    };
    Some(Frame { kind, payload, end })
}

/// Bytes before the kind.
const HEAD: usize = 8;

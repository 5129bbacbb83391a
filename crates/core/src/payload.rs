//! Bodies that need not be in memory: pieces of bytes and of files.

use bytes::Bytes;
use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

/// A file that was written to keep something out of memory. Whoever drops the last handle removes it.
pub trait Spooled: Debug + Send + Sync {
    /// Where it is.
    fn path(&self) -> &Path;
}

/// A piece of a body.
#[derive(Clone, Debug)]
pub enum Segment {
    /// Bytes in memory.
    Bytes(Bytes),
    /// A whole file of a known length.
    File(Arc<dyn Spooled>, u64),
}

impl Segment {
    /// Length in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, length) => *length,
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A body as pieces that were never copied together. Cheap to clone, so that it can be sent again.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    /// The pieces, in order.
    pub segments: Vec<Segment>,
}

impl Payload {
    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.segments.iter().map(Segment::len).sum()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes, if all of it is in memory in one piece.
    pub fn bytes(&self) -> Option<&Bytes> {
        match self.segments.as_slice() {
            [Segment::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }

    /// Adds a piece at the end.
    pub fn push(&mut self, bytes: impl Into<Bytes>) {
        self.segments.push(Segment::Bytes(bytes.into()));
    }
}

impl<T: Into<Bytes>> From<T> for Payload {
    fn from(bytes: T) -> Self {
        Self { segments: vec![Segment::Bytes(bytes.into())] }
    }
}

/// A file of a client's form.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Name of the form field.
    pub field: String,
    /// Name of the file, as the client gave it.
    pub filename: String,
    /// Its media type, if the client gave one.
    pub content_type: Option<String>,
    /// What is in it.
    pub content: Payload,
    /// Its first bytes, which say what it is, also where the content is on the disk.
    pub head: Bytes,
}

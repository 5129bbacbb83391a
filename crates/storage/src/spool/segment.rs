//! Segments: files of frames, named so that they sort by age, read back in batches.

use super::frame::{self, Kind};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tianji_core::CallRecord;
use uuid::Uuid;

/// A segment's name: time-ordered and unique for ever.
pub(crate) type SegmentId = Uuid;

/// A segment that nothing is appended to any more.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) id: SegmentId,
    pub(crate) path: PathBuf,
    /// Bytes that hold whole frames.
    pub(crate) length: u64,
    /// Where the last record ends; behind it are only intents.
    pub(crate) records_end: u64,
    /// Bytes that are known to be in the database.
    pub(crate) shipped: u64,
    /// Intents whose record has not come yet.
    pub(crate) open: u64,
}

impl Closed {
    pub(crate) fn readable(&self) -> Readable {
        Readable { path: self.path.clone(), length: self.length }
    }
}

/// What may be read of a segment.
#[derive(Debug)]
pub(crate) struct Readable {
    pub(crate) path: PathBuf,
    pub(crate) length: u64,
}

/// Records read from a segment.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) first: u64,
    /// Where to read on.
    pub(crate) end: u64,
    /// Records, each with its JSON text.
    pub(crate) records: Vec<(Arc<CallRecord>, String)>,
    /// Whole frames whose JSON is no record: counted, never shipped.
    pub(crate) unreadable: u64,
}

impl Batch {
    pub(crate) fn at(offset: u64) -> Self {
        Self { first: offset, end: offset, ..Self::default() }
    }
}

/// Reads at most `most` records from an offset on.
pub(crate) fn read(segment: &Readable, from: u64, most: usize) -> io::Result<Batch> {
    let mut batch = Batch::at(from);
    if from >= segment.length {
        return Ok(batch);
    }
    let mut file = File::open(&segment.path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut text = Vec::new();
    file.take((segment.length - from).min(MOST_READ)).read_to_end(&mut text)?;
    let mut at = 0;
    while batch.records.len() < most
        && let Some(frame) = frame::read(&text, at)
    {
        at = frame.end;
        if frame.kind == Kind::Record {
            match serde_json::from_slice(frame.payload) {
                Ok(record) => batch.records.push((record, String::from_utf8_lossy(frame.payload).into_owned())),
                Err(_) => batch.unreadable += 1,
            }
        }
    }
    batch.end = from + at as u64;
    Ok(batch)
}

/// Deletes finished segments from the front, so that a record outlives its intent's segment never.
pub(crate) fn delete_done(segments: &mut Vec<Closed>, bytes: &AtomicU64) {
    while let Some(oldest) = segments.first() {
        if oldest.shipped < oldest.length || oldest.open > 0 {
            return;
        }
        if let Err(cause) = std::fs::remove_file(&oldest.path) {
            tracing::warn!(%cause, path = %oldest.path.display(), "a shipped segment could not be deleted");
        }
        bytes.fetch_sub(oldest.length, Ordering::Relaxed);
        segments.remove(0);
    }
}

/// The path of a segment.
pub(crate) fn path(dir: &Path, id: SegmentId) -> PathBuf {
    dir.join(format!("{}.{EXTENSION}", id.simple()))
}

/// The id in a path, if it is a segment's.
pub(crate) fn id_of(path: &Path) -> Option<SegmentId> {
    if path.extension()? != EXTENSION {
        return None;
    }
    Uuid::try_parse(path.file_stem()?.to_str()?).ok()
}

const EXTENSION: &str = "spool";
/// Most bytes read at once; more than the longest record.
const MOST_READ: u64 = 4 << 20;

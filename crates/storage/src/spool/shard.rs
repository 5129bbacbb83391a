//! One stream of segments: where frames are appended.

use super::frame::{self, Kind};
use super::lately::{Kept, Lately};
use super::segment::{self, Batch, Closed, Readable, SegmentId};
use super::{SpoolError, SpoolOptions};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tianji_core::CallRecord;
use uuid::Uuid;

/// A shard.
#[derive(Debug)]
pub(crate) struct Shard {
    dir: PathBuf,
    segment_bytes: u64,
    current: Option<Current>,
    closed: Vec<Closed>,
    /// Intents without a record, by the segment they are in.
    open: BTreeMap<Uuid, SegmentId>,
    /// Frames that could not be written yet.
    waiting: Vec<u8>,
    /// The text of an intent, and a frame.
    scratch: (Vec<u8>, Vec<u8>),
    lately: Lately,
    bytes: Arc<AtomicU64>,
    dirty: bool,
}

/// Where a stretch of a segment is to be had.
#[derive(Debug)]
pub(crate) enum Source {
    Memory(Batch),
    File(Readable),
}

#[derive(Debug)]
struct Current {
    file: Arc<File>,
    segment: Closed,
    /// Up to where the file is laid out: frames overwrite zeros there.
    laid: u64,
}

impl Current {
    /// Writes behind the last frame. A write that fails leaves half a frame at most, which the next one overwrites.
    fn write(&mut self, frames: &[u8]) -> io::Result<()> {
        let at = self.segment.length;
        let end = at + frames.len() as u64;
        self.lay_out(end)?;
        self.file.write_all_at(frames, at)?;
        self.segment.length = end;
        Ok(())
    }

    /// Writes zeros ahead of the frames, many calls' worth at once. A file that grows with every frame makes the file
    /// system write down its new length every time that it is forced to the disk, which costs more than the frames.
    fn lay_out(&mut self, end: u64) -> io::Result<()> {
        while self.laid < end {
            self.file.write_all_at(&ZEROS, self.laid)?;
            self.laid += ZEROS.len() as u64;
        }
        Ok(())
    }
}

impl Shard {
    pub(crate) fn new(options: &SpoolOptions, bytes: Arc<AtomicU64>) -> Self {
        Self {
            dir: options.dir.clone(),
            segment_bytes: options.segment_bytes,
            current: None,
            closed: Vec::new(),
            open: BTreeMap::new(),
            waiting: Vec::new(),
            scratch: (Vec::new(), Vec::new()),
            lately: Lately::default(),
            bytes,
            dirty: false,
        }
    }

    pub(crate) fn append_intent(&mut self, call: &CallRecord) -> Result<(), SpoolError> {
        let mut text = std::mem::take(&mut self.scratch.0);
        text.clear();
        call.write_intent_json(&mut text);
        let appended = self.append(Kind::Intent, &text);
        self.scratch.0 = text;
        appended?;
        if let Some(current) = &mut self.current {
            current.segment.open += 1;
            self.open.insert(call.call_id, current.segment.id);
        }
        Ok(())
    }

    /// Appends a record and its JSON text.
    pub(crate) fn append_record(&mut self, record: &Arc<CallRecord>, text: Vec<u8>) -> Result<(), SpoolError> {
        let in_file = self.append(Kind::Record, &text)?;
        if let Some(current) = self.current.as_mut().filter(|_| in_file) {
            let segment = &mut current.segment;
            let after = std::mem::replace(&mut segment.records_end, segment.length);
            if let Ok(text) = String::from_utf8(text) {
                let record = Arc::clone(record);
                self.lately.keep(Kept { segment: segment.id, after, end: segment.length, record, text });
            }
        }
        if let Some(id) = self.open.remove(&record.call_id) {
            let current = self.current.as_mut().map(|current| &mut current.segment);
            if let Some(segment) = self.closed.iter_mut().chain(current).find(|segment| segment.id == id) {
                segment.open = segment.open.saturating_sub(1);
            }
        }
        Ok(())
    }

    /// Appends a frame: to the file, which is `true`, or to memory while the file takes nothing.
    fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<bool, SpoolError> {
        let mut frame = std::mem::take(&mut self.scratch.1);
        frame.clear();
        frame::write(&mut frame, kind, payload);
        let written = self.flush_waiting().and_then(|()| self.write(&frame));
        let outcome = match written {
            Ok(()) => Ok(true),
            Err(cause) if self.waiting.len() + frame.len() <= MOST_WAITING => {
                tracing::error!(%cause, "the spool cannot be written to; records wait in memory");
                self.waiting.extend_from_slice(&frame);
                Ok(false)
            }
            Err(_) => Err(SpoolError::Full),
        };
        self.scratch.1 = frame;
        outcome
    }

    fn flush_waiting(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let written = self.write(&waiting);
        match (&written, &mut self.current) {
            // Records may be among them, wherever they stand.
            (Ok(()), Some(current)) => current.segment.records_end = current.segment.length,
            _ => self.waiting = waiting,
        }
        written
    }

    fn write(&mut self, frames: &[u8]) -> io::Result<()> {
        if self.current.as_ref().is_some_and(|current| current.segment.length >= self.segment_bytes) {
            self.close_current();
        }
        if self.current.is_none() {
            self.begin()?;
        }
        let Some(current) = &mut self.current else { return Err(io::ErrorKind::NotFound.into()) };
        current.write(frames)?;
        self.bytes.fetch_add(frames.len() as u64, Ordering::Relaxed);
        self.dirty = true;
        Ok(())
    }

    fn begin(&mut self) -> io::Result<()> {
        let id = Uuid::now_v7();
        let path = segment::path(&self.dir, id);
        let file = OpenOptions::new().create_new(true).write(true).open(&path)?;
        let segment = Closed { id, path, length: 0, records_end: 0, shipped: 0, open: 0 };
        self.current = Some(Current { file: Arc::new(file), segment, laid: 0 });
        Ok(())
    }

    fn close_current(&mut self) {
        if let Some(current) = self.current.take() {
            if let Err(cause) = current.file.set_len(current.segment.length) {
                tracing::debug!(%cause, "the end of a segment could not be cut");
            }
            self.closed.push(current.segment);
        }
    }

    pub(crate) fn segments(&self) -> impl Iterator<Item = SegmentId> {
        let current = self.current.iter().map(|current| current.segment.id);
        self.closed.iter().map(|segment| segment.id).chain(current)
    }

    /// Where at most `most` records of a segment are, from an offset on; `None` if the segment is not of this shard.
    pub(crate) fn source(&mut self, id: SegmentId, from: u64, most: usize) -> Option<Source> {
        let current = self.current.iter().map(|current| &current.segment);
        let segment = self.closed.iter().chain(current).find(|segment| segment.id == id)?;
        if from >= segment.records_end {
            return Some(Source::Memory(Batch { end: segment.length.max(from), ..Batch::at(from) }));
        }
        if let Some(batch) = self.lately.take(id, from, most) {
            return Some(Source::Memory(batch));
        }
        let mut readable = segment.readable();
        readable.length = self.lately.begins(id).unwrap_or(readable.length).min(readable.length);
        Some(Source::File(readable))
    }

    pub(crate) fn shipped(&mut self, id: SegmentId, offset: u64) {
        let current = self.current.iter_mut().map(|current| &mut current.segment);
        if let Some(segment) = self.closed.iter_mut().chain(current).find(|segment| segment.id == id) {
            segment.shipped = offset;
        }
        segment::delete_done(&mut self.closed, &self.bytes);
    }

    /// The file, if something was written since the last time that this was asked.
    pub(crate) fn take_dirty(&mut self) -> Option<Arc<File>> {
        let dirty = std::mem::take(&mut self.dirty);
        self.current.as_ref().filter(|_| dirty).map(|current| Arc::clone(&current.file))
    }

    pub(crate) fn force(&self) -> io::Result<()> {
        self.current.as_ref().map_or(Ok(()), |current| current.file.sync_data())
    }
}

/// Most bytes that wait in memory per shard while the disk takes nothing.
const MOST_WAITING: usize = 32 << 20;
/// What a file is laid out with at a time.
static ZEROS: [u8; 128 << 10] = [0; 128 << 10];

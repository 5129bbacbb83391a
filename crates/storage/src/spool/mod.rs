//! The durable journal on the request path: append-only files, one record per write.
//!
//! A call leaves an [`Intent`] before it is sent to an upstream and its record when it ends. Both are whole writes into
//! the page cache, so they survive the end of the process (`kill -9`) from the moment the call returns; a thread of its
//! own makes them survive the end of the machine a tenth of a second later. Intent and record of a call are always in
//! the same shard, the record behind the intent, and segments of a shard are deleted oldest first: so a record is
//! never forgotten before its intent.

mod frame;
mod lately;
mod recover;
mod segment;
mod shard;
mod sync;

use self::recover::read_old;
use self::shard::{Shard, Source};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tianji_core::{CallRecord, CallStatus, Micros};
use uuid::Uuid;

pub(crate) use self::segment::{Batch, SegmentId};

/// How the spool is kept.
#[derive(Clone, Debug)]
pub struct SpoolOptions {
    /// Its folder.
    pub dir: PathBuf,
    /// Files written side by side; about one per thread.
    pub shards: usize,
    /// Most bytes of all files; above that calls are refused.
    pub max_bytes: u64,
    /// A file is closed and a new one begun at this length.
    pub segment_bytes: u64,
    /// When writes are forced to the disk.
    pub sync: SpoolSync,
}

/// When writes are forced to the disk. The end of the process alone loses nothing either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpoolSync {
    /// Every so often, by a thread of its own: a power cut loses at most so much.
    Interval(Duration),
    /// With every write: nothing is ever lost, and every call waits for the disk.
    Each,
}

impl SpoolOptions {
    /// The defaults in a folder: 8 GiB at most, segments of 16 MiB, forced to disk every 100 ms.
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            shards: 2,
            max_bytes: 8 << 30,
            segment_bytes: 16 << 20,
            sync: SpoolSync::Interval(Duration::from_millis(100)),
        }
    }
}

/// What a call looks like before it is sent: enough for a row if nothing else ever comes.
#[derive(Clone, Copy, Debug)]
pub struct Intent<'a>(&'a CallRecord);

impl<'a> Intent<'a> {
    /// The intent of a call whose record is being gathered.
    pub const fn of(record: &'a CallRecord) -> Self {
        Self(record)
    }
}

/// The record of a call that the process did not live to see end.
fn interrupted(intent: CallRecord, now: Micros) -> CallRecord {
    CallRecord {
        ended_at: now,
        status: CallStatus::Interrupted,
        error_message: Some("the gateway ended before the call did".to_owned()),
        ..intent
    }
}

/// Why a record could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The folder or a file in it cannot be used.
    #[error("the spool folder cannot be used")]
    Io(#[from] io::Error),
    /// Another process uses the folder.
    #[error("the spool folder is in use by another process")]
    Locked,
    /// There is no room left, on the disk or by configuration.
    #[error("the spool is full")]
    Full,
}

/// What was found at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Records that may not be in the database yet.
    pub pending: u64,
    /// Calls that had an intent and no record.
    pub interrupted: u64,
}

/// What waits to be shipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpoolStats {
    /// Records.
    pub records: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// The journal. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// At least one.
    shards: Vec<Mutex<Shard>>,
    /// Segments of earlier processes, oldest first.
    old: Mutex<Vec<segment::Closed>>,
    bytes: Arc<AtomicU64>,
    pending: AtomicU64,
    max_bytes: u64,
    sync: SpoolSync,
    _lock: std::fs::File,
    _syncer: Option<sync::Syncer>,
}

impl Spool {
    /// Opens the spool and reads what an earlier process left. Calls without a record become interrupted ones.
    ///
    /// # Errors
    /// When the folder cannot be used or another process uses it. Torn or damaged ends of files are cut, no error.
    pub fn open(options: SpoolOptions, now: Micros) -> Result<(Self, Recovered), SpoolError> {
        std::fs::create_dir_all(&options.dir)?;
        let lock = std::fs::File::create(options.dir.join("lock"))?;
        lock.try_lock().map_err(|_| SpoolError::Locked)?;
        let found = read_old(&options.dir)?;
        let bytes = Arc::new(AtomicU64::new(found.bytes));
        let mut shards = Vec::with_capacity(options.shards.max(1));
        for _ in 0..options.shards.max(1) {
            shards.push(Mutex::new(Shard::new(&options, Arc::clone(&bytes))));
        }
        let recovered =
            Recovered { pending: found.records + found.open.len() as u64, interrupted: found.open.len() as u64 };
        let syncer = match options.sync {
            SpoolSync::Interval(every) => Some(sync::Syncer::start(every)?),
            SpoolSync::Each => None,
        };
        let spool = Self(Arc::new(Inner {
            shards,
            old: Mutex::new(found.segments),
            bytes,
            pending: AtomicU64::new(found.records),
            max_bytes: options.max_bytes,
            sync: options.sync,
            _lock: lock,
            _syncer: syncer,
        }));
        if let Some(syncer) = &spool.0._syncer {
            syncer.watch(&spool.0);
        }
        for intent in found.open {
            spool.settle(&Arc::new(interrupted(intent, now)))?;
        }
        Ok((spool, recovered))
    }

    /// Writes down that a call will be sent.
    ///
    /// # Errors
    /// When there is no room, or the record cannot be kept even in memory.
    pub fn intent(&self, intent: Intent<'_>) -> Result<(), SpoolError> {
        if self.0.bytes.load(Ordering::Relaxed) > self.0.max_bytes {
            return Err(SpoolError::Full);
        }
        let mut shard = self.shard(&intent.0.call_id);
        shard.append_intent(intent.0)?;
        self.force(&shard)
    }

    /// Writes down how a call ended. Must be called once per call.
    ///
    /// # Errors
    /// When the record cannot be kept even in memory.
    pub fn settle(&self, record: &Arc<CallRecord>) -> Result<(), SpoolError> {
        let mut text = Vec::with_capacity(USUAL_TEXT);
        record.write_json(&mut text);
        let mut shard = self.shard(&record.call_id);
        shard.append_record(record, text)?;
        self.0.pending.fetch_add(1, Ordering::Relaxed);
        self.force(&shard)
    }

    /// What waits to be shipped.
    pub fn pending(&self) -> SpoolStats {
        SpoolStats { records: self.0.pending.load(Ordering::Relaxed), bytes: self.0.bytes.load(Ordering::Relaxed) }
    }

    /// Names of all segments that hold records, oldest first.
    pub(crate) fn segments(&self) -> Vec<SegmentId> {
        let mut ids: Vec<SegmentId> = lock(&self.0.old).iter().map(|segment| segment.id).collect();
        for shard in &self.0.shards {
            ids.extend(lock(shard).segments());
        }
        ids
    }

    /// Records of a segment from an offset on, at most `most`.
    pub(crate) fn read(&self, id: SegmentId, from: u64, most: usize) -> Result<Batch, SpoolError> {
        let closed = lock(&self.0.old).iter().find(|segment| segment.id == id).map(segment::Closed::readable);
        let source = match closed {
            Some(readable) => Some(Source::File(readable)),
            None => self.0.shards.iter().find_map(|shard| lock(shard).source(id, from, most)),
        };
        match source {
            Some(Source::Memory(batch)) => Ok(batch),
            Some(Source::File(readable)) => segment::read(&readable, from, most).map_err(SpoolError::Io),
            None => Ok(Batch::at(from)),
        }
    }

    /// Everything up to an offset is in the database. Deletes files that nobody needs any more.
    pub(crate) fn shipped(&self, id: SegmentId, offset: u64, records: u64) {
        let pending = &self.0.pending;
        let taken = pending.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| Some(n.saturating_sub(records)));
        debug_assert!(taken.is_ok());
        let mut old = lock(&self.0.old);
        if let Some(segment) = old.iter_mut().find(|segment| segment.id == id) {
            segment.shipped = offset;
        }
        segment::delete_done(&mut old, &self.0.bytes);
        drop(old);
        for shard in &self.0.shards {
            lock(shard).shipped(id, offset);
        }
    }

    fn shard(&self, call_id: &Uuid) -> MutexGuard<'_, Shard> {
        let spread = usize::try_from(call_id.as_u128() & 0xffff).unwrap_or(0);
        let place = spread % self.0.shards.len();
        #[expect(clippy::indexing_slicing, reason = "a remainder of the length is a place")]
        lock(&self.0.shards[place])
    }

    fn force(&self, shard: &Shard) -> Result<(), SpoolError> {
        if self.0.sync == SpoolSync::Each { shard.force().map_err(SpoolError::Io) } else { Ok(()) }
    }
}

/// Changes under these locks are complete at every step, so a panic elsewhere leaves them whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Room for a record's text.
const USUAL_TEXT: usize = 1024;

//! Reading what an earlier process left behind.

use super::SpoolError;
use super::frame::{self, Kind};
use super::segment::{self, Closed, SegmentId};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use tianji_core::CallRecord;
use uuid::Uuid;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) segments: Vec<Closed>,
    /// Intents without a record.
    pub(crate) open: Vec<CallRecord>,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

/// Only the id of a record is of interest here.
#[derive(Deserialize)]
struct Id {
    call_id: Uuid,
}

/// Reads all segments of a folder, oldest first. Whatever follows the last whole frame of a file is ignored.
pub(crate) fn read_old(dir: &Path) -> Result<Found, SpoolError> {
    let mut files: Vec<(SegmentId, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        files.extend(segment::id_of(&path).map(|id| (id, path)));
    }
    files.sort();
    let mut found = Found::default();
    let mut open: HashMap<Uuid, CallRecord> = HashMap::new();
    for (id, path) in files {
        let text = std::fs::read(&path)?;
        let mut at = 0;
        while let Some(frame) = frame::read(&text, at) {
            at = frame.end;
            let Ok(Id { call_id }) = serde_json::from_slice(frame.payload) else { continue };
            match frame.kind {
                Kind::Intent => drop(serde_json::from_slice(frame.payload).map(|intent| open.insert(call_id, intent))),
                Kind::Record => {
                    open.remove(&call_id);
                    found.records += 1;
                }
            }
        }
        let length = at as u64;
        found.bytes += length;
        // The interrupted calls get their records right after; no intent here stays open.
        found.segments.push(Closed { id, path, length, records_end: length, shipped: 0, open: 0 });
    }
    found.open = open.into_values().collect();
    Ok(found)
}

//! The spool: what was written is there after any end, once.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tianji_core::{CallRecord, CallStatus, Micros, Usd};
use tianji_storage::{
    CallQuery, DatabaseUrl, Intent, Recovered, Shipper, Spool, SpoolError, SpoolOptions, SpoolSync, Store, StoreOptions,
};
use uuid::Uuid;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("tianji-spool-{}", Uuid::now_v7().simple()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn open(dir: &Path) -> (Spool, Recovered) {
    let options = SpoolOptions { shards: 1, sync: SpoolSync::Each, ..SpoolOptions::new(dir.join("spool")) };
    Spool::open(options, Micros(99)).unwrap()
}

fn call(number: u128) -> Arc<CallRecord> {
    Arc::new(CallRecord {
        call_id: Uuid::from_u128(number),
        token: "t".into(),
        model_group: "m".into(),
        cost: Usd::from_nanos(7),
        started_at: Micros(1_795_314_585_000_000),
        ended_at: Micros(1_795_314_586_000_000),
        ..CallRecord::default()
    })
}

async fn store(dir: &Path) -> Store {
    let url = DatabaseUrl::Sqlite(dir.join("db"));
    let store = Store::open(&url, StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    store
}

async fn rows(store: &Store) -> BTreeMap<Uuid, CallStatus> {
    let query = CallQuery { limit: 10_000, ..CallQuery::default() };
    store.calls(&query).await.unwrap().into_iter().map(|call| (call.call_id, call.status)).collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir.join("spool")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|kind| kind == "spool")).collect();
    files.sort();
    files
}

#[tokio::test]
async fn records_arrive_once_and_shipped_files_go() {
    let folder = Folder::new();
    let store = store(&folder.0).await;
    let (spool, recovered) = open(&folder.0);
    assert_eq!(recovered, Recovered::default());
    for number in 0..2500 {
        spool.intent(Intent::of(&call(number))).unwrap();
        spool.settle(&call(number)).unwrap();
    }
    assert_eq!(spool.pending().records, 2500);
    let shipper = Shipper::new(spool.clone(), store.clone());
    assert_eq!(shipper.ship_all().await.unwrap(), 2500);
    assert_eq!(shipper.ship_all().await.unwrap(), 0);
    assert_eq!((rows(&store).await.len(), spool.pending().records), (2500, 0));
    assert_eq!(store.spent("key", "t", None).await.unwrap(), Usd::from_nanos(17_500));
    drop((shipper, spool));
    let (spool, recovered) = open(&folder.0);
    let shipper = Shipper::new(spool.clone(), store.clone());
    assert_eq!((recovered.interrupted, shipper.ship_all().await.unwrap()), (0, 0));
    assert_eq!((files(&folder.0).len(), spool.pending().bytes), (0, 0));
}

#[tokio::test]
async fn an_intent_without_a_record_becomes_an_interrupted_call() {
    let folder = Folder::new();
    let store = store(&folder.0).await;
    let (spool, _) = open(&folder.0);
    for number in 0..4 {
        spool.intent(Intent::of(&call(number))).unwrap();
    }
    spool.settle(&call(1)).unwrap();
    drop(spool);
    for _ in 0..2 {
        let (spool, _) = open(&folder.0);
        drop(spool);
    }
    let (spool, recovered) = open(&folder.0);
    assert_eq!(recovered, Recovered { pending: 4, interrupted: 0 });
    Shipper::new(spool, store.clone()).ship_all().await.unwrap();
    let found = rows(&store).await;
    let of = |number| found.get(&Uuid::from_u128(number)).copied();
    assert_eq!(
        (of(0), of(1), of(3)),
        (Some(CallStatus::Interrupted), Some(CallStatus::Success), Some(CallStatus::Interrupted))
    );
    assert_eq!(found.len(), 4);
}

#[tokio::test]
async fn a_crash_between_commit_and_deletion_changes_nothing() {
    let folder = Folder::new();
    let store = store(&folder.0).await;
    let (spool, _) = open(&folder.0);
    (0..10).for_each(|number| spool.settle(&call(number)).unwrap());
    let copies: Vec<(PathBuf, Vec<u8>)> =
        files(&folder.0).into_iter().map(|path| (path.clone(), frames(&path))).collect();
    Shipper::new(spool.clone(), store.clone()).ship_all().await.unwrap();
    (10..15).for_each(|number| spool.settle(&call(number)).unwrap());
    drop(spool);
    // What was shipped stands in the files again, as if nothing had been deleted.
    for (path, bytes) in copies {
        let tail = if path.exists() { frames(&path) } else { Vec::new() };
        std::fs::write(&path, if tail.len() > bytes.len() { tail } else { bytes }).unwrap();
    }
    let (spool, _) = open(&folder.0);
    Shipper::new(spool, store.clone()).ship_all().await.unwrap();
    assert_eq!(rows(&store).await.len(), 15);
    assert_eq!(store.spent("key", "t", None).await.unwrap(), Usd::from_nanos(105));
}

/// What was written to a file, without the zeros that it is laid out with.
fn frames(path: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(path).unwrap();
    bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
    bytes
}

#[test]
fn a_torn_end_at_any_byte_loses_the_last_record_only() {
    let folder = Folder::new();
    let (spool, _) = open(&folder.0);
    (0..3).for_each(|number| spool.settle(&call(number)).unwrap());
    let path = files(&folder.0)[0].clone();
    let whole = frames(&path);
    spool.settle(&call(3)).unwrap();
    let longer = frames(&path);
    drop(spool);
    for length in (whole.len()..longer.len()).step_by(7) {
        for zeros in [0, 1000] {
            std::fs::write(&path, [&longer[..length], &vec![0; zeros]].concat()).unwrap();
            let (_, recovered) = open(&folder.0);
            assert_eq!(recovered.pending, 3, "cut at {length}, zeros behind it: {zeros}");
        }
    }
    let mut damaged = longer;
    let last = damaged.len() - 5;
    damaged[last] ^= 1;
    std::fs::write(&path, damaged).unwrap();
    assert_eq!(open(&folder.0).1.pending, 3);
}

#[test]
fn one_process_at_a_time_and_a_full_spool_refuses() {
    let folder = Folder::new();
    let (first, _) = open(&folder.0);
    let again = Spool::open(SpoolOptions::new(folder.0.join("spool")), Micros(0));
    assert!(matches!(again, Err(SpoolError::Locked)));
    drop(first);
    let small = SpoolOptions { max_bytes: 100, shards: 1, ..SpoolOptions::new(folder.0.join("spool")) };
    let (spool, _) = Spool::open(small, Micros(0)).unwrap();
    spool.intent(Intent::of(&call(1))).unwrap();
    assert!(matches!(spool.intent(Intent::of(&call(2))), Err(SpoolError::Full)));
    spool.settle(&call(1)).unwrap();
}

#[tokio::test]
async fn threads_write_side_by_side() {
    let folder = Folder::new();
    let store = store(&folder.0).await;
    let every = SpoolSync::Interval(Duration::from_millis(1));
    let options =
        SpoolOptions { shards: 3, segment_bytes: 4096, sync: every, ..SpoolOptions::new(folder.0.join("spool")) };
    let (spool, _) = Spool::open(options, Micros(0)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4_u128 {
            let spool = &spool;
            scope.spawn(move || {
                for number in 0..200 {
                    let call = call(thread * 1000 + number);
                    spool.intent(Intent::of(&call)).unwrap();
                    spool.settle(&call).unwrap();
                }
            });
        }
    });
    Shipper::new(spool, store.clone()).ship_all().await.unwrap();
    assert_eq!(rows(&store).await.len(), 800);
}

/// More than is kept in memory, over many files, shipped in between: from memory or from a file, each arrives once.
#[tokio::test]
async fn memory_and_files_make_one_row_each() {
    let folder = Folder::new();
    let store = store(&folder.0).await;
    let every = SpoolSync::Interval(Duration::from_millis(50));
    let options =
        SpoolOptions { shards: 1, segment_bytes: 100_000, sync: every, ..SpoolOptions::new(folder.0.join("spool")) };
    let (spool, _) = Spool::open(options, Micros(0)).unwrap();
    let shipper = Shipper::new(spool.clone(), store.clone());
    let mut shipped = 0;
    for (numbers, open) in [(0..5000, 9000), (5000..5010, 9001), (5010..5011, 9002), (5011..5011, 9003)] {
        for number in numbers {
            spool.intent(Intent::of(&call(number))).unwrap();
            spool.settle(&call(number)).unwrap();
        }
        spool.intent(Intent::of(&call(open))).unwrap();
        shipped += shipper.ship_all().await.unwrap();
        assert_eq!(shipper.ship_all().await.unwrap(), 0);
    }
    (9000..9004).for_each(|open| spool.settle(&call(open)).unwrap());
    shipped += shipper.ship_all().await.unwrap();
    assert_eq!((shipped, rows(&store).await.len(), spool.pending().records), (5015, 5015, 0));
    assert_eq!((files(&folder.0).len(), store.spent("key", "t", None).await.unwrap()), (1, Usd::from_nanos(35_105)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever prefix of the file survives: every whole record is there, every other intent is interrupted, none twice.
    #[test]
    fn any_prefix_is_a_consistent_past(ends in prop::collection::vec(any::<bool>(), 1..12), cut in any::<prop::sample::Index>()) {
        let folder = Folder::new();
        let (spool, _) = open(&folder.0);
        for (number, ended) in ends.iter().enumerate() {
            let call = call(number as u128);
            spool.intent(Intent::of(&call)).unwrap();
            if *ended {
                spool.settle(&call).unwrap();
            }
        }
        drop(spool);
        let path = files(&folder.0)[0].clone();
        let bytes = frames(&path);
        std::fs::write(&path, &bytes[..cut.index(bytes.len() + 1)]).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (found, spent) = runtime.block_on(async {
            let store = store(&folder.0).await;
            let (spool, recovered) = open(&folder.0);
            let shipped = Shipper::new(spool, store.clone()).ship_all().await.unwrap();
            assert_eq!(shipped, recovered.pending);
            (rows(&store).await, store.spent("key", "t", None).await.unwrap())
        });
        let settled = found.values().filter(|status| **status == CallStatus::Success).count();
        prop_assert!(settled <= ends.iter().filter(|ended| **ended).count());
        prop_assert_eq!(spent.nanos(), settled as i64 * 7);
    }
}

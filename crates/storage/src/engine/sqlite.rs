//! Embedded SQLite: one thread that writes, one that reads, both fed through bounded channels.

mod insert;

use super::{Must, Row, Step, Value};
use crate::error::StoreError;
use rusqlite::{CachedStatement, Connection, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;
use tokio::sync::oneshot;

/// An open database file. It closes when the last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Sqlite(Arc<Threads>);

#[derive(Debug)]
struct Threads {
    writer: SyncSender<Job>,
    reader: SyncSender<Job>,
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

impl Sqlite {
    /// Opens or makes a database file.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let writer = connect(path)?;
        let reader = connect(path)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Self(Arc::new(Threads { writer: thread("sqlite-write", writer)?, reader: thread("sqlite-read", reader)? })))
    }

    pub(crate) async fn query(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        on(&self.0.reader, move |connection| query(connection, sql, &params)).await
    }

    pub(crate) async fn transaction(&self, steps: Vec<Step>) -> Result<bool, StoreError> {
        on(&self.0.writer, move |connection| transaction(connection, &steps)).await
    }

    /// Runs something with the writing connection, for migrations.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        on(&self.0.writer, work).await
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn thread(name: &str, mut connection: Connection) -> Result<SyncSender<Job>, StoreError> {
    let (sender, jobs) = mpsc::sync_channel::<Job>(QUEUE);
    std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        while let Ok(job) = jobs.recv() {
            job(&mut connection);
        }
    })?;
    Ok(sender)
}

/// Runs a job on a thread; a full queue is an error, not a wait.
async fn on<T: Send + 'static>(
    thread: &SyncSender<Job>,
    work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (reply, done) = oneshot::channel();
    let job: Job = Box::new(move |connection| drop(reply.send(work(connection))));
    thread.try_send(job).map_err(|_| StoreError::Closed)?;
    done.await.map_err(|_| StoreError::Closed)?
}

fn query(connection: &Connection, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let places = places(&statement);
    bind(&mut statement, &places, params)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let values: Result<Row, rusqlite::Error> =
            (0..width).map(|place| row.get_ref(place).map(Value::from)).collect();
        found.push(values?);
    }
    Ok(found)
}

fn transaction(connection: &mut Connection, steps: &[Step]) -> Result<bool, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for alike in steps.chunk_by(|one, next| std::ptr::eq(one.sql, next.sql)) {
        if !all(&transaction, alike)? {
            transaction.rollback()?;
            return Ok(false);
        }
    }
    transaction.commit()?;
    Ok(true)
}

/// Runs steps of one text, prepared once. `false`: one that must change something did not.
fn all(connection: &Connection, alike: &[Step]) -> Result<bool, StoreError> {
    let alike = insert::in_rows(connection, alike)?;
    let Some(first) = alike.first() else { return Ok(true) };
    let mut statement = connection.prepare_cached(first.sql)?;
    let places = places(&statement);
    for step in alike {
        bind(&mut statement, &places, &step.params)?;
        if statement.raw_execute()? == 0 && step.must == Must::Change {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Which parameter each place takes. `$n` is a name to SQLite, not a number, and stands at the place of its first
/// occurrence.
fn places(statement: &CachedStatement<'_>) -> Vec<Option<usize>> {
    let number = |place| statement.parameter_name(place)?.get(1..)?.parse::<usize>().ok()?.checked_sub(1);
    (1..=statement.parameter_count()).map(number).collect()
}

fn bind(
    statement: &mut CachedStatement<'_>,
    places: &[Option<usize>],
    params: &[Value],
) -> Result<(), rusqlite::Error> {
    for (place, number) in (1..).zip(places) {
        let value = number.and_then(|number| params.get(number)).unwrap_or(&Value::Null);
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

/// How long a writer of another process is waited for.
const BUSY: Duration = Duration::from_secs(5);
/// Pages kept in memory per connection.
const CACHE_KIB: i64 = 1024;
/// Pages in the write-ahead log before they are carried over: the more, the more rows a page has gathered by then.
const LOG_PAGES: i64 = 4000;
/// Prepared statements kept per connection.
const STATEMENTS: usize = 32;
/// Jobs that may wait per thread.
const QUEUE: usize = 4096;

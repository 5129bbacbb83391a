//! Why a store cannot do what it was asked.

/// A failed database operation.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The embedded database.
    #[error("the embedded database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// Postgres.
    #[error("the database failed")]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection to Postgres.
    #[error("no connection to the database")]
    Pool(#[from] deadpool_postgres::PoolError),
    /// The address of the database makes no sense.
    #[error("the database address is not usable: {0}")]
    Address(&'static str),
    /// The thread of the embedded database has ended.
    #[error("the embedded database is closed")]
    Closed,
    /// A file cannot be used.
    #[error("a file cannot be used")]
    Io(#[from] std::io::Error),
    /// A row holds something that was never written.
    #[error("the row of column {column} cannot be read")]
    Row {
        /// The column.
        column: &'static str,
    },
    /// An applied migration was changed afterwards.
    #[error("migration {name} was changed after it had been applied")]
    Changed {
        /// Its file name.
        name: &'static str,
    },
    /// Somebody else changed the row meanwhile.
    #[error("the row was changed by somebody else")]
    Conflict,
}

//! The two database engines behind one small interface: a query, and a transaction of statements.

mod postgres;
mod sqlite;
mod value;

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;
pub(crate) use value::{Row, Value, column};

use crate::error::StoreError;

/// One statement with its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) sql: &'static str,
    pub(crate) params: Vec<Value>,
    pub(crate) must: Must,
}

/// What must be true of a step for its transaction to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Must {
    /// Anything goes.
    Run,
    /// It changes at least one row; otherwise nothing of the transaction happens.
    Change,
}

impl Step {
    pub(crate) const fn run(sql: &'static str, params: Vec<Value>) -> Self {
        Self { sql, params, must: Must::Run }
    }

    pub(crate) const fn change(sql: &'static str, params: Vec<Value>) -> Self {
        Self { sql, params, must: Must::Change }
    }
}

/// An open database.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Engine {
    /// Rows of a query.
    pub(crate) async fn query(&self, sql: &'static str, params: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.query(sql, params).await,
            Self::Postgres(postgres) => postgres.query(sql, params).await,
        }
    }

    /// All steps or none. `false`: a step that must change something did not, and nothing happened.
    pub(crate) async fn transaction(&self, steps: Vec<Step>) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.transaction(steps).await,
            Self::Postgres(postgres) => postgres.transaction(steps).await,
        }
    }
}

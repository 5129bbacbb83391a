//! The database behind the gateway, whichever engine it is.

use crate::engine::{Engine, Postgres, Sqlite};
use crate::error::StoreError;
use crate::migrate::migrate;
use std::path::PathBuf;

/// Which database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of embedded SQLite.
    Sqlite(PathBuf),
    /// A Postgres address. Holds a password: never printed.
    Postgres(tianji_core::Secret),
}

impl DatabaseUrl {
    /// Reads `postgres://…`, `postgresql://…` or `sqlite://path`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(tianji_core::Secret::new(url)));
        }
        Err(StoreError::Address("it begins with none of postgres://, postgresql://, sqlite://"))
    }
}

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Most connections to Postgres.
    pub connections: usize,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { connections: 10 }
    }
}

/// Entities and the ledger. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) engine: Engine,
}

impl Store {
    /// Opens a database. Postgres is connected to at first use.
    ///
    /// # Errors
    /// When the file cannot be opened or the address makes no sense.
    pub async fn open(url: &DatabaseUrl, options: StoreOptions) -> Result<Self, StoreError> {
        let engine = match url {
            DatabaseUrl::Sqlite(path) => Engine::Sqlite(Sqlite::open(path)?),
            DatabaseUrl::Postgres(url) => Engine::Postgres(Postgres::open(url.expose(), options.connections)?),
        };
        Ok(Self { engine })
    }

    /// Brings the schema up to date. Safe to run from several processes at once.
    ///
    /// # Errors
    /// When a statement fails or an applied migration was changed.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        migrate(&self.engine).await
    }

    /// Name of the engine.
    pub const fn engine_name(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.engine.query("SELECT 1", Vec::new()).await.map(drop)
    }
}

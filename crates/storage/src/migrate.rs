//! Migrations: embedded, numbered, checked, applied once, under a lock.

use crate::engine::{Engine, Postgres, Sqlite};
use crate::error::StoreError;
use rusqlite::TransactionBehavior;
use sha2::{Digest, Sha256};

/// One migration.
struct Migration {
    version: i64,
    name: &'static str,
    text: &'static str,
}

/// All migrations in order.
const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "0001_keys_and_ledger.sql",
        text: include_str!("../../../migrations/0001_keys_and_ledger.sql"),
    },
    Migration { version: 2, name: "0002_responses.sql", text: include_str!("../../../migrations/0002_responses.sql") },
    Migration {
        version: 3,
        name: "0003_background_responses.sql",
        text: include_str!("../../../migrations/0003_background_responses.sql"),
    },
    Migration {
        version: 4,
        name: "0004_calls_by_user.sql",
        text: include_str!("../../../migrations/0004_calls_by_user.sql"),
    },
];

/// Brings a database to the present schema.
pub(crate) async fn migrate(engine: &Engine) -> Result<(), StoreError> {
    match engine {
        Engine::Sqlite(sqlite) => on_sqlite(sqlite).await,
        Engine::Postgres(postgres) => on_postgres(postgres).await,
    }
}

async fn on_sqlite(sqlite: &Sqlite) -> Result<(), StoreError> {
    sqlite
        .write(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(SCHEMA)?;
            for migration in MIGRATIONS {
                let applied = transaction
                    .query_row("SELECT sha256 FROM tj_schema WHERE version = ?1", [migration.version], |row| {
                        row.get::<_, String>(0)
                    })
                    .map(Some)
                    .or_else(|cause| match cause {
                        rusqlite::Error::QueryReturnedNoRows => Ok(None),
                        other => Err(other),
                    })?;
                if migration.is_due(applied.as_deref())? {
                    transaction.execute_batch(migration.text)?;
                    transaction.execute(
                        "INSERT INTO tj_schema (version, name, sha256) VALUES (?1, ?2, ?3)",
                        (migration.version, migration.name, migration.sum()),
                    )?;
                }
            }
            transaction.commit()?;
            Ok(())
        })
        .await
}

async fn on_postgres(postgres: &Postgres) -> Result<(), StoreError> {
    let mut connection = postgres.connection().await?;
    let transaction = connection.transaction().await?;
    // Released at the transaction's end, also through a pooler; replicas that start together wait here.
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    transaction.batch_execute(SCHEMA).await?;
    for migration in MIGRATIONS {
        let row =
            transaction.query_opt("SELECT sha256 FROM tj_schema WHERE version = $1", &[&migration.version]).await?;
        let applied: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
        if migration.is_due(applied.as_deref())? {
            transaction.batch_execute(migration.text).await?;
            transaction
                .execute(
                    "INSERT INTO tj_schema (version, name, sha256) VALUES ($1, $2, $3)",
                    &[&migration.version, &migration.name, &migration.sum()],
                )
                .await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

impl Migration {
    fn sum(&self) -> String {
        hex::encode(Sha256::digest(self.text.as_bytes()))
    }

    fn is_due(&self, applied: Option<&str>) -> Result<bool, StoreError> {
        match applied {
            None => Ok(true),
            Some(sum) if sum == self.sum() => Ok(false),
            Some(_) => Err(StoreError::Changed { name: self.name }),
        }
    }
}

/// The record of what was applied.
const SCHEMA: &str =
    "CREATE TABLE IF NOT EXISTS tj_schema (version BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL)";
/// Number of the advisory lock: the bytes of "tianji".
const LOCK: i64 = 0x7469_616e_6a69;

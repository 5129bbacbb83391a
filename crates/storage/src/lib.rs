//! Stores on SQLite and Postgres, migrations, the spend ledger.

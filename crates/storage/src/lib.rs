//! Stores on embedded SQLite and Postgres, and the way from a finished call to a ledger row.
//!
//! * [`Spool`]: append-only files on the request path. What is written there survives the process.
//! * [`Shipper`]: carries the spool's records into the database, each exactly once.
//! * [`Store`]: entities and the ledger; one SQL text for both engines.

mod calls;
mod engine;
mod error;
mod keys;
mod migrate;
mod responses;
mod shipper;
mod spend;
mod spool;
mod statements;
mod store;

pub use calls::{CallQuery, DaySpend};
pub use error::StoreError;
pub use keys::{KeyPage, KeyQuery};
pub use responses::StoredResponse;
pub use shipper::Shipper;
pub use spool::{Intent, Recovered, Spool, SpoolError, SpoolOptions, SpoolStats, SpoolSync};
pub use store::{DatabaseUrl, Store, StoreOptions};

//! The gateway's HTTP face: listeners, the route table, the live configuration, drain.
//!
//! One single-threaded runtime per core serves requests on a socket of its own (`SO_REUSEPORT`), so that a request
//! never changes threads. A further runtime runs what is not a request: the ledger's shipper, reloads, upkeep.

mod clock;
mod edge;
mod environment;
pub mod form;
mod gateway;
mod live;
mod openapi;
mod path;
mod prices;
mod reload;
mod respond;
mod routes;
mod server;
mod start;
mod tasks;

pub use clock::SystemClock;
pub use environment::ProcessSource;
pub use gateway::Gateway;
pub use start::{Options, StartError, run};

//! Development only: what the end-to-end tests need around the real binary. A programmable upstream plays the vendor,
//! a launcher starts, kills and restarts the gateway, and a plain blocking client plays the application. All three are
//! threads and sockets of the standard library, so that nothing of the gateway is tested with itself.
#![expect(clippy::expect_used, clippy::panic, reason = "development only: a test stops at the first surprise")]

mod client;
mod config;
mod folder;
mod gateway;
mod message;
mod reply;
mod upstream;
pub mod vendor;
mod wait;

pub use client::{Answer, Open, Request, open, send};
pub use config::{Config, MASTER_KEY};
pub use folder::Folder;
pub use gateway::{Gateway, Launch};
pub use message::Headers;
pub use reply::{Gate, Reply};
pub use upstream::{Exchange, Outcome, Recorded, Upstream};
pub use wait::{eventually, pause};

//! Outbound HTTP: connections that are kept per thread, TLS, and four deadlines on every call.
//!
//! ```no_run
//! # async fn example() -> Result<(), tianji_http::HttpError> {
//! use tianji_http::{Deadlines, HttpClient, OutBody};
//! let client = HttpClient::new(Default::default());
//! let request = http::Request::post("https://api.example.com/v1/x").body(OutBody::from("{}")).expect("valid");
//! let reply = client.send(request, &Deadlines::default()).await?;
//! let (head, body) = reply.into_parts();
//! let bytes = body.collect(1 << 20).await?;
//! # let _ = (head, bytes); Ok(()) }
//! ```
//!
//! Why not `hyper-util`'s pooled client: it keeps one pool for all threads and one HTTP/2 connection per origin. Here
//! a pool shard belongs to a thread, so that with one runtime per core a connection is driven where it is used.

mod authorities;
mod body;
mod client;
mod connect;
mod credentials;
mod deadlines;
mod error;
mod exchange;
mod fetch;
mod origin;
mod out_body;
mod pool;
mod proxy;
mod redirect;
mod shard;
mod tcp;

pub use authorities::{Authorities, AuthoritiesError};
pub use body::UpstreamBody;
pub use client::{HttpClient, HttpSettings};
pub use credentials::Credentials;
pub use deadlines::Deadlines;
pub use error::HttpError;
pub use exchange::{drive, drive_with};
pub use fetch::{FetchError, FetchSettings, Fetched, Fetcher};
pub use out_body::OutBody;
pub use proxy::ProxySettings;
pub use redirect::{FollowError, follow};
pub use tianji_core::egress;

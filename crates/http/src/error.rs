//! Why an outbound call failed.

use std::time::Duration;
use tianji_core::egress::EgressError;
use tianji_core::{Error, Kind};

/// A call that did not come to a whole reply.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address cannot be called.
    #[error("the address is not callable: {0}")]
    Address(String),
    /// Connecting, name resolution or TLS failed.
    #[error("connection to {origin} failed")]
    Connect {
        /// Scheme, host and port.
        origin: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The rules forbid the address.
    #[error("the address must not be called: {0}")]
    Egress(#[source] EgressError),
    /// No connection within the deadline.
    #[error("connection to {origin} timed out after {after:?}")]
    ConnectTimeout {
        /// Scheme, host and port.
        origin: String,
        /// The deadline.
        after: Duration,
    },
    /// No first byte of a reply within the deadline.
    #[error("no reply within {0:?}")]
    FirstByte(Duration),
    /// The reply stalled.
    #[error("the reply stalled for {0:?}")]
    Stalled(Duration),
    /// The whole call took too long.
    #[error("the call did not end within its time")]
    Total,
    /// The connection broke.
    #[error("the connection broke")]
    Broken(#[source] hyper::Error),
    /// The reply's compression could not be undone.
    #[error("the reply cannot be decoded: {0}")]
    Coding(String),
    /// The reply is longer than allowed.
    #[error("the reply is longer than {0} bytes")]
    TooLong(usize),
}

impl HttpError {
    /// As an error of the request path.
    pub fn into_error(self) -> Error {
        let (kind, message) = match &self {
            Self::Address(_) | Self::Egress(_) => (Kind::BadRequest, self.to_string()),
            Self::Connect { .. } | Self::Broken(_) => (Kind::Connection, format!("Connection error: {self}")),
            Self::TooLong(_) | Self::Coding(_) => (Kind::MalformedReply, self.to_string()),
            Self::ConnectTimeout { .. } | Self::FirstByte(_) | Self::Stalled(_) | Self::Total => {
                (Kind::Timeout, format!("Timeout Error: {self}"))
            }
        };
        Error::provider(kind, message).with_source(self)
    }
}

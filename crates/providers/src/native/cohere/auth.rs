//! A bearer key, and the form of streams: without `accept` the vendor may send lines of JSON instead of events (Cohere,
//! "Chat with Streaming").

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::outgoing::compat_authorise;
use crate::provider::Provider;
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};

pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    if operation == (Operation::Chat { stream: true }) {
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("text/event-stream"));
    }
    compat_authorise(provider, connection, operation, headers)
}

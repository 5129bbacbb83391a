//! The key, where there is one, and the media type of chat bodies.

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::outgoing::compat_authorise;
use crate::provider::Provider;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

/// Ollama does not look at the media type. The reference proxy sends its chat bodies as plain bytes, and rules of
/// proxies in between may have been written for that; what the entry says itself stays.
pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    if matches!(operation, Operation::Chat { .. }) && !connection.extra_headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    }
    compat_authorise(provider, connection, operation, headers)
}

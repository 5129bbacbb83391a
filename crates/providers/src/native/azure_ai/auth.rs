//! `api-key` on Microsoft's own hosts, a bearer key elsewhere.

use super::host::Host;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::outgoing::{compat_authorise, credential};
use crate::provider::Provider;
use http::{HeaderMap, HeaderName};

pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    match &connection.key {
        Some(key) if Host::of(&connection.base) != Host::Other => {
            credential(provider, headers, HeaderName::from_static("api-key"), key.expose())
        }
        _ => compat_authorise(provider, connection, operation, headers),
    }
}

//! Text completions stand below `/fim`.

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::outgoing::compat_uri;
use crate::provider::Provider;

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    match operation {
        Operation::TextCompletion { .. } => Ok(format!("{}/fim/completions", connection.base)),
        _ => compat_uri(provider, connection, operation, model),
    }
}

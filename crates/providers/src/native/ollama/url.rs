//! Its own paths below the base, and the OpenAI-compatible ones below `/v1` (Ollama docs, "OpenAI compatibility").

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
    if matches!(operation, Operation::Chat { .. }) {
        return compat_uri(provider, connection, operation, model);
    }
    let path = operation.conventional_path().ok_or_else(|| provider.not_offered(operation, model))?;
    Ok(format!("{}/v1{path}", connection.base))
}

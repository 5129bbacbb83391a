//! `/ml/v1/text/chat` and `/ml/v1/text/generation`, of a model or below `/ml/v1/deployments/{id}`; streams have endpoints
//! of their own.

use super::DEPLOYMENT;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let what = match operation {
        Operation::Chat { stream: false } => "chat",
        Operation::Chat { stream: true } => "chat_stream",
        Operation::TextCompletion { stream: false } => "generation",
        Operation::TextCompletion { stream: true } => "generation_stream",
        _ => return Err(provider.not_offered(operation, model)),
    };
    let place = match model.strip_prefix(DEPLOYMENT) {
        Some(id) => format!("deployments/{}/", utf8_percent_encode(id, NON_ALPHANUMERIC)),
        None => String::new(),
    };
    let version = utf8_percent_encode(connection.api_version.as_deref().unwrap_or_default(), IN_VERSION);
    Ok(format!("{}/ml/v1/{place}text/{what}?version={version}", connection.base))
}

/// Versions are dates.
const IN_VERSION: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

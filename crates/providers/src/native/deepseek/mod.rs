//! DeepSeek (DeepSeek API docs, "Your First API Call", "Anthropic API"): OpenAI's form, and Anthropic's beside it.

use super::{Folder, anthropic};
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::outgoing::{compat_authorise, credential};
use crate::provider::{Hooks, Provider};
use http::{HeaderMap, HeaderName};

pub(super) const FOLDER: Folder =
    Folder { name: "deepseek", row: include_str!("row.toml"), hooks: Hooks { authorise, ..Hooks::COMPAT } };

/// Anthropic's form takes the key as Anthropic does.
fn authorise(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    let key = connection.key.as_ref().filter(|_| matches!(operation, Operation::Messages { .. }));
    match key {
        Some(key) => {
            anthropic::default_version(headers);
            credential(provider, headers, HeaderName::from_static("x-api-key"), key.expose())
        }
        None => compat_authorise(provider, connection, operation, headers),
    }
}

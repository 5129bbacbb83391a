//! DeepSeek (DeepSeek API docs, "Your First API Call", "Anthropic API"): OpenAI's form, and Anthropic's beside it.

use super::{Folder, anthropic};
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::{EndpointKind, Operation};
use crate::outgoing::{compat_authorise, compat_uri, credential};
use crate::provider::{Hooks, Provider};
use crate::ways::{Way, compat_ways};
use http::{HeaderMap, HeaderName};
use tianji_core::DialectId;

pub(super) const FOLDER: Folder =
    Folder { name: "deepseek", row: include_str!("row.toml"), hooks: Hooks { uri, authorise, ways, ..Hooks::COMPAT } };

/// Anthropic's form stands beside the versions of OpenAI's.
fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    match operation {
        Operation::Messages { .. } => {
            let base = connection.base.as_str();
            let root = VERSIONS.iter().find_map(|version| base.strip_suffix(version)).unwrap_or(base);
            Ok(format!("{root}/anthropic/v1/messages"))
        }
        _ => compat_uri(provider, connection, operation, model),
    }
}

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

fn ways(provider: &Provider, model: &str) -> Vec<Way> {
    let mut ways = compat_ways(provider, model);
    ways.push(Way { dialect: DialectId::AnthropicMessages, kind: EndpointKind::Messages });
    ways
}

/// What a base may end in.
const VERSIONS: &[&str] = &["/anthropic/v1", "/anthropic", "/beta", "/v1"];

//! GitHub Copilot (GitHub, "GitHub Copilot" plans; the requests are those of Microsoft's open `vscode-copilot-chat`):
//! OpenAI's forms, and Anthropic's for Claude.

use super::{Folder, anthropic};
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::{EndpointKind, Operation};
use crate::outgoing::compat_uri;
use crate::provider::{Hooks, Provider};
use crate::ways::{Way, compat_ways};
use http::HeaderMap;
use tianji_core::DialectId;

pub(super) const FOLDER: Folder = Folder {
    name: "github_copilot",
    row: include_str!("row.toml"),
    hooks: Hooks { uri, authorise, client_headers, ways, ..Hooks::COMPAT },
};

fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    match operation {
        Operation::Messages { .. } => Ok(format!("{}/v1/messages", connection.base)),
        _ => compat_uri(provider, connection, operation, model),
    }
}

/// The token is put on later.
fn authorise(
    _: &Provider,
    _: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    if matches!(operation, Operation::Messages { .. }) {
        anthropic::default_version(headers);
    }
    Ok(())
}

/// Claude also answers in Anthropic's form, and has no Responses.
fn ways(provider: &Provider, model: &str) -> Vec<Way> {
    let mut ways = compat_ways(provider, model);
    if model.starts_with("claude-") {
        ways.retain(|way| way.kind != EndpointKind::Responses);
        ways.push(Way { dialect: DialectId::AnthropicMessages, kind: EndpointKind::Messages });
    }
    ways
}

/// Whether a user or an agent asks decides what a call costs; whether it holds pictures, which models may be asked. Both
/// are the client's to say.
fn client_headers(from_client: &HeaderMap, features: &[&str], headers: &mut HeaderMap) {
    for name in ["x-initiator", "copilot-vision-request"] {
        if let Some(value) = from_client.get(name) {
            headers.insert(name, value.clone());
        }
    }
    anthropic::betas_from_client(from_client, features, headers);
}

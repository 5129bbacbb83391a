//! SAP AI Core's orchestration service, version 2 (SAP Business Accelerator Hub, "Orchestration API v2"; `sap-ai-sdk-gen`
//! 7.4): a conversation as the template of a prompt, the model and its parameters as modules of a configuration.

mod auth;
mod body;
mod replies;

use super::Folder;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::{EndpointKind, Operation};
use crate::provider::{Hooks, Provider};
use replies::Orchestrated;

pub(super) const FOLDER: Folder = Folder {
    name: "sap",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri,
        authorise: auth::authorise,
        edit: Some(body::edit),
        replies: Some(|kind, minted| match kind {
            EndpointKind::Chat => Some(Box::new(Orchestrated::new(minted))),
            _ => None,
        }),
        ..Hooks::COMPAT
    },
};

/// Below the deployment: the entry's address is one, or the credential brings one.
fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    match operation {
        Operation::Chat { .. } => Ok(format!("{}/v2/completion", connection.base)),
        Operation::Embeddings => Ok(format!("{}/v2/embeddings", connection.base)),
        _ => Err(provider.not_offered(operation, model)),
    }
}

//! Baseten (Baseten, "Model APIs", "Call your model"): a shared endpoint for models by name, and an address of its own for
//! each deployed model, which is called by an id of eight characters.

use super::Folder;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::outgoing::compat_uri;
use crate::provider::{Hooks, Provider};

pub(super) const FOLDER: Folder =
    Folder { name: "baseten", row: include_str!("row.toml"), hooks: Hooks { uri, ..Hooks::COMPAT } };

/// A deployed model is asked at its own address, unless the entry says where.
fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let shared = provider.base_url.as_deref() == Some(connection.base.as_str());
    match operation {
        Operation::Chat { .. } if shared && is_deployed(model) => {
            Ok(format!("https://model-{model}.api.baseten.co/environments/production/sync/v1/chat/completions"))
        }
        _ => compat_uri(provider, connection, operation, model),
    }
}

/// Ids have eight letters and digits. The name becomes part of a host: nothing else may be in it.
fn is_deployed(model: &str) -> bool {
    model.len() == ID_LENGTH && model.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

const ID_LENGTH: usize = 8;

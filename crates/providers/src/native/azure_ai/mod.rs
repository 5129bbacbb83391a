//! Azure AI Foundry models (Microsoft Learn, "Azure AI Model Inference REST API reference").

mod auth;
mod host;
mod url;

use super::Folder;
use crate::provider::Hooks;

pub(super) const FOLDER: Folder = Folder {
    name: "azure_ai",
    row: include_str!("row.toml"),
    hooks: Hooks { uri: url::uri, authorise: auth::authorise, ..Hooks::COMPAT },
};

//! Anthropic (Anthropic, "API overview").

mod auth;
mod betas;
mod url;

pub(super) use betas::{default_version, from_client as betas_from_client};

use super::Folder;
use crate::provider::Hooks;

pub(super) const FOLDER: Folder = Folder {
    name: "anthropic",
    row: include_str!("row.toml"),
    hooks: Hooks { uri: url::uri, authorise: auth::authorise, client_headers: betas::from_client, ..Hooks::COMPAT },
};

//! Cohere, by the second version of its API (Cohere, "API reference").

mod auth;
mod url;

use super::Folder;
use crate::provider::Hooks;

pub(super) const FOLDER: Folder = Folder {
    name: "cohere",
    row: include_str!("row.toml"),
    hooks: Hooks { uri: url::uri, authorise: auth::authorise, ..Hooks::COMPAT },
};

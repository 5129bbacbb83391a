//! Predibase (Predibase, "REST API"; its servers are LoRAX): Hugging Face's text generation, by tenant and deployment.

mod body;
mod url;

use super::Folder;
use crate::provider::Hooks;

pub(super) const FOLDER: Folder = Folder {
    name: "predibase",
    row: include_str!("row.toml"),
    hooks: Hooks { uri: url::uri, edit: Some(body::edit), ..Hooks::COMPAT },
};

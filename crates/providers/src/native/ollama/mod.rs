//! Ollama (Ollama docs, "API"). Its chat is asked in its own dialect, because options such as `num_ctx` and `keep_alive`
//! do not reach a model through the OpenAI-compatible endpoint; everything else is asked through that.

mod auth;
mod url;

use super::Folder;
use crate::provider::Hooks;

pub(super) const FOLDER: Folder = Folder {
    name: "ollama",
    row: include_str!("row.toml"),
    hooks: Hooks { uri: url::uri, authorise: auth::authorise, ..Hooks::COMPAT },
};

//! Replicate (Replicate, "HTTP API reference"): a prediction is created, then asked for until it has ended, or its stream
//! is opened.

mod follow;
mod model;

pub(crate) use follow::address;
pub(crate) use model::version;

use super::Folder;
use crate::provider::Hooks;

pub(super) const FOLDER: Folder = Folder {
    name: "replicate",
    row: include_str!("row.toml"),
    hooks: Hooks { uri: model::uri, edit: Some(model::edit), follow: Some(follow::follow), ..Hooks::COMPAT },
};

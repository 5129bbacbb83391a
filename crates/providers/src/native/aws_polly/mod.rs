//! Amazon Polly (AWS, "Amazon Polly Developer Guide"): signed requests to the region's host.

mod auth;

use super::Folder;
use crate::provider::Hooks;

pub(super) const FOLDER: Folder = Folder {
    name: "aws_polly",
    row: include_str!("row.toml"),
    hooks: Hooks { uri: auth::uri, sign: auth::sign, ..Hooks::COMPAT },
};

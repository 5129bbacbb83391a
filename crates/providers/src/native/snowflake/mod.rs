//! Snowflake Cortex (Snowflake, "Cortex REST API").

mod auth;

use super::Folder;
use crate::provider::Hooks;

pub(super) const FOLDER: Folder = Folder {
    name: "snowflake",
    row: include_str!("row.toml"),
    hooks: Hooks { authorise: auth::authorise, ..Hooks::COMPAT },
};

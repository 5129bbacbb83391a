//! OpenAI (OpenAI, "API reference").

mod auth;
mod edit;
mod family;

pub(super) use edit::{edit_as, refuses_as};
pub(super) use family::Family;

use super::Folder;
use crate::provider::Hooks;

pub(super) const FOLDER: Folder = Folder {
    name: "openai",
    row: include_str!("row.toml"),
    hooks: Hooks {
        authorise: auth::authorise,
        edit: Some(|body, target, losses| {
            edit_as(Family::named(target), body, target, losses);
            Ok(())
        }),
        refuses: |target| refuses_as(Family::named(target), target),
        ..Hooks::COMPAT
    },
};

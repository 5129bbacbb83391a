//! OpenAI (OpenAI, "API reference").

mod auth;
mod edit;
mod family;

pub(super) use edit::{edit_as, refuses_as};
pub(super) use family::Family;

use super::Folder;
use crate::provider::Hooks;

/// The same vendor's text completions, for models (and compatible servers) that have nothing else.
pub(super) const TEXT: Folder = Folder {
    name: "text-completion-openai",
    row: include_str!("text.toml"),
    hooks: Hooks { authorise: auth::authorise, ..Hooks::COMPAT },
};

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

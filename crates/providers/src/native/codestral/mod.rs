//! Mistral's Codestral: chat as Mistral's other models have it, and text completions that fill in what stands between a
//! prompt and a suffix (Mistral, "API: FIM completion").

mod body;
mod replies;
mod url;

use super::Folder;
use crate::endpoint::EndpointKind;
use crate::provider::Hooks;
use replies::Filled;

pub(super) const FOLDER: Folder = Folder {
    name: "codestral",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri: url::uri,
        edit_text: Some(body::edit),
        replies: Some(|kind, _| match kind {
            EndpointKind::TextCompletion => Some(Box::new(Filled)),
            _ => None,
        }),
        ..Hooks::COMPAT
    },
};

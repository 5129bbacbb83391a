//! IBM watsonx.ai (IBM, "watsonx.ai API"): chat in OpenAI's form with a few names of its own, and text generation, the
//! older interface, as a provider of its own.

mod body;
mod generation;
mod replies;
mod url;

use super::Folder;
use crate::endpoint::EndpointKind;
use crate::provider::Hooks;
use replies::Generated;

pub(super) const FOLDER: Folder = Folder {
    name: "watsonx",
    row: include_str!("row.toml"),
    hooks: Hooks { uri: url::uri, edit: Some(body::edit), bind: Some(body::bind), ..Hooks::COMPAT },
};

/// Text generation.
pub(super) const TEXT: Folder = Folder {
    name: "watsonx_text",
    row: include_str!("text.toml"),
    hooks: Hooks {
        uri: url::uri,
        edit_text: Some(generation::edit),
        bind: Some(body::bind),
        replies: Some(|kind, minted| match kind {
            EndpointKind::TextCompletion => Some(Box::new(Generated::new(minted))),
            _ => None,
        }),
        ..Hooks::COMPAT
    },
};

/// Before the id of a model that the operator has deployed.
const DEPLOYMENT: &str = "deployment/";

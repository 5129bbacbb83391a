//! Azure OpenAI (Microsoft Learn, "Azure OpenAI in Azure AI Foundry Models REST API reference").

mod url;

use super::{Folder, openai};
use crate::provider::Hooks;

pub(in crate::native) use url::encoded;

/// The same vendor's text completions, for deployments that have nothing else.
pub(super) const TEXT: Folder =
    Folder { name: "azure_text", row: include_str!("text.toml"), hooks: Hooks { uri: url::uri, ..Hooks::COMPAT } };

pub(super) const FOLDER: Folder = Folder {
    name: "azure",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri: url::uri,
        edit: Some(|body, target, losses| {
            openai::edit_as(openai::Family::deployed(target), body, target, losses);
            Ok(())
        }),
        refuses: |target| openai::refuses_as(openai::Family::deployed(target), target),
        ..Hooks::COMPAT
    },
};

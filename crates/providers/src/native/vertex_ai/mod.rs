//! Vertex AI of Google Cloud: Gemini, and models of other publishers in their own dialects (Google Cloud, "Generative AI
//! on Vertex AI: Inference API", "Use Anthropic's Claude models", "Call MaaS APIs for open models").

mod edit;
mod family;
mod url;

use super::{Folder, anthropic};
use crate::provider::Hooks;
use family::Family;

pub(super) const FOLDER: Folder = Folder {
    name: "vertex_ai",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri: url::uri,
        edit: Some(edit::edit),
        edit_count: edit::edit_count,
        client_headers: anthropic::betas_from_client,
        dialect: |_, model| Some(Family::of(model).dialect()),
        ..Hooks::COMPAT
    },
};

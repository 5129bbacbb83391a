//! The Gemini API of Google AI Studio (Gemini API reference, "Generating content" and "Counting tokens").

mod url;

use super::Folder;
use crate::provider::Hooks;

pub(super) use url::{method, model_path};

pub(super) const FOLDER: Folder =
    Folder { name: "gemini", row: include_str!("row.toml"), hooks: Hooks { uri: url::uri, ..Hooks::COMPAT } };

//! Azure AI Foundry models (Microsoft Learn, "Azure AI Model Inference REST API reference").

mod auth;
mod family;
mod host;
mod url;

use super::{Folder, anthropic};
use crate::endpoint::EndpointKind;
use crate::kinds::{self, Translator};
use crate::provider::Hooks;
use family::Family;

pub(super) const FOLDER: Folder = Folder {
    name: "azure_ai",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri: url::uri,
        authorise: auth::authorise,
        client_headers: anthropic::betas_from_client,
        ways: |_, model| Family::of(model).ways(),
        translator,
        ..Hooks::COMPAT
    },
};

/// Document Intelligence (`doc-intelligence/prebuilt-layout`) beside Mistral's models.
fn translator(kind: EndpointKind, model: &str) -> Option<&'static dyn Translator> {
    let by_analysis = kind == EndpointKind::Ocr && model.starts_with("doc-intelligence/");
    by_analysis.then(|| kinds::named(kind, "document_intelligence")).flatten()
}

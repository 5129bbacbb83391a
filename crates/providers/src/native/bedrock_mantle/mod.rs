//! Amazon Bedrock's Mantle endpoint (Amazon Bedrock User Guide, "Responses API", "Endpoints supported by Amazon
//! Bedrock"): OpenAI's forms for most models, Anthropic's for Claude.

mod auth;
mod family;
mod url;

use super::{Folder, anthropic};
use crate::provider::Hooks;
use family::Family;

pub(super) const FOLDER: Folder = Folder {
    name: "bedrock_mantle",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri: url::uri,
        authorise: auth::authorise,
        sign: auth::sign,
        client_headers: anthropic::betas_from_client,
        ways: |_, model| Family::of(model).ways(),
        ..Hooks::COMPAT
    },
};

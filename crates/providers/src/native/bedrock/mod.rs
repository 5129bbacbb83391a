//! Amazon Bedrock Runtime (Amazon Bedrock User Guide, "Inference using Converse API" and "InvokeModel").
//!
//! All models answer to Converse. Claude models also answer to `InvokeModel` in Anthropic's own form, which is how a
//! client of that form reaches them, and how all clients do where the model's name begins with `invoke/`.

mod auth;
mod invoke;
mod model;
mod stream;
mod url;
mod ways;

pub(crate) use model::ModelName;

use super::Folder;
use crate::provider::Hooks;
use tianji_core::DialectId;

pub(super) const FOLDER: Folder = Folder {
    name: "bedrock",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri: url::uri,
        sign: auth::sign,
        ways: ways::ways,
        edit_messages: Some(invoke::edit),
        edit_count: invoke::edit_count,
        counts_in: DialectId::BedrockConverse,
        messages_stream: Some(stream::unwrap),
        ..Hooks::COMPAT
    },
};

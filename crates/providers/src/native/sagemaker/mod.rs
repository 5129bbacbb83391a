//! Amazon SageMaker endpoints (AWS, "Amazon SageMaker Runtime", "InvokeEndpoint" and
//! "InvokeEndpointWithResponseStream"). AWS says how a container is reached, the container what it takes: OpenAI's chat
//! (the "Messages API" of AWS's containers, and Nova's), or a prompt as Hugging Face's text generation has it.

mod auth;
mod nova;
mod stream;
mod url;

use super::Folder;
use crate::provider::Hooks;

/// Containers that take prompts.
pub(super) const FOLDER: Folder = Folder { name: "sagemaker", row: include_str!("row.toml"), hooks: HOOKS };

/// Containers that take OpenAI's chat.
pub(super) const CHAT: Folder = Folder { name: "sagemaker_chat", row: include_str!("chat.toml"), hooks: HOOKS };

/// Amazon's own Nova models.
pub(super) const NOVA: Folder =
    Folder { name: "sagemaker_nova", row: include_str!("nova.toml"), hooks: Hooks { edit: Some(nova::edit), ..HOOKS } };

const HOOKS: Hooks = Hooks {
    uri: url::uri,
    authorise: auth::authorise,
    sign: auth::sign,
    chat_stream: Some(stream::unwrap),
    ..Hooks::COMPAT
};

//! NLP Cloud's chatbot (`nlpcloud` 1.1, `Client.chatbot`): an input with a context and what was said before, answered
//! whole.

mod body;
mod follow;
mod replies;
mod url;

use super::Folder;
use crate::endpoint::EndpointKind;
use crate::provider::Hooks;
use replies::Answered;

pub(super) const FOLDER: Folder = Folder {
    name: "nlp_cloud",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri: url::uri,
        edit: Some(body::edit),
        follow: Some(follow::follow),
        replies: Some(|kind, minted| match kind {
            EndpointKind::Chat => Some(Box::new(Answered::new(minted))),
            _ => None,
        }),
        ..Hooks::COMPAT
    },
};

//! Oracle Cloud Infrastructure's Generative AI (Oracle, "Generative AI Service Inference API", version 20231130; models as
//! in Oracle's Python SDK): the generic format of chat, which all models but Cohere's have, and Cohere's.

mod auth;
mod body;
mod cohere;
mod generic;
mod messages;
mod replies;
mod url;

pub(crate) use body::serving_mode;

use super::Folder;
use crate::endpoint::EndpointKind;
use crate::provider::Hooks;
use replies::Chat;

pub(super) const FOLDER: Folder = Folder {
    name: "oci",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri: url::uri,
        authorise: |_, _, _, _| Ok(()),
        sign: auth::sign,
        edit: Some(body::edit),
        bind: Some(body::bind),
        replies: Some(|kind, minted| match kind {
            EndpointKind::Chat => Some(Box::new(Chat::new(minted))),
            _ => None,
        }),
        ..Hooks::COMPAT
    },
};

//! GigaChat (Sber developer documentation, "GigaChat API: chat completions"; models as in Sber's `gigachat` SDK): OpenAI's
//! form with functions where that has tools.

mod body;
mod history;
mod replies;

use super::Folder;
use crate::endpoint::EndpointKind;
use crate::provider::Hooks;
use replies::Functions;

pub(super) const FOLDER: Folder = Folder {
    name: "gigachat",
    row: include_str!("row.toml"),
    hooks: Hooks {
        edit: Some(body::edit),
        replies: Some(|kind, minted| match kind {
            EndpointKind::Chat => Some(Box::new(Functions::new(minted))),
            _ => None,
        }),
        ..Hooks::COMPAT
    },
};

/// Before the state of functions in the ids of tool calls, so that it finds its way back to the vendor.
const STATE: &str = "call_state_";

//! RAGFlow (RAGFlow, "HTTP API reference": "Create chat completion", "Create agent completion" of the OpenAI-compatible
//! API): a chat assistant or an agent has an address of its own, which the name of the model says:
//! `chat/{id}/{model}`, `agent/{id}/{model}`.

use super::Folder;
use crate::connection::{Connection, ConnectionError};
use crate::edit::EditError;
use crate::endpoint::Operation;
use crate::provider::{Hooks, Provider};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tianji_core::Losses;
use tianji_core::generate::Target;
use tianji_wire::RawObject;

pub(super) const FOLDER: Folder =
    Folder { name: "ragflow", row: include_str!("row.toml"), hooks: Hooks { uri, edit: Some(edit), ..Hooks::COMPAT } };

/// A name without a kind means a chat assistant.
fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let (way, id, _) = told(model);
    if !matches!(operation, Operation::Chat { .. }) || matches!(id, "" | "." | "..") {
        return Err(provider.not_offered(operation, model));
    }
    Ok(format!("{}/api/v1/{way}/{}/chat/completions", connection.base, utf8_percent_encode(id, ESCAPED)))
}

fn edit(body: &mut RawObject, target: &Target<'_>, _: &mut Losses) -> Result<(), EditError> {
    body.set("model", told(target.model).2);
    Ok(())
}

/// Path, id and model.
fn told(name: &str) -> (&'static str, &str, &str) {
    let (way, rest) = match name.split_once('/') {
        Some(("agent", rest)) => ("agents_openai", rest),
        Some(("chat", rest)) => ("chats_openai", rest),
        _ => ("chats_openai", name),
    };
    let (id, model) = rest.split_once('/').unwrap_or((rest, ANY_MODEL));
    (way, id, model)
}

/// The server takes any text where it has chosen the model itself.
const ANY_MODEL: &str = "model";
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

//! LangGraph's server (LangSmith, "Agent Server API": stateless runs; `langgraph-sdk`, `RunsClient`): a graph is run on
//! the messages of a conversation. The model's name is the assistant's.

mod body;
mod replies;
mod stream;

use super::Folder;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::{EndpointKind, Operation};
use crate::provider::{Hooks, Provider};
use replies::State;

pub(super) const FOLDER: Folder = Folder {
    name: "langgraph",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri,
        edit: Some(body::edit),
        replies: Some(|kind, minted| match kind {
            EndpointKind::Chat => Some(Box::new(State::new(minted))),
            _ => None,
        }),
        chat_stream: Some(stream::events),
        ..Hooks::COMPAT
    },
};

/// A run that is waited for, or watched.
fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let way = match operation {
        Operation::Chat { stream: false } => "wait",
        Operation::Chat { stream: true } => "stream",
        _ => return Err(provider.not_offered(operation, model)),
    };
    Ok(format!("{}/runs/{way}", connection.base))
}

//! Amazon Textract (AWS, "Amazon Textract Developer Guide"): signed requests to the region's host.

use super::Folder;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::{Hooks, Provider};
use crate::sign::{Unsigned, aws};
use tianji_core::{Credential, Error};

pub(super) const FOLDER: Folder =
    Folder { name: "aws_textract", row: include_str!("row.toml"), hooks: Hooks { uri, sign, ..Hooks::COMPAT } };

fn uri(provider: &Provider, connection: &Connection, _: Operation, _: &str) -> Result<String, ConnectionError> {
    if !connection.base.is_empty() {
        return Ok(format!("{}/", connection.base));
    }
    let region = connection.region.as_deref().unwrap_or(DEFAULT_REGION);
    // It becomes part of the host: nothing in it may end the host's name.
    if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        let reason = "follows from a region, and the one that is set is no name of a region";
        return Err(ConnectionError::InvalidBase { provider: provider.name.clone(), reason });
    }
    Ok(format!("https://textract.{region}.amazonaws.com/"))
}

fn sign(connection: &Connection, credential: &Credential, request: Unsigned<'_>) -> Result<(), Error> {
    let host = request.uri.host().and_then(|host| host.strip_prefix("textract.")?.strip_suffix(".amazonaws.com"));
    let region = connection.region.as_deref().or(host).unwrap_or(DEFAULT_REGION).to_owned();
    aws(credential, request, &region, "textract")
}

/// The reference proxy's region where nothing says one.
const DEFAULT_REGION: &str = "us-west-2";

//! The region, which is part of the address and of the signature (AWS, "Signature Version 4"; "Amazon Polly endpoints
//! and quotas").

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;
use crate::sign::{Unsigned, aws};
use tianji_core::{Credential, Error};

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    _: Operation,
    _: &str,
) -> Result<String, ConnectionError> {
    if !connection.base.is_empty() {
        return Ok(format!("{}/v1/speech", connection.base));
    }
    let region = connection.region.as_deref().unwrap_or(DEFAULT_REGION);
    // It becomes part of the host: nothing in it may end the host's name.
    if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        let reason = "follows from a region, and the one that is set is no name of a region";
        return Err(ConnectionError::InvalidBase { provider: provider.name.clone(), reason });
    }
    Ok(format!("https://polly.{region}.amazonaws.com/v1/speech"))
}

pub(super) fn sign(connection: &Connection, credential: &Credential, request: Unsigned<'_>) -> Result<(), Error> {
    let host = request.uri.host().and_then(|host| host.strip_prefix("polly.")?.strip_suffix(".amazonaws.com"));
    let region = connection.region.as_deref().or(host).unwrap_or(DEFAULT_REGION).to_owned();
    aws(credential, request, &region, "polly")
}

/// The reference proxy's region where nothing says one.
const DEFAULT_REGION: &str = "us-west-2";

//! The region, which is part of the address and of the signature (AWS, "Signature Version 4"; "Amazon Polly endpoints
//! and quotas").

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;
use crate::sign::{Unsigned, wrong_kind};
use tianji_core::{Credential, Error, Kind};
use tianji_sign::sigv4;

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
    let Credential::Aws { access_key_id, secret_access_key, session_token } = credential else {
        return Err(wrong_kind());
    };
    let keys = sigv4::Keys {
        access_key_id,
        secret_access_key: secret_access_key.expose(),
        session_token: session_token.as_ref().map(|token| token.expose()),
    };
    let host = request.uri.host().and_then(|host| host.strip_prefix("polly.")?.strip_suffix(".amazonaws.com"));
    let region = connection.region.as_deref().or(host).unwrap_or(DEFAULT_REGION);
    let at = request.now.basic();
    let unsigned =
        sigv4::Unsigned { method: request.method, uri: request.uri, headers: request.headers, body: request.body };
    sigv4::sign(unsigned, &keys, sigv4::Scope { region, service: "polly" }, &at)
        .map_err(|cause| Error::gateway(Kind::Authentication, cause.to_string()).with_source(cause))
}

/// The reference proxy's region where nothing says one.
const DEFAULT_REGION: &str = "us-west-2";

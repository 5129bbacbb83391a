//! Signatures with AWS keys (AWS, "Signature Version 4"), or a bearer token ("Amazon Bedrock API keys").

use super::url::region_of;
use crate::connection::Connection;
use crate::sign::{Unsigned, bearer};
use tianji_core::{Credential, Error, Kind};
use tianji_sign::sigv4;

pub(super) fn sign(connection: &Connection, credential: &Credential, request: Unsigned<'_>) -> Result<(), Error> {
    let Credential::Aws { access_key_id, secret_access_key, session_token } = credential else {
        return bearer(connection, credential, request);
    };
    let keys = sigv4::Keys {
        access_key_id,
        secret_access_key: secret_access_key.expose(),
        session_token: session_token.as_ref().map(|token| token.expose()),
    };
    let region = region_of(request.uri, connection);
    let scope = sigv4::Scope { region: &region, service: SERVICE };
    let at = request.now.basic();
    let unsigned =
        sigv4::Unsigned { method: request.method, uri: request.uri, headers: request.headers, body: request.body };
    sigv4::sign(unsigned, &keys, scope, &at)
        .map_err(|cause| Error::gateway(Kind::Authentication, cause.to_string()).with_source(cause))
}

/// The name in signatures.
const SERVICE: &str = "bedrock";

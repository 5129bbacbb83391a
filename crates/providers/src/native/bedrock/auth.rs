//! Signatures with AWS keys (AWS, "Signature Version 4"), or a bearer token ("Amazon Bedrock API keys").

use super::url::region_of;
use crate::connection::Connection;
use crate::sign::{Unsigned, aws, bearer};
use tianji_core::{Credential, Error};

pub(super) fn sign(connection: &Connection, credential: &Credential, request: Unsigned<'_>) -> Result<(), Error> {
    match credential {
        Credential::Aws { .. } => {
            let region = region_of(request.uri, connection);
            aws(credential, request, &region, SERVICE)
        }
        Credential::Token(_) => bearer(connection, credential, request),
    }
}

/// The name in signatures.
const SERVICE: &str = "bedrock";

//! A bearer key, or signatures with AWS keys for the service that OpenAI's SDKs name (`openai-node`, `bedrock/aws`).

use super::url::region;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::native::anthropic;
use crate::outgoing::compat_authorise;
use crate::provider::Provider;
use crate::sign::{Unsigned, aws, bearer};
use http::HeaderMap;
use tianji_core::{Credential, Error};

pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    if matches!(operation, Operation::Messages { .. }) {
        anthropic::default_version(headers);
    }
    compat_authorise(provider, connection, operation, headers)
}

pub(super) fn sign(connection: &Connection, credential: &Credential, request: Unsigned<'_>) -> Result<(), Error> {
    if !matches!(credential, Credential::Aws { .. }) {
        return bearer(connection, credential, request);
    }
    let named = request.uri.host().and_then(|host| host.strip_prefix("bedrock-mantle.")?.strip_suffix(".api.aws"));
    let region = named.unwrap_or_else(|| region(connection)).to_owned();
    aws(credential, request, &region, SERVICE)
}

/// The name in signatures.
const SERVICE: &str = "bedrock-mantle";

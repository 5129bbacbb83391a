//! Bearer key, and the organisation it is used for (OpenAI, "Authentication").

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::outgoing::compat_authorise;
use crate::provider::Provider;
use http::{HeaderMap, HeaderValue};

pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    if let Some(organization) = &connection.organization {
        let value = HeaderValue::try_from(organization).map_err(|_| ConnectionError::InvalidHeader {
            provider: provider.name.clone(),
            name: ORGANIZATION.to_owned(),
        })?;
        headers.entry(ORGANIZATION).or_insert(value);
    }
    compat_authorise(provider, connection, operation, headers)
}

const ORGANIZATION: &str = "openai-organization";

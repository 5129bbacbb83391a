//! The resource group, which every request names (SAP AI Core, "Resource groups"). The token is put on later.

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;
use http::{HeaderMap, HeaderName, HeaderValue};

pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    _: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    let group = connection.project.as_deref().unwrap_or("default");
    let value = HeaderValue::try_from(group)
        .map_err(|_| ConnectionError::InvalidHeader { provider: provider.name.clone(), name: GROUP.to_string() })?;
    headers.entry(GROUP).or_insert(value);
    Ok(())
}

const GROUP: HeaderName = HeaderName::from_static("ai-resource-group");

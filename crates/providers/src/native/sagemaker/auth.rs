//! Signatures, and headers that say what is asked of an endpoint.

use super::url::region_of;
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;
use crate::sign::{Unsigned, aws};
use http::header::ACCEPT;
use http::{HeaderMap, HeaderName, HeaderValue};
use tianji_core::{Credential, Error};

/// Several models at one endpoint are told apart by a header. What a stream is wrapped in is always AWS's framing.
pub(super) fn authorise(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    headers: &mut HeaderMap,
) -> Result<(), ConnectionError> {
    if operation == (Operation::Chat { stream: true }) {
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/vnd.amazon.eventstream"));
    }
    if let Some(component) = &connection.model_id {
        let invalid =
            || ConnectionError::InvalidHeader { provider: provider.name.clone(), name: COMPONENT.as_str().to_owned() };
        let value = HeaderValue::try_from(component.as_str()).map_err(|_| invalid())?;
        headers.entry(COMPONENT).or_insert(value);
    }
    Ok(())
}

pub(super) fn sign(connection: &Connection, credential: &Credential, request: Unsigned<'_>) -> Result<(), Error> {
    let region = region_of(request.uri, connection).to_owned();
    aws(credential, request, &region, "sagemaker")
}

/// AWS, "InvokeEndpoint", `InferenceComponentName`.
const COMPONENT: HeaderName = HeaderName::from_static("x-amzn-sagemaker-inference-component");

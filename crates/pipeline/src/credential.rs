//! Credentials of a deployment that are asked for, and what becomes of one that its provider refuses.

use crate::deployment::Deployment;
use crate::shared::Shared;
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use tianji_core::{Credential, Error};

/// The credential of a deployment; `None` where its key is all there is.
pub(crate) async fn of(shared: &Shared, deployment: &Deployment) -> Result<Option<Arc<Credential>>, Error> {
    match &deployment.connection.source {
        Some(source) => shared.credentials.of(source, deployment.client(shared), &*shared.clock).await.map(Some),
        None => Ok(None),
    }
}

/// Asks for a credential in place of one that was refused, which may have been revoked before its end. `None` if the
/// same comes again, or none.
pub(crate) async fn instead(
    shared: &Shared,
    deployment: &Deployment,
    refused: &Arc<Credential>,
) -> Option<Arc<Credential>> {
    forget(shared, deployment, refused);
    of(shared, deployment).await.ok().flatten().filter(|credential| credential != refused)
}

/// Sees to it that a credential is not used again.
pub(crate) fn forget(shared: &Shared, deployment: &Deployment, refused: &Arc<Credential>) {
    if let Some(source) = &deployment.connection.source {
        shared.credentials.forget(&**source, refused);
    }
}

/// Whether a reply means that the credential is no longer good. AWS says so with 403 and a name (Amazon Bedrock API
/// Reference, "Common Errors").
pub(crate) fn is_refused(status: StatusCode, headers: &HeaderMap) -> bool {
    let named = headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let expired = ["ExpiredToken", "UnrecognizedClient"].iter().any(|name| named.starts_with(name));
    status == StatusCode::UNAUTHORIZED || (status == StatusCode::FORBIDDEN && expired)
}

#[cfg(test)]
mod tests {
    use super::is_refused;
    use http::{HeaderMap, HeaderValue, StatusCode};

    #[test]
    fn refusals() {
        let aws = |name| {
            HeaderMap::from_iter([(http::HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(name))])
        };
        assert!(is_refused(StatusCode::UNAUTHORIZED, &HeaderMap::new()));
        assert!(is_refused(StatusCode::FORBIDDEN, &aws("ExpiredTokenException:http://internal.amazon.com/")));
        assert!(!is_refused(StatusCode::FORBIDDEN, &aws("AccessDeniedException")));
        assert!(!is_refused(StatusCode::FORBIDDEN, &HeaderMap::new()));
        assert!(!is_refused(StatusCode::TOO_MANY_REQUESTS, &aws("ExpiredTokenException")));
    }
}

//! `/{tenant}/deployments/v2/llms/{deployment}/generate` and `generate_stream` (Predibase, "REST API").

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// An address that an entry gives may already name the deployment.
pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let verb = match operation {
        Operation::Chat { stream: false } => "generate",
        Operation::Chat { stream: true } => "generate_stream",
        _ => return Err(provider.not_offered(operation, model)),
    };
    let base = &connection.base;
    if base.contains(DEPLOYMENTS) {
        return Ok(format!("{base}/{verb}"));
    }
    // The name may come from a client (wildcard models): it must not lead to another path of the vendor's.
    if matches!(model, "" | "." | "..") {
        return Err(provider.not_offered(operation, model));
    }
    let missing = || ConnectionError::MissingProject {
        provider: provider.name.clone(),
        variables: provider.project_env.join(" or "),
    };
    let tenant = connection.project.as_deref().filter(|tenant| !tenant.is_empty()).ok_or_else(missing)?;
    let (tenant, model) = (utf8_percent_encode(tenant, ESCAPED), utf8_percent_encode(model, ESCAPED));
    Ok(format!("{base}/{tenant}{DEPLOYMENTS}{model}/{verb}"))
}

/// What stands between tenant and deployment.
const DEPLOYMENTS: &str = "/deployments/v2/llms/";
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

//! `/endpoints/{name}/invocations` of the region's runtime, and `invocations-response-stream` (AWS, "InvokeEndpoint",
//! "InvokeEndpointWithResponseStream").

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;
use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// An address that an entry gives may already name the endpoint.
pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let verb = match operation {
        Operation::Chat { stream: true } => "invocations-response-stream",
        Operation::Chat { stream: false } | Operation::Embeddings => "invocations",
        _ => return Err(provider.not_offered(operation, model)),
    };
    let base = if connection.base.is_empty() { host(provider, connection)? } else { connection.base.clone() };
    if base.contains("/endpoints/") {
        return Ok(format!("{base}/{verb}"));
    }
    Ok(format!("{base}/endpoints/{}/{verb}", utf8_percent_encode(model, ESCAPED)))
}

fn host(provider: &Provider, connection: &Connection) -> Result<String, ConnectionError> {
    let region = place(connection);
    // It becomes part of the host that the signature is sent to: nothing in it may end the host's name.
    if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        let reason = "follows from a region, and the one that is set is no name of a region";
        return Err(ConnectionError::InvalidBase { provider: provider.name.clone(), reason });
    }
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    Ok(format!("https://{HOST}{region}.{domain}"))
}

/// The region that a request goes to: a host of AWS's names it, for any other it is the connection's.
pub(super) fn region_of<'a>(uri: &'a Uri, connection: &'a Connection) -> &'a str {
    let host = uri.host().unwrap_or_default();
    let named = || host.split_once(HOST)?.1.split('.').next();
    named().filter(|_| host.contains(".amazonaws.com")).unwrap_or_else(|| place(connection))
}

fn place(connection: &Connection) -> &str {
    connection.region.as_deref().filter(|region| !region.is_empty()).unwrap_or(DEFAULT_REGION)
}

/// What stands before the region in the host's name.
const HOST: &str = "runtime.sagemaker.";
/// The reference proxy's region where nothing says one.
const DEFAULT_REGION: &str = "us-west-2";
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

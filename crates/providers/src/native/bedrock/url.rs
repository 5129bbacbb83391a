//! `{base}/model/{id}/converse`, `converse-stream`, `invoke`, `invoke-with-response-stream` and `count-tokens` (API
//! reference).

use super::model::{Interface, ModelName, is_region, region_of_arn};
use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;
use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let name = ModelName::of(model);
    let verb = match operation {
        _ if name.interface == Interface::Other => None,
        Operation::Chat { stream: false } => Some("converse"),
        Operation::Chat { stream: true } => Some("converse-stream"),
        Operation::Messages { stream: false } => Some("invoke"),
        Operation::Messages { stream: true } => Some("invoke-with-response-stream"),
        Operation::CountTokens => Some("count-tokens"),
        _ => None,
    };
    let id = if operation == Operation::CountTokens { name.counted() } else { Some(name.id) };
    let (Some(verb), Some(id)) = (verb, id) else { return Err(provider.not_offered(operation, model)) };
    let base = if connection.base.is_empty() {
        let region = name.region.or_else(|| place(connection)).unwrap_or(DEFAULT_REGION);
        // It becomes part of the host that the credential is sent to.
        if !is_region(region) {
            return Err(ConnectionError::InvalidBase {
                provider: provider.name.clone(),
                reason: "cannot be made from a region that is not one",
            });
        }
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("https://bedrock-runtime.{region}.{domain}")
    } else {
        connection.base.clone()
    };
    // Whole, with the colons and slashes of versions and ARNs: the id is one segment.
    Ok(format!("{base}/model/{}/{verb}", utf8_percent_encode(id, ESCAPED)))
}

/// The region that a request goes to: a host of AWS's names it, and so does the ARN of a model; for any other host it is
/// the connection's.
pub(super) fn region_of(uri: &Uri, connection: &Connection) -> String {
    let host = uri.host().unwrap_or_default();
    let after = |mark: &str| host.split_once(mark).and_then(|(_, rest)| rest.split('.').next());
    let of_host = || {
        let named = HOSTS.iter().find_map(|mark| after(mark));
        named.filter(|_| host.contains(".amazonaws.com")).map(str::to_owned)
    };
    let of_model = || {
        let segment = uri.path().split("/model/").nth(1)?.split('/').next()?;
        let id = percent_decode_str(segment).decode_utf8().ok()?;
        region_of_arn(&id).map(str::to_owned)
    };
    let configured = || place(connection).map(str::to_owned);
    of_host().or_else(of_model).or_else(configured).unwrap_or_else(|| DEFAULT_REGION.to_owned())
}

/// The region of the entry or of the environment.
fn place(connection: &Connection) -> Option<&str> {
    connection.region.as_deref().filter(|region| !region.is_empty())
}

/// What stands before the region in names of hosts: the runtime, and the one of agents, which reranks.
const HOSTS: &[&str] = &["bedrock-runtime.", "bedrock-runtime-fips.", "bedrock-agent-runtime."];
/// The reference proxy's region where nothing says one.
const DEFAULT_REGION: &str = "us-west-2";
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

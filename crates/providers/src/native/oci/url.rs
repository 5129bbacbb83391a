//! `https://inference.generativeai.{region}.oci.oraclecloud.com/20231130/actions/{action}`.

use crate::connection::{Connection, ConnectionError};
use crate::endpoint::Operation;
use crate::provider::Provider;

pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    let action = match operation {
        Operation::Chat { .. } => "chat",
        Operation::Embeddings => "embedText",
        _ => return Err(provider.not_offered(operation, model)),
    };
    let base = if connection.base.is_empty() {
        let region = connection.region.as_deref().filter(|region| !region.is_empty()).unwrap_or(DEFAULT_REGION);
        // It becomes part of the host that the signature is sent to.
        if !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            let reason = "follows from a region, and the one that is set is no name of a region";
            return Err(ConnectionError::InvalidBase { provider: provider.name.clone(), reason });
        }
        format!("https://inference.generativeai.{region}.oci.oraclecloud.com")
    } else {
        connection.base.clone()
    };
    Ok(format!("{base}/20231130/actions/{action}"))
}

/// The reference proxy's region where nothing says one.
const DEFAULT_REGION: &str = "us-ashburn-1";

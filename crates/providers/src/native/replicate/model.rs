//! What a model's name means: an official model (`owner/name`), a version of a model (`owner/name:version`, or the version
//! alone), or a deployment (`deployments/owner/name`).

use crate::connection::{Connection, ConnectionError};
use crate::edit::EditError;
use crate::endpoint::Operation;
use crate::provider::Provider;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tianji_core::Losses;
use tianji_core::generate::Target;
use tianji_wire::RawObject;

/// Where predictions of a model are created (`models.predictions.create`, `deployments.predictions.create`,
/// `predictions.create`).
pub(super) fn uri(
    provider: &Provider,
    connection: &Connection,
    operation: Operation,
    model: &str,
) -> Result<String, ConnectionError> {
    // The name may come from a client (wildcard models): it must not lead to another path of the vendor's.
    let astray = model.split('/').any(|segment| matches!(segment, "" | "." | ".."));
    if astray || !matches!(operation, Operation::Chat { .. } | Operation::Images) {
        return Err(provider.not_offered(operation, model));
    }
    let base = &connection.base;
    if version(model).is_some() {
        return Ok(format!("{base}/predictions"));
    }
    let path = utf8_percent_encode(model, ESCAPED);
    let kind = if model.starts_with("deployments/") { "" } else { "models/" };
    Ok(format!("{base}/{kind}{path}/predictions"))
}

/// A version stands in the body.
pub(super) fn edit(body: &mut RawObject, target: &Target<'_>, _: &mut Losses) -> Result<(), EditError> {
    if let Some(version) = version(target.model) {
        body.set("version", version);
    }
    Ok(())
}

/// The version that a name asks for.
pub(crate) fn version(model: &str) -> Option<&str> {
    match model.rsplit_once(':') {
        Some((_, version)) => Some(version),
        None if model.contains('/') => None,
        None => Some(model),
    }
}

/// All but the unreserved characters (RFC 3986, section 2.3) and the slash.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

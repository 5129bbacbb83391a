//! Addresses that several kinds of one vendor share.

pub(super) mod bedrock;
pub(crate) mod cohere;
pub(super) mod runwayml;
pub(super) mod vertex;
pub(super) mod watsonx;

use crate::kinds::Ask;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tianji_core::{Error, Kind};

/// The upstream's name of the model in a path: slashes separate, nothing else ends a segment. The name may come from a
/// client (wildcard models), so that it must not lead to another path of the vendor's.
pub(super) fn model_path(ask: &Ask<'_>, model: &str) -> Result<String, Error> {
    if model.is_empty() || model.split('/').any(|segment| segment == ".." || segment == ".") {
        return Err(ask.invalid("model", "this is no name of a model"));
    }
    Ok(utf8_percent_encode(model, IN_PATHS).to_string())
}

/// The region of the entry or of the environment.
pub(super) fn own_region<'a>(ask: &Ask<'a>) -> Option<&'a str> {
    ask.connection.region.as_deref().filter(|region| !region.is_empty())
}

/// A region as part of a host's name, which nothing in it may end.
pub(super) fn region(name: &str) -> Result<&str, Error> {
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(name);
    }
    Err(Error::gateway(Kind::InternalServer, "the deployment's region is no name of a region"))
}

/// All but the unreserved characters (RFC 3986, section 2.3), the slash, and `@`, which stands before versions.
const IN_PATHS: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'@');

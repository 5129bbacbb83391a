//! Amazon's regional hosts (AWS, "Amazon Bedrock endpoints and quotas").

use super::{own_region, region as checked};
use crate::kinds::Ask;
use crate::native::ModelName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tianji_core::Error;

/// `/model/{id}/{verb}` of the runtime. Prefixes that choose among the vendor's interfaces are no part of the id.
pub(in crate::kinds) fn model_url(ask: &Ask<'_>, verb: &str) -> Result<String, Error> {
    Ok(format!("{}/model/{}/{verb}", base(ask, "bedrock-runtime")?, escaped(model_id(ask))))
}

/// The id of the model or its ARN.
pub(in crate::kinds) fn model_id<'a>(ask: &Ask<'a>) -> &'a str {
    ModelName::of(ask.target.model).id
}

/// The entry's own address, or that of a service in the region.
pub(in crate::kinds) fn base(ask: &Ask<'_>, service: &str) -> Result<String, Error> {
    if !ask.connection.base.is_empty() {
        return Ok(ask.connection.base.clone());
    }
    let region = checked(region(ask))?;
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    Ok(format!("https://{service}.{region}.{domain}"))
}

/// The region that the model's name says, or the deployment's; without either, the reference proxy's.
pub(in crate::kinds) fn region<'a>(ask: &Ask<'a>) -> &'a str {
    ModelName::of(ask.target.model).region.or_else(|| own_region(ask)).unwrap_or("us-west-2")
}

/// A segment of a path, as signatures want it.
pub(in crate::kinds) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

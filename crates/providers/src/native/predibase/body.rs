//! What LoRAX takes otherwise than other servers of text generation (`predibase` 2025.10, `lorax.types.Parameters`).

use crate::body::Members;
use crate::edit::EditError;
use crate::params::refuse;
use bytes::Bytes;
use tianji_core::Losses;
use tianji_core::generate::Target;
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) -> Result<(), EditError> {
    // Whether there is a stream is said by the endpoint.
    body.remove("stream");
    let parameters = body.raw("parameters").map(Bytes::copy_from_slice);
    let Some(mut parameters) = parameters.and_then(|raw| RawObject::parse(raw).ok()) else { return Ok(()) };
    for name in UNKNOWN {
        refuse(&mut parameters, name, target, losses);
    }
    // Tokens are counted in the details only, and whole replies have them on demand.
    if !parameters.contains("details") {
        parameters.put("details", &true);
    }
    body.set_raw("parameters", parameters.to_bytes());
    Ok(())
}

/// Parameters that would be passed over without a word.
const UNKNOWN: &[&str] = &["frequency_penalty", "presence_penalty"];

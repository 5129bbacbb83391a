//! Chat bodies: model and payer under IBM's names, and `tool_choice` in two members.

use super::DEPLOYMENT;
use crate::body::Members;
use crate::connection::Connection;
use crate::edit::EditError;
use crate::kinds::watsonx_payer;
use tianji_core::Losses;
use tianji_core::generate::Target;
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, _: &Target<'_>, _: &mut Losses) -> Result<(), EditError> {
    // A word has a member of its own; `tool_choice` is for a named tool.
    if let Some(word) = body.member::<String>("tool_choice") {
        body.remove("tool_choice");
        body.put("tool_choice_option", &word);
    }
    // Only lists are taken.
    if let Some(stop) = body.member::<String>("stop") {
        body.put("stop", &[stop]);
    }
    // Whether there is a stream is said by the endpoint.
    body.remove("stream");
    Ok(())
}

/// A deployment knows its model and its space.
pub(super) fn bind(body: &mut RawObject, connection: &Connection, target: &Target<'_>) {
    body.remove("model");
    if !target.model.starts_with(DEPLOYMENT) {
        body.put("model_id", target.model);
        watsonx_payer(body, connection);
    }
}

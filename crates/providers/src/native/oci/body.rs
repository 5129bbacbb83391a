//! The envelope: who is charged, which model, and the request in the model's format.

use super::{cohere, generic};
use crate::body::Members;
use crate::connection::Connection;
use crate::edit::EditError;
use serde_json::json;
use tianji_core::generate::Target;
use tianji_core::{Extra, Losses};
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) -> Result<(), EditError> {
    body.remove("model");
    let names: Vec<String> = body.keys().map(str::to_owned).collect();
    let said: Extra = names.into_iter().filter_map(|name| body.take(&name).map(|value| (name, value))).collect();
    let said: Extra = said.into_iter().filter(|(_, value)| !value.is_null()).collect();
    let request = if is_cohere(target.model) {
        cohere::request(said, target, losses)
    } else {
        generic::request(said, target, losses)
    };
    body.put("chatRequest", &request);
    Ok(())
}

pub(super) fn bind(body: &mut RawObject, connection: &Connection, target: &Target<'_>) {
    if let Some(compartment) = &connection.project {
        body.put("compartmentId", compartment);
    }
    body.put("servingMode", &serving_mode(target.model));
}

/// An endpoint of the operator's is named by its OCID, a shared model by its name.
pub(crate) fn serving_mode(model: &str) -> serde_json::Value {
    if model.starts_with("ocid1.generativeaiendpoint.") {
        json!({ "servingType": "DEDICATED", "endpointId": model })
    } else {
        json!({ "servingType": "ON_DEMAND", "modelId": model })
    }
}

fn is_cohere(model: &str) -> bool {
    model.starts_with("cohere.")
}

//! watsonx.ai's API (IBM, "watsonx.ai API").

use crate::connection::Connection;
use crate::kinds::Ask;
use serde_json::{Map, Value};
use tianji_wire::RawObject;

/// `/ml/v1/{what}` with the version of the API.
pub(in crate::kinds) fn url(ask: &Ask<'_>, what: &str) -> String {
    let version = ask.connection.api_version.as_deref().unwrap_or(DEFAULT_VERSION);
    format!("{}/ml/v1/{what}?version={version}", ask.connection.base)
}

/// A body with model and project; members of these names go under `parameters`, the others as they came.
pub(in crate::kinds) fn body(ask: &Ask<'_>, params: &RawObject, inner: &[&str]) -> RawObject {
    let mut body = params.clone();
    let mut parameters: Map<String, Value> = body.read("parameters").and_then(Result::ok).unwrap_or_default();
    for name in inner {
        let value = body.remove(name).and_then(|raw| serde_json::from_slice(&raw).ok());
        parameters.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    if !parameters.is_empty() {
        body.set("parameters", &parameters);
    }
    body.set("model_id", ask.target.model);
    payer(&mut body, ask.connection);
    body
}

/// Sets the entry's project, or its space: a call names one of them, and the entry's word counts.
pub(crate) fn payer(body: &mut RawObject, connection: &Connection) {
    let (name, id) = match (&connection.project, &connection.space) {
        (Some(project), _) => ("project_id", project),
        (None, Some(space)) => ("space_id", space),
        (None, None) => return,
    };
    body.remove("project_id");
    body.remove("space_id");
    body.set(name, id);
}

const DEFAULT_VERSION: &str = "2024-03-13";

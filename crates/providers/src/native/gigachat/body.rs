//! Bodies: tools as functions, and formats without their envelope.

use super::history;
use crate::body::Members;
use crate::edit::EditError;
use crate::params::refuse;
use serde_json::{Value, json};
use tianji_core::generate::Target;
use tianji_core::{Extra, Losses};
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) -> Result<(), EditError> {
    tools(body);
    choice(body, target, losses);
    format(body);
    history::edit(body, losses);
    Ok(())
}

/// The functions of tools; what else a tool says is not known there.
fn tools(body: &mut RawObject) {
    let Some(tools) = body.member::<Vec<Value>>("tools") else { return };
    body.remove("tools");
    let functions: Vec<Value> =
        tools.into_iter().filter_map(|mut tool| own(tool.get_mut("function")?.take())).collect();
    if !functions.is_empty() {
        body.put("functions", &functions);
    }
}

/// A function needs parameters, if only to say that there are none.
fn own(mut function: Value) -> Option<Value> {
    let members = function.as_object_mut()?;
    members.remove("strict");
    members.entry("parameters").or_insert_with(|| json!({ "type": "object", "properties": {} }));
    Some(function)
}

/// `auto`, `none` or one function by name: there is no word for "any of them".
fn choice(body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) {
    let Some(choice) = body.member::<Value>("tool_choice") else { return };
    let own = match (choice.as_str(), choice.pointer("/function/name")) {
        (Some("auto" | "none"), _) => choice,
        (_, Some(name)) => json!({ "name": name }),
        _ => return refuse(body, "tool_choice", target, losses),
    };
    body.remove("tool_choice");
    body.put("function_call", &own);
}

/// A schema stands beside the type there, not below `json_schema`.
fn format(body: &mut RawObject) {
    let Some(mut format) = body.member::<Extra>("response_format") else { return };
    let Some(schema) = format.get("json_schema").and_then(|schema| schema.read::<Extra>().ok()) else { return };
    format.take("json_schema");
    for name in ["schema", "strict"] {
        if let Some(value) = schema.json(name) {
            format.put_json(name, value);
        }
    }
    body.put("response_format", &format);
}

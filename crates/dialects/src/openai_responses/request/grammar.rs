//! The format of a custom tool's input. A grammar's members stand in an object of their own in the other of OpenAI's
//! dialects, and in the canonical model; here they are flat (API reference, "Create a model response", `tools`, custom
//! tool; "Create chat completion", the same).

use serde_json::{Map, Value};
use tianji_core::Json;

/// As the canonical model has it.
pub(super) fn nested(format: Json) -> Json {
    let Value::Object(mut members) = format.value() else { return format };
    let flat = members.get("type").and_then(Value::as_str) == Some(GRAMMAR) && !members.contains_key(GRAMMAR);
    if !flat {
        return format;
    }
    let kind = members.shift_remove("type").unwrap_or_default();
    let whole: Map<String, Value> =
        [("type".to_owned(), kind), (GRAMMAR.to_owned(), Value::Object(members))].into_iter().collect();
    Json::of(&whole).unwrap_or(format)
}

/// As this dialect has it.
pub(super) fn flat(format: &Json) -> Json {
    let Value::Object(mut members) = format.value() else { return format.clone() };
    let Some(Value::Object(grammar)) = members.shift_remove(GRAMMAR) else { return format.clone() };
    members.extend(grammar);
    Json::of(&members).unwrap_or_else(|_| format.clone())
}

const GRAMMAR: &str = "grammar";

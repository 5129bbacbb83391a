//! Trees to and from JSON.

use serde_json::Value as Json;

use super::{Map, Node, Position, Value};

/// The JSON of a node. Absent (`null`) members of mappings are left out.
pub(crate) fn to_json(node: Node) -> Json {
    match node.value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Number(digits) => number(&digits),
        Value::Text(text) => Json::String(text),
        Value::List(items) => Json::Array(items.into_iter().map(to_json).collect()),
        Value::Map(map) => Json::Object(to_object(map)),
    }
}

/// The JSON object of a mapping, without its absent members.
pub(crate) fn to_object(map: Map) -> serde_json::Map<String, Json> {
    map.into_iter().filter(|(_, node)| !node.is_null()).map(|(key, node)| (key, to_json(node))).collect()
}

/// A tree from JSON; every node stands at `at`.
pub(crate) fn from_json(json: Json, at: Position) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(|item| from_json(item, at)).collect()),
        Json::Object(members) => {
            Value::Map(members.into_iter().map(|(key, member)| (key, from_json(member, at))).collect())
        }
    };
    Node::new(value, at)
}

/// A JSON number of the same value, as text when JSON has none (an exponent beyond a double's).
fn number(digits: &str) -> Json {
    if let Ok(value) = digits.parse::<i64>() {
        return value.into();
    }
    if let Ok(value) = digits.parse::<u64>() {
        return value.into();
    }
    let float = digits.parse().ok().and_then(serde_json::Number::from_f64);
    float.map_or_else(|| Json::String(digits.to_owned()), Json::Number)
}

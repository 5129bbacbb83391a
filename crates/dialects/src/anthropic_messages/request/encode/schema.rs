//! JSON schemas within what the vendor takes ("Structured outputs", "JSON Schema limitations").
//!
//! Objects must forbid further properties. Keywords that would be refused become words in the description, so that the
//! model still reads them.

use serde_json::{Map, Value};

/// The schema in a form that is not refused.
pub(crate) fn adapted(schema: Value) -> Value {
    match schema {
        Value::Object(schema) => Value::Object(adapted_object(schema)),
        other => other,
    }
}

fn adapted_object(schema: Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    let mut refused = Vec::new();
    let is_object = is_of_type(&schema, "object") || schema.contains_key("properties");
    let has_any_of = schema.contains_key("anyOf");
    for (keyword, value) in schema {
        match keyword.as_str() {
            "additionalProperties" if is_object => {
                if value.is_object() {
                    refused.push((keyword, value));
                }
            }
            "oneOf" if !has_any_of => {
                out.insert("anyOf".to_owned(), adapted_list(value));
            }
            "anyOf" | "allOf" => {
                out.insert(keyword, adapted_list(value));
            }
            "properties" | "$defs" | "definitions" => {
                out.insert(keyword, adapted_map(value));
            }
            "items" => {
                out.insert(keyword, adapted(value));
            }
            "minItems" if value.as_u64().is_some_and(|least| least <= 1) => {
                out.insert(keyword, value);
            }
            "format" if value.as_str().is_none_or(|format| FORMATS.contains(&format)) => {
                out.insert(keyword, value);
            }
            name if REFUSED.contains(&name) => refused.push((keyword, value)),
            _ => {
                out.insert(keyword, value);
            }
        }
    }
    if is_object {
        out.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if !refused.is_empty() {
        let words: Vec<String> = refused.iter().map(|(keyword, value)| format!("{keyword}: {value}")).collect();
        let mut description = match out.remove("description") {
            Some(Value::String(text)) if !text.is_empty() => text + "\n\n",
            _ => String::new(),
        };
        description.push_str(&words.join(", "));
        out.insert("description".to_owned(), Value::String(description));
    }
    out
}

fn is_of_type(schema: &Map<String, Value>, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    }
}

fn adapted_list(value: Value) -> Value {
    match value {
        Value::Array(schemas) => Value::Array(schemas.into_iter().map(adapted).collect()),
        other => other,
    }
}

fn adapted_map(value: Value) -> Value {
    match value {
        Value::Object(schemas) => {
            Value::Object(schemas.into_iter().map(|(name, schema)| (name, adapted(schema))).collect())
        }
        other => other,
    }
}

/// Keywords that the vendor refuses, sorted. `minItems` and `format` only with the values that are not let through.
const REFUSED: &[&str] = &[
    "contains",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

/// String formats that the vendor takes.
const FORMATS: &[&str] = &["date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_refused_keyword_becomes_words() {
        for keyword in REFUSED {
            let schema = json!({ "type": "string", "description": "D", *keyword: 7, "anyOf": [] });
            let kept = *keyword == "format";
            let out = adapted(schema);
            assert_eq!(out.get(*keyword).is_some(), kept, "{keyword}");
            if !kept {
                assert_eq!(out["description"], format!("D\n\n{keyword}: 7"));
            }
        }
        assert!(REFUSED.is_sorted() && FORMATS.is_sorted());
    }

    #[test]
    fn objects_are_closed_at_every_depth() {
        let schema = json!({
            "type": "object",
            "properties": {
                "minimum": { "type": "integer", "minimum": 1, "maximum": 9 },
                "list": { "type": "array", "minItems": 1, "items": { "type": ["object", "null"], "additionalProperties": true } },
                "two": { "type": "array", "minItems": 2 },
                "map": { "type": "object", "additionalProperties": { "type": "string" } },
                "mail": { "type": "string", "format": "email" },
                "odd": { "type": "string", "format": "iban" },
            },
            "oneOf": [{ "properties": {} }],
            "$defs": { "a": { "type": "object" } },
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "minimum": { "type": "integer", "description": "minimum: 1, maximum: 9" },
                "list": { "type": "array", "minItems": 1, "items": { "type": ["object", "null"], "additionalProperties": false } },
                "two": { "type": "array", "description": "minItems: 2" },
                "map": {
                    "type": "object",
                    "additionalProperties": false,
                    "description": "additionalProperties: {\"type\":\"string\"}",
                },
                "mail": { "type": "string", "format": "email" },
                "odd": { "type": "string", "description": "format: \"iban\"" },
            },
            "anyOf": [{ "properties": {}, "additionalProperties": false }],
            "$defs": { "a": { "type": "object", "additionalProperties": false } },
            "additionalProperties": false,
        });
        assert_eq!(adapted(schema), expected);
    }

    #[test]
    fn what_is_no_object_is_left_alone() {
        assert_eq!(adapted(json!(true)), json!(true));
    }
}

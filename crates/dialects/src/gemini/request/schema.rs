//! JSON Schema and the vendor's own subset of OpenAPI's, both ways (Gemini API reference, `Schema`; OpenAPI 3.0.3,
//! "Schema Object").

use serde_json::{Map, Value};
use tianji_core::Json;

/// A schema that the subset cannot say: it refers to itself, or to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsayable(pub(super) &'static str);

/// From JSON Schema to the subset.
pub(super) fn to_subset(schema: &Json) -> Result<Value, Unsayable> {
    let root = schema.value();
    Subset { root: &root }.convert(&root, 0)
}

/// From the subset to JSON Schema; `None` if it is no schema.
pub(super) fn to_json_schema(raw: &Json) -> Option<Json> {
    let value = raw.value();
    value.is_object().then(|| Json::of(&opened(value)).ok()).flatten()
}

struct Subset<'a> {
    root: &'a Value,
}

impl Subset<'_> {
    fn convert(&self, node: &Value, depth: usize) -> Result<Value, Unsayable> {
        if depth > DEEPEST {
            return Err(Unsayable("it refers to itself, or nests too deeply"));
        }
        // `true` and `{}` allow anything, which is said by an object of unknown members.
        let Some(node) = node.as_object() else { return Ok(anything()) };
        if let Some(target) = node.get("$ref") {
            return self.referred(target, node, depth);
        }
        if let Some(all) = node.get("allOf").and_then(Value::as_array) {
            return self.convert(&merged(node, all), depth + 1);
        }
        if let Some(either) = node.get("anyOf").or_else(|| node.get("oneOf")).and_then(Value::as_array) {
            return self.either(node, either, depth);
        }
        match node.get("type") {
            Some(Value::Array(types)) => self.typed(node, types, depth),
            _ => self.plain(node, depth),
        }
    }

    fn referred(&self, target: &Value, node: &Map<String, Value>, depth: usize) -> Result<Value, Unsayable> {
        let pointer = target.as_str().and_then(|target| target.strip_prefix('#'));
        let found = pointer.and_then(|pointer| self.root.pointer(pointer));
        let mut found = found.ok_or(Unsayable("it refers to a schema that is not there"))?.clone();
        if let Some(found) = found.as_object_mut() {
            for (name, value) in node.iter().filter(|(name, _)| *name != "$ref") {
                found.insert(name.clone(), value.clone());
            }
        }
        self.convert(&found, depth + 1)
    }

    /// One of several schemas. The vendor takes nothing beside `anyOf`: what stands there goes into each.
    fn either(&self, node: &Map<String, Value>, either: &[Value], depth: usize) -> Result<Value, Unsayable> {
        let is_null = |schema: &&Value| schema.get("type").and_then(Value::as_str) == Some("null");
        let nullable = either.iter().any(|schema| is_null(&schema));
        let mut kept = Vec::with_capacity(either.len());
        for schema in either.iter().filter(|schema| !is_null(schema)) {
            let mut schema = self.convert(schema, depth + 1)?;
            if let Some(schema) = schema.as_object_mut() {
                if let Some(words) = node.get("description") {
                    schema.entry("description").or_insert_with(|| words.clone());
                }
                if nullable {
                    schema.insert("nullable".to_owned(), Value::Bool(true));
                }
            }
            kept.push(schema);
        }
        match kept.len() {
            0 => Ok(anything()),
            1 => Ok(kept.swap_remove(0)),
            _ => Ok(Value::Object(Map::from_iter([("anyOf".to_owned(), Value::Array(kept))]))),
        }
    }

    /// One of several types.
    fn typed(&self, node: &Map<String, Value>, types: &[Value], depth: usize) -> Result<Value, Unsayable> {
        let each = types.iter().map(|one| {
            let mut alone = node.clone();
            alone.insert("type".to_owned(), one.clone());
            Value::Object(alone)
        });
        self.either(node, &each.collect::<Vec<_>>(), depth)
    }

    fn plain(&self, node: &Map<String, Value>, depth: usize) -> Result<Value, Unsayable> {
        let mut out = Map::new();
        for (name, value) in node {
            match name.as_str() {
                "properties" => {
                    let mut properties = Map::new();
                    for (name, schema) in value.as_object().into_iter().flatten() {
                        properties.insert(name.clone(), self.convert(schema, depth + 1)?);
                    }
                    out.insert(name.clone(), Value::Object(properties));
                }
                "items" => {
                    let one = value.as_array().and_then(|list| list.first()).unwrap_or(value);
                    out.insert(name.clone(), self.convert(one, depth + 1)?);
                }
                "format" if !is_known_format(node, value) => {}
                "enum" | "const" => {}
                kept if KEPT.contains(&kept) => {
                    out.insert(name.clone(), value.clone());
                }
                _ => {}
            }
        }
        choices(node, &mut out);
        complete(&mut out);
        Ok(Value::Object(out))
    }
}

/// `enum` and `const`. The vendor takes strings only, and none that is empty.
fn choices(node: &Map<String, Value>, out: &mut Map<String, Value>) {
    let listed = node.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    let listed = listed.or_else(|| node.get("const").map(std::slice::from_ref));
    let Some(listed) = listed else { return };
    if listed.iter().any(Value::is_null) {
        out.insert("nullable".to_owned(), Value::Bool(true));
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let words = listed.iter().filter(|value| !value.is_null()).map(text).filter(|word| !word.is_empty());
    let words: Vec<Value> = words.map(Value::String).collect();
    if !words.is_empty() {
        out.insert("type".to_owned(), Value::String("string".to_owned()));
        out.insert("enum".to_owned(), Value::Array(words));
        out.shift_remove("format");
    }
}

/// Adds what the vendor asks for: a type, items of lists, and no required member that is not there.
fn complete(out: &mut Map<String, Value>) {
    if !out.contains_key("type") {
        let kind = if out.contains_key("items") { "array" } else { "object" };
        out.insert("type".to_owned(), Value::String(kind.to_owned()));
    }
    let is_list = out.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("array"));
    if is_list && !out.contains_key("items") {
        out.insert("items".to_owned(), anything());
    }
    let known: Vec<String> =
        out.get("properties").and_then(Value::as_object).into_iter().flat_map(|it| it.keys().cloned()).collect();
    if let Some(required) = out.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_some_and(|name| known.iter().any(|known| known == name)));
        if required.is_empty() {
            out.shift_remove("required");
        }
    }
}

fn anything() -> Value {
    Value::Object(Map::from_iter([("type".to_owned(), Value::String("object".to_owned()))]))
}

/// A schema and those that must hold with it, as one.
fn merged(node: &Map<String, Value>, all: &[Value]) -> Value {
    let mut out = node.clone();
    out.shift_remove("allOf");
    for part in all.iter().filter_map(Value::as_object) {
        for (name, value) in part {
            match (out.get_mut(name), value) {
                (Some(Value::Object(there)), Value::Object(more)) => {
                    there.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
                }
                (Some(Value::Array(there)), Value::Array(more)) => there.extend(more.iter().cloned()),
                (Some(_), _) => {}
                (None, _) => {
                    out.insert(name.clone(), value.clone());
                }
            }
        }
    }
    Value::Object(out)
}

fn is_known_format(node: &Map<String, Value>, format: &Value) -> bool {
    let kind = node.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let format = format.as_str().unwrap_or_default();
    FORMATS.iter().any(|(known, formats)| *known == kind && formats.contains(&format))
}

/// The subset's types are in capitals, and `null` is a flag.
fn opened(schema: Value) -> Value {
    let Value::Object(schema) = schema else { return schema };
    let nullable = schema.get("nullable").and_then(Value::as_bool) == Some(true);
    let mut out = Map::new();
    for (name, value) in schema {
        match (name.as_str(), value) {
            ("nullable" | "propertyOrdering" | "property_ordering", _) => {}
            ("type", Value::String(kind)) => {
                let kind = Value::String(kind.to_ascii_lowercase());
                let null = || Value::String("null".to_owned());
                out.insert(name, if nullable { Value::Array(vec![kind, null()]) } else { kind });
            }
            ("enum", Value::Array(mut words)) if nullable => {
                words.push(Value::Null);
                out.insert(name, Value::Array(words));
            }
            ("properties", Value::Object(properties)) => {
                let opened = properties.into_iter().map(|(name, schema)| (name, opened(schema)));
                out.insert(name, Value::Object(opened.collect()));
            }
            ("anyOf" | "any_of", Value::Array(list)) => {
                out.insert("anyOf".to_owned(), Value::Array(list.into_iter().map(opened).collect()));
            }
            ("items", items) => {
                out.insert(name, opened(items));
            }
            (_, value) => {
                out.insert(name, value);
            }
        }
    }
    Value::Object(out)
}

/// Keywords that the vendor takes, besides those that are converted.
const KEPT: &[&str] = &[
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "required",
    "propertyOrdering",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "example",
];

/// Formats that the vendor takes, by type.
const FORMATS: &[(&str, &[&str])] =
    &[("string", &["date-time", "enum"]), ("number", &["float", "double"]), ("integer", &["int32", "int64"])];

/// Most schemas within each other.
const DEEPEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn subset(schema: &Value) -> Result<Value, Unsayable> {
        to_subset(&Json::of(schema).unwrap())
    }

    #[test]
    fn json_schema_becomes_the_subset() {
        for (schema, expected) in [
            (
                json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false, "$schema": "x"}),
                json!({"type": "object", "properties": {"a": {"type": "string"}}}),
            ),
            (
                json!({"$defs": {"P": {"type": "integer", "exclusiveMinimum": 1}}, "type": "object", "properties": {"p": {"$ref": "#/$defs/P", "description": "D"}}}),
                json!({"type": "object", "properties": {"p": {"type": "integer", "description": "D"}}}),
            ),
            (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})),
            (
                json!({"anyOf": [{"type": "string"}, {"type": "null"}], "description": "D", "title": "T"}),
                json!({"type": "string", "description": "D", "nullable": true}),
            ),
            (
                json!({"oneOf": [{"type": "string"}, {"type": "number"}]}),
                json!({"anyOf": [{"type": "string"}, {"type": "number"}]}),
            ),
            (json!({"const": 3}), json!({"type": "string", "enum": ["3"]})),
            (
                json!({"type": "integer", "enum": [1, 2, null]}),
                json!({"nullable": true, "type": "string", "enum": ["1", "2"]}),
            ),
            (json!({"type": "string", "format": "uri"}), json!({"type": "string"})),
            (json!({"type": "string", "format": "date-time"}), json!({"type": "string", "format": "date-time"})),
            (json!({"type": "array"}), json!({"type": "array", "items": {"type": "object"}})),
            (
                json!({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {"properties": {"b": {"type": "string"}}, "required": ["b", "c"]}]}),
                json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a", "b"]}),
            ),
            (json!(true), json!({"type": "object"})),
        ] {
            assert_eq!(subset(&schema).unwrap(), expected, "{schema}");
        }
    }

    #[test]
    fn what_refers_to_itself_cannot_be_said() {
        let cycle = json!({"$defs": {"N": {"type": "object", "properties": {"next": {"$ref": "#/$defs/N"}}}}, "$ref": "#/$defs/N"});
        assert!(subset(&cycle).is_err());
        assert!(subset(&json!({"$ref": "#/$defs/None"})).is_err());
        assert!(subset(&json!({"$ref": "https://elsewhere"})).is_err());
    }

    #[test]
    fn the_subset_becomes_json_schema() {
        let raw = json!({"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": true, "enum": ["x"]}, "l": {"type": "ARRAY", "items": {"anyOf": [{"type": "NUMBER"}]}}}, "propertyOrdering": ["a"]});
        let expected = json!({"type": "object", "properties": {"a": {"type": ["string", "null"], "enum": ["x", null]}, "l": {"type": "array", "items": {"anyOf": [{"type": "number"}]}}}});
        assert_eq!(to_json_schema(&Json::of(&raw).unwrap()).unwrap().value(), expected);
        assert_eq!(to_json_schema(&Json::of(&json!([])).unwrap()), None);
    }
}

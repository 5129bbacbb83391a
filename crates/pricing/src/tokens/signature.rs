//! Tool definitions as the text that OpenAI's models see: signatures in TypeScript's manner.
//!
//! Source: OpenAI Developer Community, "How to calculate the tokens when using function call".

use super::ToolText;
use serde_json::{Map, Value};

/// Writes tool definitions as signatures, for counting.
pub fn function_signatures(tools: &[ToolText<'_>]) -> String {
    let mut text = String::from("namespace functions {\n\n");
    for tool in tools {
        if let Some(description) = tool.description.filter(|description| !description.is_empty()) {
            push(&mut text, &["// ", description, "\n"]);
        }
        let schema: Value = tool.parameters.and_then(|schema| serde_json::from_str(schema).ok()).unwrap_or_default();
        match schema.get("properties").and_then(Value::as_object).filter(|properties| !properties.is_empty()) {
            Some(properties) => {
                push(&mut text, &["type ", tool.name, " = (_: {\n"]);
                members(&mut text, &schema, properties, 0);
                text.push_str("\n}) => any;\n\n");
            }
            None => push(&mut text, &["type ", tool.name, " = () => any;\n\n"]),
        }
    }
    text.push_str("} // namespace functions");
    text
}

/// Members of an object, one a line; descriptions of the outer two levels only.
fn members(text: &mut String, schema: &Value, properties: &Map<String, Value>, depth: usize) {
    let required = schema.get("required").and_then(Value::as_array);
    let indent = "  ".repeat(depth.min(DEEPEST));
    let mut first = true;
    for (name, property) in properties {
        if !std::mem::replace(&mut first, false) {
            text.push('\n');
        }
        if let Some(description) = property.get("description").and_then(Value::as_str).filter(|_| depth < 1) {
            push(text, &[&indent, "// ", description, "\n"]);
        }
        let needed = required.is_some_and(|required| required.iter().any(|known| known == name));
        push(text, &[&indent, name, if needed { ": " } else { "?: " }]);
        kind(text, property, depth);
        text.push(',');
    }
}

fn kind(text: &mut String, schema: &Value, depth: usize) {
    if let Some(options) = schema.get("enum").and_then(Value::as_array) {
        let shown: Vec<String> = options.iter().map(Value::to_string).collect();
        return text.push_str(&shown.join(" | "));
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => text.push_str("string"),
        Some("number" | "integer") => text.push_str("number"),
        Some("boolean") => text.push_str("boolean"),
        Some("null") => text.push_str("null"),
        Some("array") => {
            match schema.get("items") {
                Some(items) => kind(text, items, depth),
                None => text.push_str("any"),
            }
            text.push_str("[]");
        }
        Some("object") => match schema.get("properties").and_then(Value::as_object).filter(|_| depth < DEEPEST) {
            Some(properties) => {
                text.push_str("{\n");
                members(text, schema, properties, depth + 1);
                text.push_str("\n}");
            }
            None => text.push_str("object"),
        },
        _ => text.push_str("any"),
    }
}

fn push(text: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| text.push_str(part));
}

/// Levels of nesting that are written out.
const DEEPEST: usize = 32;

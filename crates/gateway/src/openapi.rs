//! OpenAPI from the route table: nothing here is written by hand per route.

use crate::routes::{Route, all};
use serde_json::{Map, Value, json};
use tianji_admin::Verb;
use tianji_auth::Permission;

/// The document (OpenAPI 3.1).
pub(crate) fn document() -> Value {
    let mut paths = Map::new();
    for route in all() {
        let path = route.path.replace("{*", "{");
        let entry = paths.entry(path).or_insert_with(|| json!({}));
        let verb = match route.method {
            Verb::Get => "get",
            Verb::Post => "post",
            Verb::Delete => "delete",
        };
        if let Some(verbs) = entry.as_object_mut() {
            verbs.insert(verb.to_owned(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "TianjiLLM", "version": env!("CARGO_PKG_VERSION")},
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    })
}

fn operation(route: &Route) -> Value {
    let parameters: Vec<Value> = route
        .path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| name.trim_start_matches('*'))
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    let tags: Vec<&str> = route.groups.iter().map(|group| group.name()).collect();
    let security = if route.permission == Permission::Public { json!([]) } else { json!([{"key": []}]) };
    let mut operation = json!({
        "operationId": format!("{}{}", route.name, route.path.replace(['/', '{', '}', '*'], "_")),
        "summary": route.summary, "tags": tags, "security": security, "parameters": parameters,
        "responses": {
            "200": {"description": "Success"},
            "default": {"description": "Error", "content": {"application/json": {"schema": {"type": "object"}}}},
        },
    });
    if let (Verb::Post, Some(fields)) = (route.method, operation.as_object_mut()) {
        let body = json!({"required": true, "content": {"application/json": {"schema": {"type": "object"}}}});
        fields.insert("requestBody".to_owned(), body);
    }
    operation
}

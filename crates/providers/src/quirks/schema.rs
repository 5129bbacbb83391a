//! Keywords that vendors refuse in tool definitions.

use crate::body::Members;
use tianji_core::{Extra, Json};
use tianji_wire::RawObject;

/// Removes `strict` from tools.
pub(super) fn strip_strict(body: &mut RawObject) {
    edit_functions(body, "strict", |function| function.take("strict").is_some());
}

/// Removes keywords from tool schemas, at any depth. Properties that merely have such a name stay.
pub(super) fn strip_keys(body: &mut RawObject, keys: &[String]) {
    edit_functions(body, "\"parameters\"", |function| {
        let cleaned = function.get("parameters").and_then(|schema| without(schema, keys, false));
        cleaned.map(|schema| function.put_json("parameters", schema)).is_some()
    });
}

pub(super) fn edit_functions(body: &mut RawObject, needle: &str, mut edit: impl FnMut(&mut Extra) -> bool) {
    let Some(tools) = body.json("tools").filter(|tools| tools.text().contains(needle)) else { return };
    let Ok(mut tools) = tools.read::<Vec<Extra>>() else { return };
    let mut changed = false;
    for tool in &mut tools {
        if let Some(mut function) = tool.member::<Extra>("function")
            && edit(&mut function)
        {
            tool.put("function", &function);
            changed = true;
        }
    }
    if changed {
        body.put("tools", &tools);
    }
}

/// The schema without the keywords, or `None` if it has none of them. `names`: the members are property names.
fn without(schema: &Json, keys: &[String], names: bool) -> Option<Json> {
    if !keys.iter().any(|key| schema.text().contains(key.as_str())) {
        return None;
    }
    if let Ok(mut members) = schema.read::<Extra>() {
        let before = members.len();
        members.retain(|name, _| names || !keys.contains(name));
        let mut changed = members.len() != before;
        for (name, member) in &mut members {
            let inner = !names && matches!(name.as_str(), "properties" | "$defs" | "definitions" | "patternProperties");
            if let Some(cleaned) = without(member, keys, inner) {
                *member = cleaned;
                changed = true;
            }
        }
        return if changed { Json::of(&members).ok() } else { None };
    }
    let mut items = schema.read::<Vec<Json>>().ok()?;
    let cleaned: Vec<Option<Json>> = items.iter().map(|item| without(item, keys, false)).collect();
    let changed = cleaned.iter().any(Option::is_some);
    items.iter_mut().zip(cleaned).for_each(|(item, cleaned)| *item = cleaned.unwrap_or_else(|| item.clone()));
    if changed { Json::of(&items).ok() } else { None }
}

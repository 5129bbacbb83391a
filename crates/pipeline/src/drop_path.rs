//! Removing a member of a body by path: `a`, `a.b`, `tools[*].function.strict`, `messages[0].name`.

use serde_json::Value;
use tianji_wire::RawObject;

/// Removes what the path names; a path that leads nowhere removes nothing.
pub(crate) fn drop_path(body: &mut RawObject, path: &str) {
    let steps = steps(path);
    let Some((Step::Name(first), rest)) = steps.split_first() else { return };
    if rest.is_empty() {
        body.remove(first);
        return;
    }
    let Some(Ok(mut value)) = body.read::<Value>(first) else { return };
    if remove(&mut value, rest) {
        body.set(first, &value);
    }
}

enum Step<'a> {
    Name(&'a str),
    Item(usize),
    Every,
}

fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for segment in path.split('.') {
        let (name, mut rest) = segment.split_once('[').map_or((segment, ""), |(name, rest)| (name, rest));
        if !name.is_empty() {
            steps.push(Step::Name(name));
        }
        while let Some((inner, after)) = rest.split_once(']') {
            match inner.parse() {
                Ok(place) => steps.push(Step::Item(place)),
                Err(_) => steps.push(Step::Every),
            }
            rest = after.strip_prefix('[').unwrap_or_default();
        }
    }
    steps
}

/// Whether anything was removed.
fn remove(value: &mut Value, steps: &[Step<'_>]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return false };
    match (step, value) {
        (Step::Name(name), Value::Object(fields)) if rest.is_empty() => fields.shift_remove(*name).is_some(),
        (Step::Name(name), Value::Object(fields)) => fields.get_mut(*name).is_some_and(|inner| remove(inner, rest)),
        (Step::Item(place), Value::Array(items)) if rest.is_empty() => {
            let there = *place < items.len();
            if there {
                items.remove(*place);
            }
            there
        }
        (Step::Item(place), Value::Array(items)) => items.get_mut(*place).is_some_and(|inner| remove(inner, rest)),
        (Step::Every, Value::Array(items)) if rest.is_empty() => {
            let there = !items.is_empty();
            items.clear();
            there
        }
        (Step::Every, Value::Array(items)) => items.iter_mut().fold(false, |any, item| remove(item, rest) | any),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::drop_path;
    use bytes::Bytes;
    use tianji_wire::RawObject;

    #[test]
    fn paths_of_every_form() {
        let text = r#"{"a":1,"b":{"c":2,"d":3},"tools":[{"f":{"strict":true,"n":1}},{"f":{"strict":false}}]}"#;
        for (path, left) in [
            ("a", r#"{"b":{"c":2,"d":3},"tools":[{"f":{"strict":true,"n":1}},{"f":{"strict":false}}]}"#),
            ("b.c", r#"{"a":1, "b": {"d":3}, "tools":[{"f":{"strict":true,"n":1}},{"f":{"strict":false}}]}"#),
            ("tools[*].f.strict", r#"{"a":1,"b":{"c":2,"d":3}, "tools": [{"f":{"n":1}},{"f":{}}]}"#),
            ("tools[1]", r#"{"a":1,"b":{"c":2,"d":3}, "tools": [{"f":{"strict":true,"n":1}}]}"#),
            ("nope.x", text),
            ("b.x.y", text),
            ("", text),
        ] {
            let mut body = RawObject::parse(Bytes::from_static(text.as_bytes())).unwrap();
            drop_path(&mut body, path);
            assert_eq!(body.to_bytes(), left, "{path}");
        }
    }
}

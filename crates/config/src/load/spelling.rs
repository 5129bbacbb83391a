//! `tianji_*` and `litellm_*` are two spellings of the same keys.

use crate::diagnostic::{Cause, Report, Trail};
use crate::raw::{Map, Value};

/// Renames the `tianji_` spelling to the one that the tables and readers use. Where both stand, `tianji_` wins.
pub(crate) fn unify(root: &mut Map, report: &mut Report) {
    map(root, &mut Trail::default(), report);
}

fn map(map: &mut Map, trail: &mut Trail, report: &mut Report) {
    for (twin, key) in TWINS {
        let Some(mut node) = map.shift_remove(*twin) else { continue };
        if map.contains_key(*key) {
            let message = format!("`{key}` stands beside it and is ignored");
            trail.key(twin, |trail| report.warning(node.at, trail.as_str(), Cause::Spelling, message));
        }
        node.twin = true;
        map.insert((*key).to_owned(), node);
    }
    for (key, node) in map.iter_mut().filter(|(key, _)| *key != "environment_variables") {
        let shown = node.shown_key(key).into_owned();
        trail.key(&shown, |trail| value(&mut node.value, trail, report));
    }
}

fn value(value: &mut Value, trail: &mut Trail, report: &mut Report) {
    match value {
        Value::Map(members) => map(members, trail, report),
        Value::List(items) => {
            for (number, item) in items.iter_mut().enumerate() {
                trail.item(number, |trail| self::value(&mut item.value, trail, report));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}

/// Our spelling and the reference proxy's.
const TWINS: &[(&str, &str)] = &[
    ("default_tianji_params", "default_litellm_params"),
    ("tianji_credential_name", "litellm_credential_name"),
    ("tianji_jwtauth", "litellm_jwtauth"),
    ("tianji_key_header_name", "litellm_key_header_name"),
    ("tianji_license", "litellm_license"),
    ("tianji_params", "litellm_params"),
    ("tianji_settings", "litellm_settings"),
    ("use_tianji_proxy", "use_litellm_proxy"),
];

//! Parameters that entries of `model_list` take over: from `credential_list` and `default_litellm_params`.

use super::submap;
use crate::diagnostic::{Cause, Report};
use crate::raw::{Map, Node, Value};

/// Completes every entry's parameters. What an entry says itself stays; a credential comes before the defaults.
pub(super) fn apply(root: &mut Map, report: &mut Report) {
    let credentials = credentials(root);
    let defaults = submap(root, "router_settings").and_then(|router| submap(router, "default_litellm_params")).cloned();
    let Some(Node { value: Value::List(entries), .. }) = root.get_mut("model_list") else { return };
    for (number, entry) in entries.iter_mut().enumerate() {
        let Value::Map(entry) = &mut entry.value else { continue };
        let Some(Node { value: Value::Map(params), .. }) = entry.get_mut("litellm_params") else { continue };
        let named = params.get("litellm_credential_name").and_then(|node| Some((node.text()?.to_owned(), node.at)));
        if let Some((name, at)) = named {
            if let Some((_, values)) = credentials.iter().find(|(known, _)| *known == name) {
                complete(params, values);
            } else {
                let path = format!("model_list[{number}].litellm_params.litellm_credential_name");
                let message = format!("`credential_list` has no credential `{name}`");
                report.warning(at, &path, Cause::Contradiction, message);
            }
        }
        if let Some(defaults) = &defaults {
            complete(params, defaults);
        }
    }
}

fn credentials(root: &Map) -> Vec<(String, Map)> {
    let Some(Node { value: Value::List(items), .. }) = root.get("credential_list") else { return Vec::new() };
    let credential = |item: &Node| {
        let map = item.map()?;
        Some((map.get("credential_name")?.text()?.to_owned(), submap(map, "credential_values")?.clone()))
    };
    items.iter().filter_map(credential).collect()
}

fn complete(params: &mut Map, from: &Map) {
    for (key, node) in from {
        if params.get(key).is_none_or(Node::is_null) {
            params.insert(key.clone(), node.clone());
        }
    }
}

//! `search_tools` are deployments of their own kind: each becomes an entry of `model_list` whose group is the tool's name
//! and whose model is `<provider>/search`. Tools of one name make one group.

use super::submap;
use crate::diagnostic::{Cause, Report};
use crate::raw::{Map, Node, Value};

/// Adds an entry for every tool.
pub(super) fn apply(root: &mut Map, report: &mut Report) {
    let Some(Node { value: Value::List(tools), .. }) = root.get("search_tools") else { return };
    let mut entries = Vec::new();
    for (number, tool) in tools.iter().enumerate() {
        match entry(tool) {
            Some(entry) => entries.push(entry),
            None => {
                let message = "needs `search_tool_name` and `litellm_params.search_provider`".to_owned();
                report.warning(tool.at, &format!("search_tools[{number}]"), Cause::Contradiction, message);
            }
        }
    }
    let Some(first) = entries.first() else { return };
    let list = root.entry("model_list".to_owned()).or_insert_with(|| Node::new(Value::List(Vec::new()), first.at));
    if list.is_null() {
        list.value = Value::List(Vec::new());
    }
    if let Value::List(list) = &mut list.value {
        list.extend(entries);
    }
}

fn entry(tool: &Node) -> Option<Node> {
    let map = tool.map()?;
    let name = map.get("search_tool_name").filter(|name| name.text().is_some())?;
    let mut params = submap(map, "litellm_params")?.clone();
    let provider = params.shift_remove("search_provider")?;
    let model = Value::Text(format!("{}/search", provider.text()?));
    params.insert("model".to_owned(), Node::new(model, provider.at));
    let params = Node::new(Value::Map(params), tool.at);
    let entry = [("model_name".to_owned(), name.clone()), ("litellm_params".to_owned(), params)];
    Some(Node::new(Value::Map(entry.into_iter().collect()), tool.at))
}

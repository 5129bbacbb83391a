//! Fallback lists and model group aliases, brought into one form.

use indexmap::IndexMap;

use crate::diagnostic::{Cause, Report, Trail};
use crate::raw::{Map, Node, Position, Value, json};
use crate::raw_object::RawObject;
use crate::read::Fields;

/// The four lists, tried for different failures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FallbackLists {
    /// For failures that have no list of their own.
    pub general: FallbackList,
    /// For groups that have no entry in `general`.
    pub default: Vec<FallbackTarget>,
    /// When the input does not fit the context window.
    pub context_window: FallbackList,
    /// When the provider refuses the content.
    pub content_policy: FallbackList,
}

/// Model group (or a wildcard, or `*` for any) to its targets, both in the order of the file.
pub type FallbackList = Vec<(String, Vec<FallbackTarget>)>;

/// Where a call goes instead.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FallbackTarget {
    /// The model group.
    pub model: String,
    /// Parameters that replace the call's own; usually none.
    pub overrides: RawObject,
}

/// Another name of a model group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupAlias {
    /// The group, or another alias.
    pub model: String,
    /// Whether model lists leave the alias out.
    pub hidden: bool,
}

impl FallbackLists {
    /// Takes the lists out of `router_settings` or `litellm_settings`.
    pub(crate) fn read(fields: &mut Fields, trail: &mut Trail, report: &mut Report) -> Self {
        let mut list = |key: &str, report: &mut Report| {
            let items = fields.list(key);
            trail.key(key, |trail| groups(items, trail, report))
        };
        let general = list("fallbacks", report);
        let context_window = list("context_window_fallbacks", report);
        let content_policy = list("content_policy_fallbacks", report);
        let items = fields.list("default_fallbacks");
        let default = trail.key("default_fallbacks", |trail| targets(items, trail, report));
        Self { general, default, context_window, content_policy }
    }

    /// Each list of `other` where this has none.
    pub(crate) fn or(self, other: Self) -> Self {
        fn first<T>(own: Vec<T>, other: Vec<T>) -> Vec<T> {
            if own.is_empty() { other } else { own }
        }
        Self {
            general: first(self.general, other.general),
            default: first(self.default, other.default),
            context_window: first(self.context_window, other.context_window),
            content_policy: first(self.content_policy, other.content_policy),
        }
    }
}

/// `[{group: [target, …]}, …]`; a group that comes twice gets both lists.
fn groups(items: Vec<Node>, trail: &mut Trail, report: &mut Report) -> FallbackList {
    let mut list: FallbackList = Vec::new();
    for (number, item) in items.into_iter().enumerate() {
        trail.item(number, |trail| {
            let Value::Map(map) = item.value else {
                let message = format!("expected `group: [targets]`, found {}", item.value.name());
                report.error(item.at, trail.as_str(), Cause::WrongType, message);
                return;
            };
            for (group, node) in map {
                let found = trail.key(&group, |trail| match node.value {
                    Value::List(items) => targets(items, trail, report),
                    _ => target(node, trail, report).into_iter().collect(),
                });
                match list.iter_mut().find(|(known, _)| *known == group) {
                    Some((_, known)) => known.extend(found),
                    None => list.push((group, found)),
                }
            }
        });
    }
    list
}

fn targets(items: Vec<Node>, trail: &mut Trail, report: &mut Report) -> Vec<FallbackTarget> {
    let items = items.into_iter().enumerate();
    items.filter_map(|(number, item)| trail.item(number, |trail| target(item, trail, report))).collect()
}

/// A name, or `{model, …parameters}`.
fn target(node: Node, trail: &Trail, report: &mut Report) -> Option<FallbackTarget> {
    let message = match node.value {
        Value::Text(model) if !model.is_empty() => {
            return Some(FallbackTarget { model, overrides: RawObject::default() });
        }
        Value::Map(map) => {
            let mut fields = Fields::new(map);
            if let Some(model) = fields.text("model").filter(|model| !model.is_empty()) {
                return Some(FallbackTarget { model, overrides: fields.rest() });
            }
            "a fallback needs a `model`".to_owned()
        }
        other => format!("expected a model group or a mapping with `model`, found {}", other.name()),
    };
    report.error(node.at, trail.as_str(), Cause::WrongType, message);
    None
}

/// `{alias: group}` or `{alias: {model, hidden}}`, with each alias's place for later findings.
pub(crate) fn aliases(map: Map, trail: &mut Trail, report: &mut Report) -> IndexMap<String, (GroupAlias, Position)> {
    let mut aliases = IndexMap::with_capacity(map.len());
    for (name, node) in map.into_iter().filter(|(_, node)| !node.is_null()) {
        let at = node.at;
        let alias = match node.value {
            Value::Text(model) => Some(GroupAlias { model, hidden: false }),
            Value::Map(map) => {
                let mut fields = Fields::new(map);
                let hidden = fields.flag("hidden").unwrap_or(false);
                fields.text("model").map(|model| GroupAlias { model, hidden })
            }
            _ => None,
        };
        match alias {
            Some(alias) => {
                aliases.insert(name, (alias, at));
            }
            None => trail.key(&name, |trail| {
                let message = "expected a model group or `{model, hidden}`";
                report.error(at, trail.as_str(), Cause::WrongType, message);
            }),
        }
    }
    aliases
}

/// A mapping of names to names, such as `model_alias_map`.
pub(crate) fn names(map: Map) -> IndexMap<String, String> {
    let texts = json::to_object(map).into_iter();
    texts.filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
}

//! Takes typed values out of a checked mapping.

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value as Json;
use tianji_core::Secret;

use crate::raw::{Map, Node, Value, json};
use crate::raw_object::RawObject;

/// A checked mapping whose values are taken one by one; what is left goes where unlisted keys go.
#[derive(Default)]
pub(crate) struct Fields(Map);

impl Fields {
    pub(crate) fn new(map: Map) -> Self {
        Self(map)
    }

    /// The mapping under a key, empty when it is not given.
    pub(crate) fn inner(&mut self, key: &str) -> Self {
        Self(self.map(key).unwrap_or_default())
    }

    pub(crate) fn node(&mut self, key: &str) -> Option<Node> {
        self.0.shift_remove(key).filter(|node| !node.is_null())
    }

    pub(crate) fn text(&mut self, key: &str) -> Option<String> {
        self.node(key).and_then(|node| match node.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => None,
        })
    }

    pub(crate) fn secret(&mut self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret::new)
    }

    pub(crate) fn flag(&mut self, key: &str) -> Option<bool> {
        self.node(key).and_then(|node| match node.value {
            Value::Bool(value) => Some(value),
            _ => None,
        })
    }

    pub(crate) fn digits(&mut self, key: &str) -> Option<String> {
        self.node(key).and_then(|node| match node.value {
            Value::Number(digits) => Some(digits),
            _ => None,
        })
    }

    pub(crate) fn count(&mut self, key: &str) -> Option<u64> {
        self.digits(key).and_then(|digits| digits.parse().ok())
    }

    /// A count of things of which nobody has four billion; larger ones are cut there.
    pub(crate) fn small(&mut self, key: &str) -> Option<u32> {
        self.count(key).map(|count| u32::try_from(count).unwrap_or(u32::MAX))
    }

    pub(crate) fn number(&mut self, key: &str) -> Option<f64> {
        self.digits(key).and_then(|digits| digits.parse().ok())
    }

    pub(crate) fn seconds(&mut self, key: &str) -> Option<Duration> {
        self.number(key).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    pub(crate) fn texts(&mut self, key: &str) -> Vec<String> {
        let items = self.list(key);
        items.into_iter().filter_map(|item| item.text().map(str::to_owned)).collect()
    }

    pub(crate) fn list(&mut self, key: &str) -> Vec<Node> {
        match self.node(key).map(|node| node.value) {
            Some(Value::List(items)) => items,
            _ => Vec::new(),
        }
    }

    pub(crate) fn map(&mut self, key: &str) -> Option<Map> {
        self.node(key).and_then(|node| match node.value {
            Value::Map(map) => Some(map),
            _ => None,
        })
    }

    pub(crate) fn json(&mut self, key: &str) -> Option<Json> {
        self.node(key).map(json::to_json)
    }

    pub(crate) fn object(&mut self, key: &str) -> RawObject {
        RawObject::new(json::to_object(self.map(key).unwrap_or_default()))
    }

    /// A mapping of texts that may be credentials, such as request headers.
    pub(crate) fn secrets(&mut self, key: &str) -> IndexMap<String, Secret> {
        let map = self.map(key).unwrap_or_default();
        map.into_iter().filter_map(|(name, node)| Some((name, Secret::new(scalar(node)?)))).collect()
    }

    /// Takes every entry whose key is wanted.
    pub(crate) fn drain(&mut self, wanted: impl Fn(&str) -> bool) -> Map {
        let (taken, left) = std::mem::take(&mut self.0).into_iter().partition(|(key, _)| wanted(key));
        self.0 = left;
        taken
    }

    /// Everything that nobody took.
    pub(crate) fn rest(self) -> RawObject {
        RawObject::new(json::to_object(self.0))
    }
}

/// The text of a scalar.
fn scalar(node: Node) -> Option<String> {
    match node.value {
        Value::Text(text) | Value::Number(text) => Some(text),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

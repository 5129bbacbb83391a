//! A parsed tree and its outline become one tree with positions: duplicate keys, merge keys, exact digits.

use std::collections::HashMap;

use super::positions::{Index, Step};
use super::{Map, Node, Position, Tree, Value};
use crate::diagnostic::{Cause, Report, Trail};

/// Gives every value its place in the text it came from.
pub(crate) fn place(tree: Tree, text: &str, file: u32, report: &mut Report) -> Node {
    let index = Index::of(text);
    let mut placer = Placer { index: &index, file, report };
    placer.node(tree, Some(0), Position { file, line: 1, column: 1 }, &mut Trail::default())
}

struct Placer<'a> {
    index: &'a Index,
    file: u32,
    report: &'a mut Report,
}

impl Placer<'_> {
    /// `entry` is `None` where the outline knows nothing: such values stand where the key around them stands.
    fn node(&mut self, tree: Tree, entry: Option<usize>, at: Position, trail: &mut Trail) -> Node {
        let value = match tree {
            Tree::Null => Value::Null,
            Tree::Bool(value) => Value::Bool(value),
            Tree::Integer(digits) => Value::Number(digits),
            Tree::Float(value) => Value::Number(self.digits(value, entry)),
            Tree::Text(text) => Value::Text(text),
            Tree::List(items) => Value::List(self.list(items, entry, at, trail)),
            Tree::Map(entries) => Value::Map(self.map(entries, entry, at, trail)),
        };
        Node::new(value, at)
    }

    fn list(&mut self, items: Vec<Tree>, entry: Option<usize>, at: Position, trail: &mut Trail) -> Vec<Node> {
        let mut nodes = Vec::with_capacity(items.len());
        for (number, item) in items.into_iter().enumerate() {
            let child = entry.and_then(|parent| self.index.child(parent, Step::Item(number), 0));
            let at = self.position(child, at);
            nodes.push(trail.item(number, |trail| self.node(item, child, at, trail)));
        }
        nodes
    }

    fn map(&mut self, entries: Vec<(String, Tree)>, entry: Option<usize>, at: Position, trail: &mut Trail) -> Map {
        let mut map = Map::with_capacity(entries.len());
        let mut merged = Vec::new();
        let mut repeats: HashMap<String, usize> = HashMap::new();
        for (key, tree) in entries {
            let count = repeats.entry(key.clone()).or_default();
            let child = entry.and_then(|parent| self.index.child(parent, Step::Key(key.clone()), *count));
            *count += 1;
            let at = self.position(child, at);
            let node = trail.key(&key, |trail| {
                if let Some(first) = map.get(&key).map(|node: &Node| node.at.line) {
                    let message = format!("duplicate key, it already stands on line {first}");
                    self.report.error(at, trail.as_str(), Cause::DuplicateKey, message);
                }
                self.node(tree, child, at, trail)
            });
            if key == "<<" {
                merged.push(node);
            } else {
                map.entry(key).or_insert(node);
            }
        }
        for node in merged {
            trail.key("<<", |trail| self.merge(&mut map, node, trail));
        }
        map
    }

    /// YAML merge key (yaml.org type repository, "Merge Key"): own keys win, earlier mappings win over later ones.
    fn merge(&mut self, map: &mut Map, from: Node, trail: &Trail) {
        match from.value {
            Value::Map(entries) => {
                for (key, node) in entries {
                    map.entry(key).or_insert(node);
                }
            }
            Value::List(items) if items.iter().all(|item| item.map().is_some()) => {
                items.into_iter().for_each(|item| self.merge(map, item, trail));
            }
            Value::Null => {}
            other => {
                let message = format!("a merge key needs a mapping or a list of mappings, found {}", other.name());
                self.report.error(from.at, trail.as_str(), Cause::Syntax, message);
            }
        }
    }

    fn position(&self, entry: Option<usize>, around: Position) -> Position {
        let found = entry.and_then(|id| self.index.entry(id));
        found.map_or(around, |entry| Position { file: self.file, line: entry.line, column: entry.column })
    }

    /// The digits as written when they mean the same number; else the shortest that do.
    fn digits(&self, value: f64, entry: Option<usize>) -> String {
        let written = entry.and_then(|id| self.index.entry(id)).and_then(|entry| entry.digits.as_deref());
        match written {
            Some(digits) if digits.parse() == Ok(value) => digits.to_owned(),
            _ => shortest(value),
        }
    }
}

/// The shortest decimal text that reads back as the same number, such as `1.5e-7`.
fn shortest(value: f64) -> String {
    serde_json::Number::from_f64(value).map_or_else(|| value.to_string(), |number| number.to_string())
}

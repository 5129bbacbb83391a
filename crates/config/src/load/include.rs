//! Reading files, and `include:`.

use std::path::{Component, Path, PathBuf};

use crate::diagnostic::{Cause, Report, Trail};
use crate::raw::{self, Map, Node, Position, Value};
use crate::source::{Source, SourceError};

/// The root file's tree with all includes merged in; `None` when a file has no tree at all.
pub(super) fn read(root_path: &str, source: &dyn Source, report: &mut Report) -> Option<Map> {
    let root = normal(Path::new(root_path));
    let mut reader = Reader { source, root: root.clone(), stack: Vec::new() };
    let text = match source.read(&root) {
        Ok(text) => text,
        Err(error) => {
            let file = report.file(&root);
            report.error(Position { file, ..Position::default() }, "", Cause::Unreadable, error.to_string());
            return None;
        }
    };
    reader.file(root, &text, report)
}

struct Reader<'a> {
    source: &'a dyn Source,
    root: String,
    /// The files that are being read: the root, its include, that one's include …
    stack: Vec<String>,
}

impl Reader<'_> {
    fn file(&mut self, path: String, text: &str, report: &mut Report) -> Option<Map> {
        let file = report.file(&path);
        let whole = Position { file, ..Position::default() };
        if text.len() > MAX_FILE_BYTES {
            report.error(whole, "", Cause::Unreadable, "larger than 4 MiB");
            return None;
        }
        let tree = match raw::parse(text) {
            Ok(tree) => tree,
            Err(raw::SyntaxError { message, line, column }) => {
                report.error(Position { file, line, column }, "", Cause::Syntax, message);
                return None;
            }
        };
        let node = raw::place(tree, text, file, report);
        let mut map = match node.value {
            Value::Map(map) => map,
            Value::Null => Map::new(),
            other => {
                let message = format!("the file must hold a mapping, found {}", other.name());
                report.error(node.at, "", Cause::Syntax, message);
                return None;
            }
        };
        if let Some(include) = map.shift_remove("include") {
            self.stack.push(path);
            self.includes(include, &mut map, report);
            self.stack.pop();
        }
        Some(map)
    }

    fn includes(&mut self, include: Node, map: &mut Map, report: &mut Report) {
        let items = match include.value {
            Value::Null => return,
            Value::List(items) => items,
            _ => vec![include],
        };
        let mut trail = Trail::default();
        for (number, item) in items.into_iter().enumerate() {
            let path = trail.key("include", |trail| trail.item(number, |trail| trail.as_str().to_owned()));
            if let Value::Text(name) = &item.value {
                if let Some(included) = self.include(name, item.at, &path, report) {
                    merge(map, included);
                }
            } else {
                let message = format!("expected a file name, found {}", item.value.name());
                report.error(item.at, &path, Cause::WrongType, message);
            }
        }
    }

    fn include(&mut self, name: &str, at: Position, path: &str, report: &mut Report) -> Option<Map> {
        if self.stack.len() > MAX_DEPTH {
            report.error(at, path, Cause::Include, format!("`{name}` is nested more than {MAX_DEPTH} includes deep"));
            return None;
        }
        if report.file_count() >= MAX_FILES {
            report.error(at, path, Cause::Include, format!("more than {MAX_FILES} files"));
            return None;
        }
        let (file, text) = match self.find(name) {
            Ok((file, text, beside)) => {
                if !beside {
                    let message = format!("`{name}` is not beside this file; the one beside the root file is used");
                    report.warning(at, path, Cause::Include, message);
                }
                (file, text)
            }
            Err(error) => {
                report.error(at, path, Cause::Include, format!("include `{name}`: {error}"));
                return None;
            }
        };
        if self.stack.contains(&file) {
            let circle = self.stack.iter().skip_while(|open| **open != file).map(String::as_str);
            let circle = circle.chain([file.as_str()]).collect::<Vec<_>>().join(" -> ");
            report.error(at, path, Cause::Include, format!("include cycle: {circle}"));
            return None;
        }
        self.file(file, &text, report)
    }

    /// Path, text, and whether the file was beside the one that includes it.
    fn find(&self, name: &str) -> Result<(String, String, bool), SourceError> {
        let beside = relative(self.stack.last().unwrap_or(&self.root), name);
        match self.source.read(&beside) {
            Err(SourceError::Missing) => {
                let fallback = relative(&self.root, name);
                if fallback == beside {
                    return Err(SourceError::Missing);
                }
                let text = self.source.read(&fallback)?;
                Ok((fallback, text, false))
            }
            text => Ok((beside, text?, true)),
        }
    }
}

/// Lists are appended, mappings merged; of anything else the includer's own stays.
fn merge(into: &mut Map, from: Map) {
    for (key, theirs) in from {
        match into.get_mut(&key) {
            None => {
                into.insert(key, theirs);
            }
            Some(own) => match (&mut own.value, theirs.value) {
                (Value::Map(own), Value::Map(theirs)) => merge(own, theirs),
                (Value::List(own), Value::List(theirs)) => own.extend(theirs),
                (Value::Null, value) => *own = Node { value, ..theirs },
                _ => {}
            },
        }
    }
}

/// A file name as seen from another file.
fn relative(from: &str, name: &str) -> String {
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    normal(&folder.join(name))
}

/// The path without `.` and without `..` where that is possible, so that one file has one name.
fn normal(path: &Path) -> String {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out.to_string_lossy().into_owned()
}

/// A configuration file is written by hand; what is larger is something else.
const MAX_FILE_BYTES: usize = 4 << 20;

/// How deep includes may be nested.
const MAX_DEPTH: usize = 10;

/// How many files one configuration may be made of: nested includes multiply.
const MAX_FILES: usize = 256;

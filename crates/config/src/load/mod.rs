//! From files to one checked tree, and from there to the typed configuration.

mod defaults;
mod environment;
mod include;
mod interpolate;
mod search_tools;
pub(crate) mod spelling;

pub use environment::Environment;

use crate::check;
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Report};
use crate::keys;
use crate::raw::{Map, Node, Value};
use crate::source::Source;

/// A configuration that may be used, with everything odd about it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The typed configuration.
    pub config: Config,
    /// What deserves the operator's attention, by file and line.
    pub warnings: Vec<Diagnostic>,
    /// Every file that was read, the root first: what a reload has to watch.
    pub files: Vec<String>,
}

impl Loaded {
    /// Treats warnings as errors (`--strict-config`).
    ///
    /// # Errors
    /// All warnings, if there are any.
    pub fn strict(self) -> Result<Self, Vec<Diagnostic>> {
        if self.warnings.is_empty() { Ok(self) } else { Err(self.warnings) }
    }
}

/// Reads a configuration file and everything that it includes.
///
/// # Errors
/// All errors of all files at once, by file and line. Warnings are not among them.
pub fn load(root_path: &str, source: &dyn Source) -> Result<Loaded, Vec<Diagnostic>> {
    let mut report = Report::default();
    let root = include::read(root_path, source, &mut report);
    let config = root.map(|root| compile(root, source, &mut report));
    let (errors, warnings, files) = report.finish();
    match config {
        Some(config) if errors.is_empty() => Ok(Loaded { config, warnings, files }),
        _ => Err(errors),
    }
}

/// The typed configuration of a tree; errors go to the report.
fn compile(mut root: Map, source: &dyn Source, report: &mut Report) -> Config {
    spelling::unify(&mut root, report);
    let environment = environment::resolve(&mut root, source, report);
    search_tools::apply(&mut root, report);
    defaults::apply(&mut root, report);
    check::section(&mut root, &keys::ROOT, report);
    Config::read(root, environment, report)
}

/// A member of a mapping that is a mapping itself.
fn submap<'m>(map: &'m Map, key: &str) -> Option<&'m Map> {
    map.get(key).and_then(Node::map)
}

/// Calls `visit` for every text below a value, with its trail.
fn each_text(node: &mut Node, trail: &mut crate::diagnostic::Trail, visit: &mut dyn FnMut(&mut Node, &str)) {
    match &mut node.value {
        Value::Text(_) => visit(node, trail.as_str()),
        Value::List(items) => {
            for (number, item) in items.iter_mut().enumerate() {
                trail.item(number, |trail| each_text(item, trail, visit));
            }
        }
        Value::Map(map) => {
            for (key, member) in map {
                let shown = member.shown_key(key);
                trail.key(&shown, |trail| each_text(member, trail, visit));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

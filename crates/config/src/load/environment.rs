//! `environment_variables:` and `os.environ/NAME`.

use indexmap::IndexMap;
use tianji_core::Secret;

use super::{each_text, interpolate, submap};
use crate::diagnostic::{Cause, Report, Trail};
use crate::raw::{Map, Node, Value};
use crate::source::Source;

/// The file's own `environment_variables:`, consulted before the process environment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Environment(IndexMap<String, Secret>);

impl Environment {
    /// The value of a variable: the file's own first, then the process environment's.
    ///
    /// `LITELLM_X` and `TIANJI_X` are one variable, whichever is asked for; the latter wins.
    pub fn lookup(&self, name: &str, source: &dyn Source) -> Option<String> {
        let suffix = name.strip_prefix("LITELLM_").or_else(|| name.strip_prefix("TIANJI_"));
        let Some(suffix) = suffix else { return self.exact(name, source) };
        self.exact(&format!("TIANJI_{suffix}"), source).or_else(|| self.exact(&format!("LITELLM_{suffix}"), source))
    }

    /// The names that the file sets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn exact(&self, name: &str, source: &dyn Source) -> Option<String> {
        self.0.get(name).map(|value| value.expose().to_owned()).or_else(|| source.env(name))
    }
}

/// Replaces references to the environment in the whole tree.
pub(super) fn resolve(root: &mut Map, source: &dyn Source, report: &mut Report) -> Environment {
    let shell = submap(root, "general_settings")
        .and_then(|settings| settings.get("env_interpolation"))
        .is_some_and(|mode| mode.text() == Some("shell"));
    let mut environment = Environment::default();
    let mut trail = Trail::default();
    // The variables come first: everything else, and later variables, may refer to them.
    if let Some(Node { value: Value::Map(variables), .. }) = root.get_mut("environment_variables") {
        trail.key("environment_variables", |trail| {
            for (name, node) in variables {
                trail.key(name, |trail| {
                    each_text(node, trail, &mut |node, path| {
                        text(node, path, &environment, source, report);
                    });
                });
                if let Some(value) = scalar(&node.value) {
                    environment.0.insert(name.clone(), Secret::new(value));
                }
            }
        });
    }
    for (key, node) in root.iter_mut().filter(|(key, _)| *key != "environment_variables") {
        let shown = node.shown_key(key).into_owned();
        trail.key(&shown, |trail| {
            each_text(node, trail, &mut |node, path| {
                if !text(node, path, &environment, source, report) && shell {
                    interpolate::shell(node, path, &|name| environment.lookup(name, source), report);
                }
            });
        });
    }
    environment
}

/// Replaces a text that is one reference; false when it is none.
fn text(node: &mut Node, path: &str, environment: &Environment, source: &dyn Source, report: &mut Report) -> bool {
    let Some(name) = node.text().and_then(|text| text.strip_prefix("os.environ/")) else { return false };
    let name: Box<str> = name.trim().into();
    let value = environment.lookup(&name, source);
    if value.is_none() {
        let message = format!("environment variable {name} is not set");
        report.warning(node.at, path, Cause::MissingVariable, message);
    }
    node.value = Value::Text(value.unwrap_or_default());
    node.variable = Some(name);
    true
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

//! `${NAME}`, `${NAME:-default}` and `$NAME` inside texts, when `env_interpolation: shell` asks for it.

use crate::diagnostic::{Cause, Report};
use crate::raw::{Node, Value};

/// Replaces the variables in one text. `$$` is a dollar sign; a `$` before anything else stays as it is.
pub(super) fn shell(node: &mut Node, path: &str, lookup: &dyn Fn(&str) -> Option<String>, report: &mut Report) {
    let Some(text) = node.text().filter(|text| text.contains('$')) else { return };
    let (mut out, mut missing, mut first) = (String::with_capacity(text.len()), Vec::new(), None);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        match variable(after) {
            Some((name, default, tail)) => {
                first.get_or_insert_with(|| Box::from(name));
                match lookup(name).filter(|value| default.is_none() || !value.is_empty()) {
                    Some(value) => out.push_str(&value),
                    None if default.is_some() => out.push_str(default.unwrap_or_default()),
                    None => missing.push(name.to_owned()),
                }
                rest = tail;
            }
            None => {
                out.push('$');
                rest = after.strip_prefix('$').unwrap_or(after);
            }
        }
    }
    out.push_str(rest);
    for name in missing {
        let message = format!("environment variable {name} is not set");
        report.warning(node.at, path, Cause::MissingVariable, message);
    }
    node.value = Value::Text(out);
    node.variable = first;
}

/// Name, default and the text behind of the variable at the start of `text` (its `$` already read).
fn variable(text: &str) -> Option<(&str, Option<&str>, &str)> {
    if let Some(braced) = text.strip_prefix('{') {
        let (inner, tail) = braced.split_once('}')?;
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        return (name_length(name) == name.len() && !name.is_empty()).then_some((name, default, tail));
    }
    let (name, tail) = text.split_at_checked(name_length(text))?;
    (!name.is_empty()).then_some((name, None, tail))
}

/// How many bytes of the start form a variable's name (POSIX.1-2017, 3.235 "Name").
fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
}

//! Holds a tree against the key tables: types, unknown keys, keys that nothing acts on.
//!
//! What passes is normalised on the way (words to switches, quoted numbers to numbers), what does not is reported and
//! removed. So the typed readers behind it never meet a wrong type.

mod nearest;
mod scalar;

use crate::diagnostic::{Cause, Report, Trail};
use crate::keys::{Key, Kind, Others, Section};
use crate::raw::{self, Map, Node, Value};

use nearest::nearest;

/// Checks a mapping and everything below it.
pub(crate) fn section(map: &mut Map, section: &'static Section, report: &mut Report) {
    Checker { report, silent: false }.section(map, section, &mut Trail::default());
}

struct Checker<'r> {
    report: &'r mut Report,
    /// Inside a key that is itself inactive: its own keys are not worth more warnings.
    silent: bool,
}

impl Checker<'_> {
    fn section(&mut self, map: &mut Map, section: &'static Section, trail: &mut Trail) {
        for (name, node) in map.iter_mut().filter(|(_, node)| !node.is_null()) {
            let shown = node.shown_key(name).into_owned();
            trail.key(&shown, |trail| match section.key(name) {
                Some(key) => self.known(node, key, trail),
                None => self.unknown(node, name, section, trail),
            });
        }
    }

    fn known(&mut self, node: &mut Node, key: &'static Key, trail: &mut Trail) {
        if !(key.active || self.silent) {
            let message = "known, but not active in this build";
            self.report.warning(node.at, trail.as_str(), Cause::InactiveKey, message);
        }
        let outside = self.silent;
        self.silent |= !key.active;
        self.value(node, key.kind, trail);
        self.silent = outside;
    }

    fn unknown(&mut self, node: &Node, name: &str, section: &'static Section, trail: &Trail) {
        let limit = match section.others {
            Others::Keep => return,
            Others::Forward => FORWARDED_DISTANCE,
            Others::Warn => (name.chars().count() / 3).max(FORWARDED_DISTANCE),
        };
        let names = section.all().filter(|key| !key.is_family()).map(|key| key.name);
        let message = match (nearest(name, names, limit), section.others) {
            (Some(known), Others::Forward) => {
                format!("goes to the provider as it is; did you mean `{known}`?")
            }
            (None, Others::Forward) => return,
            (Some(known), _) => format!("unknown key; did you mean `{known}`?"),
            (None, _) => "unknown key".to_owned(),
        };
        self.report.warning(node.at, trail.as_str(), Cause::UnknownKey, message);
    }

    /// Normalises a value to its kind; a value that does not fit is reported and becomes "not given".
    fn value(&mut self, node: &mut Node, kind: Kind, trail: &mut Trail) {
        // A variable that is not set: the warning has been given, the key counts as absent.
        if node.variable.is_some() && node.text() == Some("") && !matches!(kind, Kind::Param | Kind::Any) {
            node.value = Value::Null;
            return;
        }
        if matches!(kind, Kind::Map | Kind::List | Kind::ListOrMap | Kind::Texts | Kind::Section(_) | Kind::Rows(_)) {
            parse_variable(node);
        }
        let fits = match kind {
            Kind::Section(section) => self.inner(node, section, trail),
            Kind::Rows(section) => self.rows(node, section, trail),
            Kind::Texts => return self.texts(node, trail),
            Kind::Python(hint) => return self.python(node, trail, hint),
            Kind::IgnoredPython(hint) => {
                let message = format!("Python code cannot run here, so this has no effect: {hint}");
                self.report.warning(node.at, trail.as_str(), Cause::RefusedKey, message);
                return;
            }
            Kind::Map => matches!(node.value, Value::Map(_)),
            Kind::List => matches!(node.value, Value::List(_)),
            Kind::ListOrMap => matches!(node.value, Value::List(_) | Value::Map(_)),
            Kind::TextOrMap => matches!(node.value, Value::Text(_) | Value::Map(_)),
            Kind::TextOrList => matches!(node.value, Value::Text(_) | Value::List(_)),
            Kind::BoolOrText => matches!(node.value, Value::Bool(_) | Value::Text(_)),
            Kind::BoolOrList => matches!(node.value, Value::Bool(_) | Value::List(_)),
            Kind::BoolOrMap => matches!(node.value, Value::Bool(_) | Value::Map(_)),
            Kind::Any | Kind::Param | Kind::Ignored => true,
            _ => return scalar::normalise(node, kind, trail.as_str(), self.report),
        };
        if !fits {
            self.wrong(node, expected(kind), trail);
        }
    }

    fn inner(&mut self, node: &mut Node, section: &'static Section, trail: &mut Trail) -> bool {
        let Value::Map(map) = &mut node.value else { return false };
        self.section(map, section, trail);
        true
    }

    fn rows(&mut self, node: &mut Node, section: &'static Section, trail: &mut Trail) -> bool {
        let Value::List(items) = &mut node.value else { return false };
        for (number, item) in items.iter_mut().enumerate() {
            trail.item(number, |trail| {
                if !item.is_null() && !self.inner(item, section, trail) {
                    self.wrong(item, "a mapping", trail);
                }
            });
        }
        true
    }

    fn texts(&mut self, node: &mut Node, trail: &mut Trail) {
        match &mut node.value {
            Value::List(items) => {
                for (number, item) in items.iter_mut().enumerate() {
                    trail.item(number, |trail| scalar::normalise(item, Kind::Text, trail.as_str(), self.report));
                }
            }
            Value::Text(_) => {
                let item = std::mem::take(node);
                *node = Node::new(Value::List(vec![item.clone()]), item.at);
            }
            _ => self.wrong(node, "a list of texts", trail),
        }
    }

    fn python(&mut self, node: &mut Node, trail: &Trail, hint: &str) {
        let url = |text: &str| text.starts_with("http:") || text.starts_with("https:");
        if !node.text().is_some_and(url) {
            let message = format!("Python code cannot run here: {hint}");
            self.report.error(node.at, trail.as_str(), Cause::RefusedKey, message);
        }
    }

    fn wrong(&mut self, node: &mut Node, expected: &str, trail: &Trail) {
        let message = format!("expected {expected}, found {}", node.value.name());
        self.report.error(node.at, trail.as_str(), Cause::WrongType, message);
        node.value = Value::Null;
    }
}

/// A variable may hold a list or a mapping as JSON.
fn parse_variable(node: &mut Node) {
    if node.variable.is_some()
        && let Some(json) = node.text().and_then(|text| serde_json::from_str(text).ok())
    {
        node.value = raw::json::from_json(json, node.at).value;
    }
}

/// What a kind asks for, for a sentence.
fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Section(_) | Kind::Map => "a mapping",
        Kind::Rows(_) => "a list of mappings",
        Kind::List => "a list",
        Kind::Texts => "a list of texts",
        Kind::ListOrMap => "a list or a mapping",
        Kind::TextOrMap => "text or a mapping",
        Kind::TextOrList => "text or a list",
        Kind::BoolOrText => "true, false or text",
        Kind::BoolOrList => "true, false or a list",
        Kind::BoolOrMap => "true, false or a mapping",
        Kind::Bool => "true or false",
        Kind::Count => "a whole number",
        Kind::Number | Kind::Price => "a number",
        Kind::Seconds => "a number of seconds",
        Kind::Text | Kind::Secret => "text",
        Kind::Choice(_) => "one word",
        Kind::Any | Kind::Param | Kind::Ignored | Kind::Python(_) | Kind::IgnoredPython(_) => "anything",
    }
}

/// How far a key may be from a known one to be taken for a slip of the pen, in edits.
const FORWARDED_DISTANCE: usize = 2;

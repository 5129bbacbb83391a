//! Single values: switches, numbers, texts.

use super::expected;
use crate::diagnostic::{Cause, Report};
use crate::keys::Kind;
use crate::raw::{Node, Value};

/// Brings a value into the form of its kind, or reports it and makes it "not given".
pub(super) fn normalise(node: &mut Node, kind: Kind, path: &str, report: &mut Report) {
    if node.is_null() {
        return;
    }
    let wrong = match kind {
        Kind::Bool => boolean(node, path, report),
        Kind::Count => number(node, kind, |digits| whole(digits).ok_or("must be a whole number from 0")),
        Kind::Number => number(node, kind, |digits| non_negative(digits).map(|_| digits.to_owned())),
        Kind::Price => number(node, kind, |digits| non_negative(digits).map(|_| digits.to_owned())),
        Kind::Seconds => number(node, kind, |digits| match non_negative(digits)? {
            seconds if seconds > MAX_SECONDS => Err("must be at most 1e9 seconds"),
            _ => Ok(digits.to_owned()),
        }),
        Kind::Choice(words) => choice(node, words),
        _ => text(node, kind),
    };
    if let Err(message) = wrong {
        report.error(node.at, path, Cause::WrongType, message);
        node.value = Value::Null;
    }
}

fn boolean(node: &mut Node, path: &str, report: &mut Report) -> Result<(), String> {
    if let Value::Bool(_) = node.value {
        return Ok(());
    }
    let word = node.text().map(|text| text.trim().to_ascii_lowercase()).unwrap_or_default();
    let value = match word.as_str() {
        "true" | "yes" | "on" | "1" => true,
        "false" | "no" | "off" | "0" => false,
        _ => return Err(mismatch(node, Kind::Bool)),
    };
    // In the environment everything is text; in a file the YAML 1.1 words are worth a remark.
    if node.variable.is_none() && !matches!(word.as_str(), "true" | "false") {
        let message = format!("`{word}` is taken for `{value}`; YAML 1.2 has only `true` and `false`");
        report.warning(node.at, path, Cause::OldNotation, message);
    }
    node.value = Value::Bool(value);
    Ok(())
}

fn number(node: &mut Node, kind: Kind, check: impl FnOnce(&str) -> Result<String, &'static str>) -> Result<(), String> {
    let digits = match &node.value {
        Value::Number(digits) => digits.as_str(),
        Value::Text(text) => text.trim(),
        _ => return Err(mismatch(node, kind)),
    };
    if !is_decimal(digits) {
        return Err(mismatch(node, kind));
    }
    let digits = check(digits).map_err(|reason| format!("{reason}, found {digits}"))?;
    node.value = Value::Number(digits);
    Ok(())
}

/// Decimal digits with an optional sign, fraction and exponent; no `inf`, no `nan`.
fn is_decimal(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite) && !text.contains(|c: char| !"0123456789.eE+-".contains(c))
}

fn non_negative(digits: &str) -> Result<f64, &'static str> {
    let value: f64 = digits.parse().map_err(|_| "must be a number")?;
    if value < 0.0 { Err("must not be negative") } else { Ok(value) }
}

/// The digits of a whole number, also of one written as `10.0` or `1e3`.
fn whole(digits: &str) -> Option<String> {
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    if let Ok(value) = digits.parse::<u64>() {
        return Some(value.to_string());
    }
    let value: f64 = digits.parse().ok()?;
    (value >= 0.0 && value.fract() == 0.0 && value <= MAX_EXACT).then(|| format!("{value:.0}"))
}

fn choice(node: &mut Node, words: &[&str]) -> Result<(), String> {
    let known = words.join(", ");
    match node.text() {
        Some(text) if words.contains(&text) => Ok(()),
        Some(text) => Err(format!("`{text}` is none of: {known}")),
        None => Err(format!("expected one of: {known}; found {}", node.value.name())),
    }
}

fn text(node: &mut Node, kind: Kind) -> Result<(), String> {
    match std::mem::take(&mut node.value) {
        Value::Text(text) | Value::Number(text) => {
            node.value = Value::Text(text);
            Ok(())
        }
        other => {
            node.value = other;
            Err(mismatch(node, kind))
        }
    }
}

/// Texts are not repeated in the message: they may be secrets in the wrong place.
fn mismatch(node: &Node, kind: Kind) -> String {
    format!("expected {}, found {}", expected(kind), node.value.name())
}

/// Longer than any time-out, and far inside what a `Duration` holds.
const MAX_SECONDS: f64 = 1e9;

/// Up to here every whole number has a double of its own (2^53).
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

//! JSON texts that need not be objects.

use crate::ends::Ends;
use crate::json_error::{JsonError, JsonErrorKind};
use crate::limits::JsonLimits;
use crate::scan::{self, Scan, Scanner};
use std::ops::Range;

/// The raw items of a JSON array.
///
/// # Errors
/// When the text is no UTF-8, no JSON, deeper than 128 levels, or no array.
pub fn raw_array_items(raw: &[u8]) -> Result<Vec<&[u8]>, JsonError> {
    let spans = scan::read(raw, JsonLimits::DEPTH_ONLY, items)?;
    Ok(spans.into_iter().filter_map(|span| raw.get(span)).collect())
}

fn items(scanner: &mut Scanner<'_>) -> Scan<Vec<Range<usize>>> {
    scanner.enter(b'[', JsonErrorKind::NotAnArray)?;
    let mut items = Vec::new();
    if scanner.eat(b']') {
        return scanner.end().map(|()| items);
    }
    loop {
        items.push(scanner.span(1)?);
        if !scanner.goes_on(b']')? {
            return scanner.end().map(|()| items);
        }
    }
}

/// Checks that a text is JSON, and builds nothing.
///
/// # Errors
/// When the text is no UTF-8, no JSON, or deeper than 128 levels.
pub fn check_json(raw: &[u8]) -> Result<(), JsonError> {
    scan::read(raw, JsonLimits::DEPTH_ONLY, only_value)
}

/// The same, noting where the outer containers end.
///
/// # Errors
/// As [`check_json`].
pub fn check_json_ends(raw: &[u8]) -> Result<Ends, JsonError> {
    scan::read(raw, JsonLimits::DEPTH_ONLY, |scanner| {
        scanner.ends = Some(Ends::default());
        only_value(scanner)?;
        Ok(scanner.ends.take().unwrap_or_default())
    })
}

fn only_value(scanner: &mut Scanner<'_>) -> Scan<()> {
    scanner.span(0)?;
    scanner.end()
}

/// Any JSON text as a tree.
///
/// # Errors
/// When the text is no UTF-8, no JSON, deeper than 127 levels (the most that `serde_json` builds a tree of), or holds
/// a number or a string that a tree cannot: beyond the range of a 64-bit float, or half a surrogate pair.
pub fn parse_value(body: &[u8]) -> Result<serde_json::Value, JsonError> {
    scan::read(body, JsonLimits { depth: TREE_DEPTH, ..JsonLimits::DEPTH_ONLY }, only_value)?;
    serde_json::from_slice(body).map_err(|cause| {
        let line = memchr::memchr_iter(b'\n', body).nth(cause.line().wrapping_sub(2)).map_or(0, |at| at + 1);
        let byte = line + cause.column().saturating_sub(1);
        JsonError::at(JsonErrorKind::Syntax("Number or string out of range"), body, byte)
    })
}

/// `serde_json`'s own limit, under which its parser's recursion is safe.
const TREE_DEPTH: u32 = 127;

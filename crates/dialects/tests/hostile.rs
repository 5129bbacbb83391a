//! Bodies that nobody meant to send, derived from every fixture of every dialect: cut off anywhere, and with each value
//! replaced by one of another type. Every decoder answers or refuses: none panics, none hangs, and whoever sent the body
//! is told in words of JSON, not of Rust.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    reason = "tests may stop at the first surprise, and the targets are a crate of their own elsewhere"
)]

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use bytes::Bytes;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use targets::choice::ALL;
use tianji_core::generate::ClientView;
use tianji_dialects::{Dialect, Observed, dialect};

#[test]
fn requests() {
    each(&["requests", "request"], &["json"], |at, dialect, body| {
        if at.is_multiple_of(SAMPLE) {
            check("a request", dialect, body, targets::requests::check);
        } else if let Err(cause) = spoken(dialect).decode_request(&Bytes::copy_from_slice(body)) {
            targets::requests::in_words(cause);
        }
    });
}

#[test]
fn replies() {
    each(&["responses", "response"], &["json"], |at, dialect, body| {
        if at.is_multiple_of(SAMPLE) {
            check("a reply", dialect, body, targets::responses::check);
        } else {
            let body = Bytes::copy_from_slice(body);
            let _ = spoken(dialect).decode_response(&body);
            let _ = spoken(dialect).relay_response(&body, &ClientView::default(), &mut Observed::default());
        }
    });
}

#[test]
fn streams() {
    each(&["streams", "stream"], &["sse", "ndjson"], |at, dialect, stream| {
        if !at.is_multiple_of(SAMPLE) {
            return;
        }
        let pieces = [&[64], stream].concat();
        check("a stream", dialect, &pieces, targets::streams::check);
        for client in [b'0', b'3', dialect] {
            let passed = [&[client], stream].concat();
            check("a relayed stream", dialect, &passed, targets::relays::check);
        }
    });
}

fn spoken(digit: u8) -> &'static dyn Dialect {
    dialect(ALL[usize::from(digit - b'0')])
}

/// Runs a check on an input, and says what it was if that fails.
fn check(what: &str, dialect: u8, body: &[u8], check: fn(&[u8])) {
    let input = [&[dialect], body].concat();
    let begun = Instant::now();
    let held = std::panic::catch_unwind(|| check(&input));
    assert!(held.is_ok(), "{what} of {}: {}", spoken(dialect).id().name(), String::from_utf8_lossy(body));
    assert!(begun.elapsed() < SLOW, "{what} takes too long: {}", String::from_utf8_lossy(body));
}

/// Derives bodies from all fixtures of these kinds.
fn each(folders: &[&str], extensions: &[&str], mut visit: impl FnMut(usize, u8, &[u8])) {
    for (digit, dialect) in (b'0'..).zip(ALL) {
        let files = fixtures(dialect.name(), folders, extensions);
        assert!(!files.is_empty(), "no fixtures of {dialect:?}");
        for file in files {
            let body = std::fs::read(&file).unwrap();
            cut(&body).enumerate().for_each(|(at, cut)| visit(at, digit, cut));
            if file.extension().is_some_and(|extension| extension == "json") {
                let value: Value = serde_json::from_slice(&body).unwrap();
                let changed = retyped(&value);
                changed.iter().enumerate().for_each(|(at, value)| visit(at, digit, value.to_string().as_bytes()));
            } else {
                retyped_frames(&body).iter().enumerate().for_each(|(at, stream)| visit(at, digit, stream));
            }
        }
    }
}

fn fixtures(dialect: &str, folders: &[&str], extensions: &[&str]) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(dialect);
    let folders = folders.iter().filter_map(|folder| std::fs::read_dir(root.join(folder)).ok());
    let mut files: Vec<PathBuf> = folders.flatten().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted)));
    files.sort();
    files
}

/// Beginnings of a body: all of a short one, and of a long one so many.
fn cut(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..=body.len()).step_by(body.len() / CUTS + 1).map(|end| &body[..end])
}

/// A value with each of the values in it, itself included, replaced by one of each type.
fn retyped(value: &Value) -> Vec<Value> {
    let mut paths = Vec::new();
    collect(value, &mut String::new(), &mut paths);
    let mut found = Vec::new();
    for path in &paths {
        for other in [Value::Null, json!(true), json!(-1.5), json!("x"), json!([]), json!([{}]), json!({})] {
            let mut changed = value.clone();
            *changed.pointer_mut(path).unwrap() = other;
            found.push(changed);
        }
    }
    found
}

fn collect(value: &Value, path: &mut String, paths: &mut Vec<String>) {
    paths.push(path.clone());
    let length = path.len();
    let mut visit = |name: &str, value: &Value| {
        path.push('/');
        path.push_str(&name.replace('~', "~0").replace('/', "~1"));
        collect(value, path, paths);
        path.truncate(length);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| visit(name, value)),
        // The items of a list are alike; its first and its last stand for all.
        Value::Array(items) => {
            for at in [0, items.len().saturating_sub(1)] {
                items.get(at).into_iter().for_each(|item| visit(&at.to_string(), item));
            }
        }
        _ => {}
    }
}

/// A stream with the values of one of its frames replaced, frame by frame.
fn retyped_frames(stream: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(stream);
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let (before, json) = line.split_at(line.find('{').unwrap_or(line.len()));
        let Ok(value) = serde_json::from_str::<Value>(json) else { continue };
        for changed in retyped(&value) {
            let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            lines[at] = format!("{before}{changed}");
            found.push((lines.join("\n") + "\n\n").into_bytes());
        }
    }
    // Streams are long, and their frames alike.
    let step = found.len() / FRAMES + 1;
    found.into_iter().step_by(step).collect()
}

/// Of how many bodies one is translated to every other dialect too; prime to the number of types, so that over a body
/// each type has its turn.
const SAMPLE: usize = 10;

/// Most beginnings of a body.
const CUTS: usize = 400;

/// Most changes of a stream.
const FRAMES: usize = 300;

/// Longer than anything takes on a machine that is busy.
const SLOW: Duration = Duration::from_secs(20);

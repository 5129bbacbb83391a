//! Fixtures of this dialect.

use bytes::Bytes;
use std::path::PathBuf;
use tianji_core::generate::{Capabilities, ClientView, EffortBudgets, Target};
use tianji_wire::{Frame, SseSplitter};

/// The folder of this dialect's fixtures.
pub(crate) fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/openai_chat").join(name)
}

/// The names (without extension) and contents of a folder's files with that extension, sorted.
pub(crate) fn files(name: &str, extension: &str) -> Vec<(String, Bytes)> {
    let mut found: Vec<_> = std::fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap().into()))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no fixtures in {name}");
    found
}

/// One fixture's content.
pub(crate) fn file(name: &str) -> Bytes {
    std::fs::read(folder(name)).unwrap().into()
}

/// Compares with a golden file.
pub(crate) fn check(name: &str, actual: &str) {
    let expected = std::fs::read_to_string(folder(name)).unwrap_or_default();
    assert!(expected == actual, "{name} should be:\n{actual}\n--- but is:\n{expected}");
}

/// Cuts a stream into frames, fed in pieces of that size.
pub(crate) fn frames(stream: &[u8], size: usize) -> Vec<Frame> {
    let mut splitter = SseSplitter::default();
    let mut frames = Vec::new();
    for piece in stream.chunks(size) {
        splitter.push(Bytes::copy_from_slice(piece));
        while let Some(frame) = splitter.next_frame().unwrap() {
            frames.push(frame);
        }
    }
    while let Some(frame) = splitter.finish().unwrap() {
        frames.push(frame);
    }
    frames
}

/// The same stream with other line ends.
pub(crate) fn with_crlf(stream: &[u8]) -> Vec<u8> {
    String::from_utf8(stream.to_vec()).unwrap().replace('\n', "\r\n").into_bytes()
}

/// A client's view.
pub(crate) fn view() -> ClientView {
    ClientView {
        model: "my-\"model\"".to_owned(),
        minted_id: "chatcmpl-minted".to_owned(),
        created: 1_700_000_000,
        include_usage: false,
        legacy_functions: false,
        echo: tianji_core::Extra::new(),
        json_array: false,
        must_call: false,
    }
}

/// An upstream about which nothing is known.
pub(crate) fn target<'a>(
    model: &'a str,
    capabilities: &'a Capabilities,
    budgets: &'a EffortBudgets,
    allowed: &'a [String],
) -> Target<'a> {
    Target { provider: "openai", model, capabilities, allowed_params: allowed, budgets, modify_params: false }
}

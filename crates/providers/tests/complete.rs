//! Nothing in the catalogue is without goldens: every provider, every dialect that one speaks, every kind that one
//! translates.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tianji_core::DialectId;
use tianji_providers::{Catalogue, EndpointKind, Provider};

/// Request, reply, stream and error of each row, as `fixtures.rs` writes and compares them.
#[test]
fn every_provider_that_generates_has_a_request_a_reply_a_stream_and_an_error() {
    for provider in Catalogue::embedded().unwrap().iter().filter(|provider| provider.chat.is_some()) {
        let golden = read(&fixtures().join("providers").join(format!("{}.json", provider.name)));
        let name = &provider.name;
        let filled = |value: &Value| value.as_object().is_some_and(|cases| !cases.is_empty());
        let runs = golden.get("runs").and_then(Value::as_array).unwrap();
        assert!(runs.iter().all(|run| run.get("cases").is_some_and(filled)), "{name} has no requests");
        assert!(golden.get("errors").is_some_and(filled), "{name} has no errors");
        if provider.chat.as_ref().is_some_and(|chat| chat.dialect == DialectId::OpenAiChat) {
            let replies = golden.get("replies").and_then(Value::as_object).unwrap();
            assert!(replies.len() > 5, "{name} has no replies and streams");
        }
    }
}

/// Replies and streams of a dialect are the same for all who speak it: `crates/dialects` compares them.
#[test]
fn every_dialect_that_is_spoken_has_its_own_goldens() {
    let mut spoken = BTreeSet::new();
    for provider in Catalogue::embedded().unwrap().iter() {
        for model in ["model-x", "anthropic.claude", "claude-x", "gpt-3.5-turbo-instruct"] {
            spoken.extend(provider.ways(model).iter().map(|way| way.dialect.name()));
        }
    }
    assert!(spoken.len() >= 8, "{spoken:?}");
    for dialect in spoken {
        let folders = ["request", "response", "stream"].map(|what| filled(dialect, what));
        let own = folders.iter().all(|filled| *filled);
        assert!(own || paired(dialect), "{dialect} has no requests, replies and streams: {folders:?}");
        let errors = fixtures().join("providers/errors").join(dialect);
        assert!(errors.read_dir().unwrap().count() > 0, "{dialect} has no errors");
    }
}

fn filled(dialect: &str, what: &str) -> bool {
    let folders = [what.to_owned(), format!("{what}s")].map(|what| fixtures().join(dialect).join(what));
    folders.iter().filter_map(|folder| folder.read_dir().ok()).any(|mut files| files.next().is_some())
}

/// Dialects that only vendors speak may have their goldens among the pairs: a call with its reply, and a stream.
fn paired(dialect: &str) -> bool {
    let name = format!("_to_{}", dialect.trim_end_matches("_predictions"));
    let pairs = below(&fixtures().join("pairs"));
    let has = |ending: &str| {
        let names = pairs.iter().map(|path| path.file_name().unwrap().to_string_lossy());
        names.into_iter().any(|file| file.contains(&name) && file.ends_with(ending))
    };
    has(".json") && has(".upstream.sse")
}

#[test]
fn every_translated_kind_of_every_provider_has_a_case() {
    let cases = cases();
    let mut without = Vec::new();
    for provider in Catalogue::embedded().unwrap().iter() {
        for kind in translated(provider) {
            if !cases.contains(&(word(kind), provider.name.clone())) {
                without.push(format!("{} {}", provider.name, word(kind)));
            }
        }
    }
    assert!(without.is_empty(), "no case under fixtures/kinds for: {without:?}");
}

/// Vendors without words of their own for a kind share the common form, which has cases of its own.
#[test]
fn every_kind_that_is_offered_has_a_case() {
    let cases = cases();
    for provider in Catalogue::embedded().unwrap().iter() {
        for kind in &provider.endpoints {
            let own = kind.generates() || *kind == EndpointKind::CountTokens;
            if !own && provider.translator(*kind, "model").is_some() {
                assert!(cases.iter().any(|(known, _)| *known == word(*kind)), "{kind:?}: {}", provider.name);
            }
        }
    }
}

fn translated(provider: &Provider) -> impl Iterator<Item = EndpointKind> {
    provider.wires.keys().copied().filter(|kind| provider.endpoints.contains(kind))
}

/// Kind and provider of all cases under `fixtures/kinds`.
fn cases() -> BTreeSet<(String, String)> {
    let mut cases = BTreeSet::new();
    for folder in below(&fixtures().join("kinds")) {
        for path in below(&folder).iter().flat_map(|vendor| below(vendor)) {
            let case = read(&path);
            let text = |name: &str| case.get(name).and_then(Value::as_str).map(str::to_owned);
            let of_folder = folder.file_name().unwrap().to_string_lossy().into_owned();
            cases.insert((text("kind").unwrap_or(of_folder), text("provider").unwrap()));
        }
    }
    cases
}

fn below(folder: &Path) -> Vec<PathBuf> {
    folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
}

fn word(kind: EndpointKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

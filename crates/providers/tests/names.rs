//! A provider is its row: what serves calls never asks for one by its name.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tianji_providers::Catalogue;

/// Crates through which calls go, without those that hold rows, folders and lists of prices.
const CRATES: &[&str] = &[
    "admin",
    "auth",
    "config",
    "core",
    "gateway",
    "http",
    "limits",
    "pipeline",
    "router",
    "sign",
    "storage",
    "telemetry",
    "wire",
];
/// Names that are dialects' as well.
const DIALECTS: &[&str] = &["bedrock_converse", "cohere_chat", "gemini", "ollama_chat"];
/// What OpenAI's SDKs are told of every model.
const OTHERS: &[(&str, &str)] = &[("gateway/src/routes/models.rs", "openai")];

#[test]
fn no_provider_is_named_outside_of_its_row() {
    let catalogue = Catalogue::embedded().unwrap();
    let names: BTreeSet<&str> = catalogue
        .iter()
        .flat_map(|provider| std::iter::once(&provider.name).chain(&provider.aliases))
        .map(String::as_str)
        .filter(|name| !DIALECTS.contains(name))
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for name in CRATES {
        for file in sources(&root.join(name).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            for word in lines.flat_map(|line| line.split('"').skip(1).step_by(2)) {
                let known = OTHERS.iter().any(|(place, other)| file.ends_with(place) && word == *other);
                if names.contains(word) && !known {
                    found.push(format!("{}: {word}", file.display()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs")).collect()
}

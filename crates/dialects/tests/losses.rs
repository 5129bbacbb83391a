//! What each dialect cannot say, proved and written down.
//!
//! `fixtures/losses/<dialect>.json` holds a plain request of a client and, one by one, everything that such a client can
//! ask for beyond it. Each is translated for every upstream dialect: what is lost must be said (`docs/losses.md` is made
//! of that), what is not said must have changed the body, and a dialect loses nothing on the way to itself.
//!
//! `TIANJI_WRITE_DOCS=1 cargo test -p tianji-dialects --test losses` writes the page anew; the difference is then to be
//! read.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

#[path = "losses/coverage.rs"]
mod coverage;
#[path = "losses/document.rs"]
mod document;
#[path = "losses/features.rs"]
mod features;
#[path = "losses/outcome.rs"]
mod outcome;

use outcome::{Fate, outcomes};
use std::collections::BTreeSet;
use std::path::Path;
use tianji_core::DialectId;
use tianji_dialects::dialect;

/// Every dialect.
pub(crate) const ALL: [DialectId; 8] = [
    DialectId::OpenAiChat,
    DialectId::OpenAiText,
    DialectId::OpenAiResponses,
    DialectId::AnthropicMessages,
    DialectId::Gemini,
    DialectId::BedrockConverse,
    DialectId::CohereChat,
    DialectId::OllamaChat,
];

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever changes the page on purpose says so")]
fn the_page_says_what_the_code_does() {
    let page = document::page(&outcomes());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/losses.md");
    if std::env::var_os("TIANJI_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = written.lines().zip(page.lines()).find(|(written, page)| written != page);
    assert!(
        written == page,
        "docs/losses.md is not what the code does, first here: {differing:#?}\n\
         TIANJI_WRITE_DOCS=1 cargo test -p tianji-dialects --test losses writes it anew"
    );
}

#[test]
fn nothing_is_lost_without_a_word() {
    let silent: BTreeSet<_> = outcomes()
        .into_iter()
        .filter(|outcome| outcome.client != outcome.upstream && matches!(outcome.fate, Fate::Silent))
        .map(|outcome| (outcome.upstream.name(), outcome.what, outcome.client.name()))
        .collect();
    let unexplained: Vec<_> = silent
        .iter()
        .filter(|(upstream, what, _)| !document::NEEDS_NO_WORD.iter().any(|known| known.covers(upstream, what)))
        .map(|(upstream, what, client)| format!("{client} to {upstream}: {what}"))
        .collect();
    assert!(unexplained.is_empty(), "neither in the body nor among the losses: {unexplained:#?}");
}

#[test]
fn a_dialect_can_say_what_its_own_clients_ask_for() {
    let unsaid: Vec<_> = outcomes()
        .into_iter()
        .filter(|outcome| outcome.client == outcome.upstream && !matches!(outcome.fate, Fate::Said))
        .filter(|outcome| !ONLY_FORWARDED.contains(&(outcome.client.name(), outcome.what.as_str())))
        .map(|outcome| (outcome.client.name(), outcome.what, outcome.fate))
        .collect();
    assert!(unsaid.is_empty(), "{unsaid:#?}");
}

#[test]
fn every_word_of_the_canonical_request_is_tried() {
    let mut tried = BTreeSet::new();
    for client in ALL {
        for feature in features::features(client) {
            // What the client's own dialect refuses to read is never translated.
            if let Ok(request) = dialect(client).decode_request(&feature.body) {
                coverage::words(&request, &mut tried);
            }
        }
    }
    let missing: Vec<_> = coverage::all().into_iter().filter(|word| !tried.contains(word)).collect();
    assert!(missing.is_empty(), "no request of fixtures/losses says {missing:?}");
}

/// What a dialect says again only because the client's bytes are forwarded: it is not in the canonical model.
const ONLY_FORWARDED: &[(&str, &str)] = &[
    ("openai_chat", "unknown member of a message"),
    // The gateway asks every stream for its usage.
    ("openai_chat", "usage in the stream"),
    ("openai_chat", "signature of a call"),
    ("cohere_chat", "unknown member of a message"),
    ("openai_text", "token ids"),
    ("openai_responses", "padding of the stream"),
    ("openai_responses", "unknown member of `reasoning`"),
    ("openai_responses", "unknown member of `text`"),
    ("gemini", "behaviour of a function"),
    ("anthropic_messages", "document in blocks"),
    ("anthropic_messages", "further member of a block"),
    // The vendor does not take it either.
    ("anthropic_messages", "thought"),
    ("bedrock_converse", "unknown member of `inferenceConfig`"),
];

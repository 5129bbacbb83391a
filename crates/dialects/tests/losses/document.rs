//! The page that `docs/losses.md` is.

use crate::ALL;
use crate::outcome::{Fate, Outcome, word};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tianji_core::DialectId;

/// What may be neither in the body nor among the losses, and why that is no loss.
pub(crate) struct NeedsNoWord {
    /// Upstreams; all if empty.
    upstreams: &'static [&'static str],
    /// Things that clients ask for.
    whats: &'static [&'static str],
    why: &'static str,
}

impl NeedsNoWord {
    /// Whether it is about that.
    pub(crate) fn covers(&self, upstream: &str, what: &str) -> bool {
        (self.upstreams.is_empty() || self.upstreams.contains(&upstream)) && self.whats.contains(&what)
    }
}

/// The whole page.
pub(crate) fn page(outcomes: &[Outcome]) -> String {
    let mut out = INTRODUCTION.to_owned();
    for upstream in ALL {
        let _ =
            write!(out, "\n## {}\n\n| what | class | where | why | from |\n|---|---|---|---|---|\n", title(upstream));
        let foreign: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.client != upstream).collect();
        for ((what, class, place, why), from) in rows(upstream, &foreign) {
            let _ = writeln!(out, "| {what} | {class} | {place} | {why} | {} |", from.join(", "));
        }
    }
    out.push_str(NO_WORD);
    for NeedsNoWord { upstreams, whats, why } in NEEDS_NO_WORD {
        let upstreams = if upstreams.is_empty() { "all".to_owned() } else { upstreams.join(", ") };
        let _ = writeln!(out, "| {} | {upstreams} | {why} |", whats.join("; "));
    }
    out
}

type Row = (String, String, String, String);

/// What is lost or refused, with the clients that can ask for it, in the order of the fixtures.
fn rows(upstream: DialectId, outcomes: &[&Outcome]) -> Vec<(Row, Vec<&'static str>)> {
    let mut rows: Vec<(Row, Vec<&'static str>)> = Vec::new();
    let mut known: BTreeMap<Row, usize> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.upstream == upstream) {
        let lost: Vec<(&str, String, String)> = match &outcome.fate {
            Fate::Said | Fate::Silent => continue,
            Fate::Refused(words) => vec![("refused", String::new(), words.clone())],
            Fate::Lost(losses) => {
                let loss = losses.iter();
                loss.map(|loss| (word(loss.class), format!("`{}`", loss.path), loss.reason.to_owned())).collect()
            }
        };
        for (class, place, why) in lost {
            let row = (outcome.what.clone(), class.to_owned(), place, why.replace('|', "\\|"));
            let at = *known.entry(row.clone()).or_insert_with(|| {
                rows.push((row, Vec::new()));
                rows.len() - 1
            });
            let from = &mut rows[at].1;
            if !from.contains(&outcome.client.name()) {
                from.push(outcome.client.name());
            }
        }
    }
    rows
}

const fn title(dialect: DialectId) -> &'static str {
    match dialect {
        DialectId::OpenAiChat => "To OpenAI Chat Completions",
        DialectId::OpenAiText => "To OpenAI text completions",
        DialectId::OpenAiResponses => "To OpenAI Responses",
        DialectId::AnthropicMessages => "To Anthropic Messages",
        DialectId::Gemini => "To Gemini",
        DialectId::BedrockConverse => "To Bedrock Converse",
        DialectId::CohereChat => "To Cohere Chat",
        DialectId::OllamaChat => "To Ollama's chat",
        DialectId::TextGeneration => "To Hugging Face's text generation",
        DialectId::ReplicatePredictions => "To Replicate's predictions",
    }
}

const INTRODUCTION: &str = "\
# What gets lost between dialects

Where client and upstream speak the same dialect, the client's bytes go on and nothing is lost. Otherwise the request is
translated, and what the upstream's dialect has no word for is named here: for each dialect of an upstream what a client
cannot ask of it, how grave that is, where it stands in the request, and in which dialects a client can ask for it.

* `parameter`: the client asked for it by name. The call is refused unless `drop_params` is on.
* `hint`: the answer means the same without it. It is left out and reported.
* `content`: part of the conversation. The call is refused.
* `refused`: the conversation cannot be translated at all; these are the words of the error.

Losses are in the record of the call and in the header `x-tianji-loss`. The tables hold for a model of which nothing is
known: what the price catalogue says about a model (no sampling parameters, no thinking, no pictures) comes on top, and
`allowed_openai_params` sends a parameter on all the same.

This page is written by a test (`crates/dialects/tests/losses.rs`) from requests in `fixtures/losses`. The same test holds
that nothing is lost without being reported, and that no field of the canonical request is left untried.
";

const NO_WORD: &str = "
## What needs no word

Some things that clients ask for are what happens anyway, so that an upstream's body is the same with and without them.

| what | to | why |
|---|---|---|
";

/// What needs no word.
pub(crate) const NEEDS_NO_WORD: &[NeedsNoWord] = &[
    NeedsNoWord {
        upstreams: &["gemini", "bedrock_converse"],
        whats: &["stream"],
        why: "the address says whether a stream is wanted",
    },
    NeedsNoWord {
        upstreams: &[],
        whats: &["usage in the stream"],
        why: "the gateway asks every stream for its usage, and shows it to whom it was promised",
    },
    NeedsNoWord {
        upstreams: &[],
        whats: &["padding of the stream"],
        why: "a matter between client and OpenAI; what the gateway sends is not padded",
    },
    NeedsNoWord {
        upstreams: &[],
        whats: &["`best_of`: 1", "`echo`: no", "`suffix`: empty", "`modalities`: text", "`store`: no"],
        why: "it asks for what happens anyway",
    },
    NeedsNoWord {
        upstreams: &[],
        whats: &["choice: auto", "several calls at once"],
        why: "models choose freely, and several tools at once, unless told otherwise",
    },
    NeedsNoWord {
        upstreams: &["bedrock_converse", "cohere_chat", "gemini"],
        whats: &["service tier: auto", "service tier: default", "service tier: standard"],
        why: "the tier that a call has anyway",
    },
    NeedsNoWord {
        upstreams: &["anthropic_messages", "bedrock_converse"],
        whats: &["effort: none", "thinking off"],
        why: "models do not think unless asked to",
    },
    NeedsNoWord {
        upstreams: &["openai_text"],
        whats: &["effort: none", "thinking off"],
        why: "models of text completions do not think",
    },
    NeedsNoWord {
        upstreams: &["openai_chat", "ollama_chat"],
        whats: &["adaptive thinking"],
        why: "models that think decide for themselves how much",
    },
    NeedsNoWord {
        upstreams: &["anthropic_messages", "bedrock_converse", "cohere_chat", "gemini", "ollama_chat"],
        whats: &["name of the schema"],
        why: "it is a label that OpenAI asks for; the answer does not hold it",
    },
    NeedsNoWord {
        upstreams: &["anthropic_messages", "bedrock_converse", "cohere_chat", "gemini", "ollama_chat"],
        whats: &["strict schema"],
        why: "a schema is always followed as closely as the vendor can",
    },
    NeedsNoWord {
        upstreams: &["gemini"],
        whats: &["id of a call"],
        why: "calls and results find each other by name and order",
    },
];

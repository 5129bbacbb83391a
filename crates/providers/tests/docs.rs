//! `docs/providers.md` says what the catalogue says.
//!
//! `TIANJI_WRITE_FIXTURES=1 cargo test -p tianji-providers --test docs` writes the page anew. A provider is one line of
//! each table, by name, so that providers that are added side by side do not meet in one line.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use tianji_core::DialectId;
use tianji_providers::{
    AuthStyle, COMMON_PARAMS, Capability, Catalogue, Condition, EndpointKind, ParamRules, Provider, Quirk,
};

#[test]
fn the_page_of_providers_is_the_catalogue() {
    let page = page(&Catalogue::embedded().unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/providers.md");
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the tests")]
    let write = std::env::var("TIANJI_WRITE_FIXTURES").is_ok();
    if write {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap();
    let differs = page.lines().zip(found.lines()).find(|(wanted, found)| wanted != found);
    assert_eq!(differs, None, "docs/providers.md is old: TIANJI_WRITE_FIXTURES=1 writes it anew");
    assert_eq!(page.lines().count(), found.lines().count(), "docs/providers.md is old");
}

#[test]
fn every_quirk_in_use_is_explained() {
    let known = glossary();
    let catalogue = Catalogue::embedded().unwrap();
    let rows = catalogue.iter();
    let used: BTreeSet<String> =
        rows.flat_map(|row| row.quirks.iter().chain(row.when.iter().flat_map(|when| &when.quirks))).map(name).collect();
    assert!(used.len() > 15 && known.len() >= used.len());
    for quirk in used {
        assert!(known.get(&quirk).is_some_and(|words| words.ends_with('.')), "{quirk} is not explained");
    }
}

fn page(catalogue: &Catalogue) -> String {
    let mut page = format!("{HEAD}\n## What each can do\n\n{LEGEND}\n");
    let kinds: BTreeSet<EndpointKind> = catalogue.iter().flat_map(|row| row.endpoints.iter().copied()).collect();
    let columns: Vec<String> = kinds.iter().map(|kind| word(*kind).replace('_', " ")).collect();
    table(&mut page, &[&["provider".to_owned()], columns.as_slice()].concat());
    for row in catalogue.iter() {
        let cells: Vec<&str> = kinds.iter().map(|kind| mark(row, *kind)).collect();
        writeln!(page, "| `{}` | {} |", row.name, cells.join(" | ")).unwrap();
    }
    page.push_str("\n## How each is reached\n\n");
    table(&mut page, &["provider", "other names", "base URL", "its variables", "key variables", "chat", "notes"]);
    for row in catalogue.iter() {
        let chat = row.chat.as_ref().map_or("–".to_owned(), |chat| format!("`{}`", chat.dialect.name()));
        let cells = [list(&row.aliases), base(row), list(&row.base_env), keys(row), chat, notes(row)];
        writeln!(page, "| `{}` | {} |", row.name, cells.join(" | ")).unwrap();
    }
    writeln!(page, "\n## Known by name\n\n{ELSEWHERE}\n").unwrap();
    for name in catalogue.elsewhere() {
        writeln!(page, "* `{name}`").unwrap();
    }
    writeln!(page, "\n## Quirks\n\n{QUIRKS}\n").unwrap();
    table(&mut page, &["quirk", "what the vendor does differently, and what is done about it"]);
    for (name, words) in glossary() {
        writeln!(page, "| `{name}` | {words} |").unwrap();
    }
    page
}

fn table(page: &mut String, columns: &[impl AsRef<str>]) {
    let names: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
    writeln!(page, "| {} |", names.join(" | ")).unwrap();
    writeln!(page, "|{}", "---|".repeat(names.len())).unwrap();
}

/// A kind as rows and `/public/endpoints` write it.
fn word(kind: EndpointKind) -> String {
    serde_json::to_value(kind).unwrap().as_str().unwrap().to_owned()
}

fn mark(row: &Provider, kind: EndpointKind) -> &'static str {
    let served = match kind {
        EndpointKind::Messages => ["model", "anthropic.claude"].iter().any(|model| speaks_messages(row, model)),
        EndpointKind::CountTokens => true,
        kind => kind.generates() || row.translator(kind, "model").is_some(),
    };
    match row.endpoints.contains(&kind) {
        true if row.wires.contains_key(&kind) => "◆",
        true if served => "●",
        true => "·",
        false => "",
    }
}

fn speaks_messages(row: &Provider, model: &str) -> bool {
    row.ways(model).iter().any(|way| way.dialect == DialectId::AnthropicMessages)
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn base(row: &Provider) -> String {
    match &row.base_url {
        Some(url) => format!("`{url}`"),
        None if row.base_of_place => "from region and project".to_owned(),
        None => "`api_base` is needed".to_owned(),
    }
}

fn keys(row: &Provider) -> String {
    let mut keys = list(&row.key_env);
    for bearer in &row.bearer_env {
        write!(keys, ", `{bearer}` (token)").unwrap();
    }
    if let Some(kind) = row.credential {
        write!(keys, ", else {kind:?} credentials").unwrap();
    } else if row.no_auth {
        keys.push_str(" (optional)");
    }
    keys
}

fn notes(row: &Provider) -> String {
    let mut notes = Vec::new();
    match &row.auth {
        AuthStyle::Bearer => {}
        AuthStyle::Scheme(scheme) => notes.push(format!("key as `Authorization: {scheme}`")),
        AuthStyle::Header(header) => notes.push(format!("key in `{header}`")),
    }
    for (header, _) in &row.headers {
        notes.push(format!("sends `{header}`"));
    }
    for (header, variable) in &row.header_env {
        notes.push(format!("`{header}` from `{variable}`"));
    }
    // Compatible rows mostly take what all of them do.
    let names = row.supported.iter().map(|names| taken(names)).filter(|names| names != COMMON);
    notes.extend(names.map(|names| format!("takes {names}")));
    notes.extend(rules(&row.rules));
    notes.extend(row.quirks.iter().map(quirk));
    for when in &row.when {
        let takes = when.supported.iter().chain((!when.takes.is_empty()).then_some(&when.takes));
        let takes = takes.map(|names| format!("takes {}", taken(names)));
        let said = takes.chain(rules(&when.rules)).chain(when.quirks.iter().map(quirk));
        notes.push(format!("{}: {}", condition(&when.condition), said.collect::<Vec<_>>().join(", ")));
    }
    notes.join("; ")
}

/// A list of parameters, those in common in two words.
fn taken(names: &[String]) -> String {
    let common = COMMON_PARAMS.iter().all(|common| names.iter().any(|name| name == common));
    if !common {
        return list(names);
    }
    let others: Vec<String> = names.iter().filter(|name| !COMMON_PARAMS.contains(&name.as_str())).cloned().collect();
    if others.is_empty() { COMMON.to_owned() } else { format!("{COMMON} and {}", list(&others)) }
}

fn rules(rules: &ParamRules) -> Vec<String> {
    let mut said: Vec<String> = rules.rename.iter().map(|(from, to)| format!("`{from}` → `{to}`")).collect();
    let lists = [("refuses", &rules.unsupported), ("leaves out", &rules.ignored)];
    said.extend(
        lists.iter().filter(|(_, names)| !names.is_empty()).map(|(verb, names)| format!("{verb} {}", list(names))),
    );
    said.extend(rules.clamp.iter().map(|(name, range)| format!("`{name}` in {}–{}", range.low, range.high)));
    said
}

fn quirk(quirk: &Quirk) -> String {
    let values = match quirk {
        Quirk::AccountModelPrefix(value)
        | Quirk::NameOnlyOn(value)
        | Quirk::ReasoningField(value)
        | Quirk::ReasoningFieldBeside(value)
        | Quirk::ReasoningFieldInStreams(value) => format!(" `{value}`"),
        Quirk::StripSchemaKeys(values) | Quirk::StripHistory(values) => format!(" ({})", list(values)),
        _ => String::new(),
    };
    format!("[`{}`](#quirks){values}", name(quirk))
}

/// The name that rows use for a quirk.
fn name(quirk: &Quirk) -> String {
    let shown = format!("{quirk:?}");
    snake(shown.split('(').next().unwrap())
}

fn snake(camel: &str) -> String {
    let mut snake = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn condition(condition: &Condition) -> String {
    let models = (!condition.model.is_empty()).then(|| list(&condition.model));
    let except = (!condition.except.is_empty()).then(|| format!("all but {}", list(&condition.except)));
    let capability = |capability: Capability| snake(&format!("{capability:?}")).replace('_', " ");
    let has = condition.has.map(|wanted| format!("models with {}", capability(wanted)));
    let lacks = condition.lacks.map(|wanted| format!("models without {}", capability(wanted)));
    models.into_iter().chain(except).chain(has).chain(lacks).collect::<Vec<_>>().join(", ")
}

/// The quirks and the words of their documentation.
fn glossary() -> BTreeMap<String, String> {
    let mut lines = SOURCE.lines().map(str::trim).skip_while(|line| !line.starts_with("pub enum Quirk")).skip(1);
    let (mut quirks, mut words) = (BTreeMap::new(), String::new());
    for line in lines.by_ref().take_while(|line| *line != "}") {
        if let Some(doc) = line.strip_prefix("///") {
            words.push_str(doc);
        } else {
            let variant = line.split(['(', ',']).next().expect("a variant");
            quirks.insert(snake(variant), std::mem::take(&mut words).trim().to_owned());
        }
    }
    quirks
}

const COMMON: &str = "the common parameters";

const SOURCE: &str = include_str!("../src/quirks/mod.rs");

const HEAD: &str = "\
# Providers

Generated from the catalogue (`crates/providers/src/compat.toml` and the folders under `native/`); a test compares this
page with it. What is written before the `/` of a model name (`groq/llama-3.3-70b-versatile`) is a name of the first
column or one of its other names. A provider of your own is a row of the same form under `custom_providers:` in the
configuration.

OpenAI's parameters of chat that a provider does not take are refused with 400, unless dropping them is allowed or
`allowed_openai_params` names them; `user` is always dropped. Where the notes name no parameters, the common ones are taken: all
but `reasoning_effort`, `thinking`, `user` and `verbosity`. Parameters that OpenAI does not have are always sent.
";

const LEGEND: &str = "\
● the vendor speaks the form that clients use, or one of the dialects of generation; ◆ the call is translated into words of
the vendor's own; · the vendor has it, and the gateway does not use it; empty: the vendor does not offer it. Chat serves
clients of all dialects: Chat Completions, Responses, Messages. Of the other kinds, what is empty or · answers 501. Invoke
is a body in the form of the model's own vendor, by Bedrock's InvokeModel; elsewhere it answers 400.
";

const ELSEWHERE: &str = "\
Models of these are recognised and refused with 501, so that they are never sent to somebody else. They are not built.";

const QUIRKS: &str = "\
Names as rows use them.";

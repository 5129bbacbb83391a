//! What a new catalogue may change about the prices in use.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::fmt::Write;
use tianji_pricing::{Catalogue, CatalogueError, KeptReason};

/// Sixty entries that do not change, and one that does.
fn text(changing: Option<&str>) -> String {
    let mut text = String::from("{");
    for n in 0..60 {
        write!(text, r#""steady-{n}": {{"litellm_provider": "openai", "input_cost_per_token": 1e-6}}, "#).unwrap();
    }
    let changing = changing.map_or_else(String::new, |entry| format!(r#""changing": {entry}, "#));
    format!(r#"{text} {changing} "fallback_generalizations": {{"rules": []}}}}"#)
}

#[test]
fn an_entry_is_replaced_unless_money_would_be_lost() {
    let plain = r#"{"input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6}"#;
    let table = r#"{"tiered_pricing": [{"range": [0, 1000], "input_cost_per_token": 1e-6}]}"#;
    let searching = r#"{"search_context_cost_per_query": {"search_context_size_medium": 0.01}}"#;
    for (old, new, kept) in [
        (plain, Some(r#"{"input_cost_per_token": 2e-6, "output_cost_per_token": 1e-6}"#), None),
        (plain, Some(r#"{"input_cost_per_token": 1e-8, "output_cost_per_token": 4e-4}"#), None),
        (plain, Some(r#"{"input_cost_per_token": 1e-6, "output_cost_per_image": 0.04}"#), None),
        (
            plain,
            Some(r#"{"input_cost_per_token": 1, "output_cost_per_token": 4}"#),
            Some("input_cost_per_token would go"),
        ),
        (plain, Some(r#"{"input_cost_per_token": 9e-9, "output_cost_per_token": 4e-6}"#), Some("from 0.000001 to")),
        (
            plain,
            Some(r#"{"input_cost_per_token": 1e-6, "output_cost_per_token": 0}"#),
            Some("output_cost_per_token would go"),
        ),
        (plain, Some(r#"{"input_cost_per_token": null, "max_tokens": 5}"#), Some("no price")),
        (plain, None, Some("not listed")),
        (table, Some(r#"{"tiered_pricing": [{"range": [0, 1000], "input_cost_per_token": 3e-6}]}"#), None),
        (
            table,
            Some(r#"{"tiered_pricing": [{"range": [0, 1000], "input_cost_per_token": 3}]}"#),
            Some("tiered_pricing[0]"),
        ),
        (table, Some(r#"{"input_cost_per_token": 1e-6}"#), None),
        (searching, Some(r#"{"search_context_cost_per_query": {"search_context_size_medium": 10}}"#), Some("medium")),
        (r#"{"mode": "chat"}"#, None, None),
        (r#"{"input_cost_per_token": 0}"#, Some(r#"{"input_cost_per_token": 5e-6}"#), None),
    ] {
        let before = Catalogue::from_json(&text(Some(old)), 0).unwrap();
        let after = before.succeed(&text(new)).unwrap();
        let words = after.kept.iter().map(|kept| (kept.name.as_str(), kept.reason.to_string())).collect::<Vec<_>>();
        let entry = after.catalogue.entry("changing").map(|entry| entry.json().to_owned());
        let wanted = kept.map_or(new, |_| Some(old)).map(|entry| entry.replace(": ", ":").replace(", ", ","));
        assert_eq!(entry, wanted, "{old} {new:?}");
        match kept {
            None => assert!(words.is_empty(), "{words:?}"),
            Some(part) => assert!(matches!(&words[..], [("changing", reason)] if reason.contains(part)), "{words:?}"),
        }
        assert_eq!(after.catalogue.entry("steady-7").unwrap().name(), "steady-7");
    }
}

#[test]
fn the_old_rules_stay_where_the_new_catalogue_has_none() {
    let after = Catalogue::embedded();
    let entries: Vec<String> = after.entries().map(|(name, entry)| format!("{name:?}:{entry}")).collect();
    let after = after.succeed(&format!("{{{}}}", entries.join(","))).unwrap();
    assert_eq!((after.kept.len(), after.catalogue.rule_count()), (0, 11));
    assert_eq!(after.catalogue.provider_of("gemini-2.5-flash").as_deref(), Some("vertex_ai"));
}

#[test]
fn a_catalogue_that_is_none_changes_nothing() {
    let before = Catalogue::from_json(&text(None), 0).unwrap();
    assert!(matches!(before.succeed("[]"), Err(CatalogueError::Json(_))));
    assert!(matches!(before.succeed("{}"), Err(CatalogueError::TooSmall(0))));
    assert!(matches!(Catalogue::embedded().succeed(&text(None)), Err(CatalogueError::Shrunk { count: 61, .. })));
    let negative = text(Some(r#"{"input_cost_per_token": -1}"#));
    assert!(matches!(before.succeed(&negative), Err(CatalogueError::Entry { name, .. }) if name == "changing"));
}

#[test]
fn what_was_refused_once_is_refused_again() {
    let before = Catalogue::from_json(&text(Some(r#"{"input_cost_per_token": 1e-6}"#)), 0).unwrap();
    let broken = text(Some(r#"{"input_cost_per_token": 0}"#));
    let once = before.succeed(&broken).unwrap().catalogue;
    let twice = once.succeed(&broken).unwrap();
    assert!(matches!(&twice.kept[..], [kept] if matches!(kept.reason, KeptReason::Jump { .. })));
}

/// An operator's own list that names other models than the one before stays readable, however much was kept of that.
#[test]
fn what_is_kept_is_not_held_against_the_next_list() {
    let mut catalogue = Catalogue::from_json(&text(None), 0).unwrap();
    for (names, entries) in [("one", 121), ("two", 181), ("three", 241), ("four", 301), ("one", 301)] {
        catalogue = catalogue.succeed(&text(None).replace("steady", names)).unwrap().catalogue;
        assert_eq!(catalogue.len(), entries, "{names}");
    }
}

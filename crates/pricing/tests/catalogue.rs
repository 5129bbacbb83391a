//! The embedded catalogue and catalogues that replace it.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use serde_json::Value;
use std::collections::BTreeSet;
use tianji_core::{CostStatus, Usage};
use tianji_pricing::{Catalogue, CatalogueError, CostContext, Mode, cost};

fn source() -> serde_json::Map<String, Value> {
    serde_json::from_str(include_str!("../data/model_prices.json")).unwrap()
}

/// `count` entries with this price for input.
fn text(count: usize, price: &str) -> String {
    let entries: Vec<String> = (0..count)
        .map(|n| format!(r#""m{n}": {{"litellm_provider": "openai", "input_cost_per_token": {price}}}"#))
        .collect();
    format!("{{{}}}", entries.join(","))
}

#[test]
fn holds_every_entry_of_its_source() {
    let (catalogue, source) = (Catalogue::embedded(), source());
    assert_eq!(catalogue.len(), source.len());
    assert_eq!(catalogue.entries().count(), source.len() - 1, "the rules are no entry");
    for (name, entry) in &source {
        let Some(price) = catalogue.entry(name) else {
            assert_eq!(name, "fallback_generalizations");
            continue;
        };
        let raw = price.raw();
        for (field, value) in entry.as_object().unwrap() {
            let dropped = matches!(field.as_str(), "source" | "comment" | "metadata");
            assert!(dropped || raw.get(field) == Some(value), "{name} {field}");
        }
        assert!(Mode::parse(entry.get("mode").and_then(Value::as_str).unwrap_or("chat")).is_some(), "{name}");
    }
    assert_eq!(catalogue.rule_count(), 11, "every rule's pattern is understood");
}

#[test]
fn knows_every_number() {
    let numeric: BTreeSet<String> = source()
        .values()
        .filter_map(Value::as_object)
        .flat_map(|entry| entry.iter().filter(|(_, value)| value.is_number()).map(|(field, _)| field.clone()))
        .collect();
    let unknown: Vec<&String> = numeric.iter().filter(|field| !tianji_pricing::is_known_number(field)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn keeps_digits() {
    let price = Catalogue::embedded().entry("deepseek-flash").unwrap();
    assert_eq!(price.price("cache_read_input_token_cost").unwrap().to_string(), "0.000000006");
    assert!(price.json().contains("\"cache_read_input_token_cost\":6e-09"));
    assert_eq!(price.fact("max_output_tokens"), Some(393_216));
    assert_eq!(price.flag("supports_vision"), Some(true));
}

#[test]
fn takes_a_replacement_that_holds_up() {
    let catalogue = Catalogue::from_json(&text(60, "1.5e-7"), 100).unwrap();
    assert_eq!(catalogue.len(), 60);
    let price = catalogue.lookup("openai", "M7", None).unwrap();
    assert_eq!(cost(&price, &Usage::of_text(2, 0), &CostContext::default()).total.nanos(), 300);
    assert_eq!(catalogue.provider_of("gpt-4o"), None, "nothing of the embedded one is left");
}

#[test]
fn refuses_a_replacement_that_does_not() {
    let error = |text: &str, previous| Catalogue::from_json(text, previous).unwrap_err();
    assert!(matches!(error("[]", 0), CatalogueError::Json(_)));
    assert!(matches!(error(r#"{"a": 1}"#, 0), CatalogueError::Json(_)));
    assert!(matches!(error(&text(49, "1"), 0), CatalogueError::TooSmall(49)));
    assert!(matches!(error(&text(60, "1"), 121), CatalogueError::Shrunk { count: 60, previous: 121 }));
    assert!(matches!(error(&text(60, "-1"), 0), CatalogueError::Entry { .. }));
    assert!(matches!(error(&text(60, "\"dear\""), 0), CatalogueError::Entry { .. }));
    assert!(Catalogue::from_json(&text(60, "null"), 120).is_ok());
}

#[test]
fn infers_capabilities_and_never_prices() {
    let catalogue = Catalogue::embedded();
    let price = catalogue.lookup("anthropic", "claude-newfamily-9", None).unwrap();
    let capabilities = price.capabilities();
    assert_eq!(capabilities.adaptive_thinking, Some(true));
    assert_eq!(capabilities.mid_conversation_system, Some(true));
    assert_eq!(capabilities.max_output_tokens, Some(64_000));
    assert_eq!(capabilities.sampling_params, None);
    let bill = cost(&price, &Usage::of_text(1, 1), &CostContext::default());
    assert_eq!((bill.total.nanos(), bill.status), (0, CostStatus::UnknownPrice));
    assert_eq!(catalogue.provider_of("claude-newfamily-9").as_deref(), Some("anthropic"));
    assert_eq!(catalogue.provider_of("us.anthropic.claude-newfamily-9-v1:0").as_deref(), Some("bedrock"));
    assert_eq!(catalogue.provider_of("gemini-2.5-flash").as_deref(), Some("vertex_ai"));
    assert_eq!(catalogue.provider_of("nobody-knows-me"), None);
}

#[test]
fn rules_fill_listed_entries_of_their_providers() {
    let catalogue = Catalogue::embedded();
    let capabilities = catalogue.entry("claude-opus-4-5").unwrap().capabilities();
    assert_eq!(capabilities.adaptive_thinking, None, "4.5 is below the rule");
    let capabilities = catalogue.entry("claude-opus-4-8").unwrap().capabilities();
    assert_eq!((capabilities.adaptive_thinking, capabilities.mid_conversation_system), (Some(true), Some(true)));
}

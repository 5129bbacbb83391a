//! The embedded catalogue: every entry loads, names are found, misses are misses.

use tianji_core::Usage;
use tianji_pricing::{Catalogue, CatalogueError, CostContext, Overrides, Piece, cost, count_pieces, count_text};

#[test]
fn every_entry_loads_and_every_price_is_read() {
    let catalogue = Catalogue::embedded();
    assert!(catalogue.len() > 4000);
    for (name, json) in catalogue.entries() {
        let price = catalogue.entry(name).unwrap();
        let raw: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap();
        let priced = raw.iter().any(|(field, value)| field.contains("cost_per_token") && value.is_number());
        assert!(!priced || price.is_priced(), "{name} {json}");
    }
}

#[test]
fn names_from_exact_to_loose() {
    let catalogue = Catalogue::embedded();
    for (provider, model, base, found) in [
        ("openai", "gpt-4o", None, true),
        ("openai", "GPT-4o", None, true),
        ("openai", "gpt-4o-2024-08-06", None, true),
        ("openai", "ft:gpt-4o-2024-08-06:org:name:id", None, true),
        ("anthropic", "claude-sonnet-4-5-20250929", None, true),
        ("groq", "openai/gpt-oss-120b", None, true),
        ("mistral", "mistral-large-latest", None, true),
        ("azure", "my-deployment", Some("azure/gpt-4o"), true),
        ("azure", "my-deployment", Some("gpt-4o"), true),
        ("azure", "my-deployment", None, false),
        ("openai", "no-such-model", None, false),
        ("groq", "gpt-4o", None, false),
    ] {
        let price = catalogue.lookup(provider, model, base);
        assert_eq!(price.is_some(), found, "{provider}/{model} base {base:?}");
    }
    assert_eq!(catalogue.provider_of("gpt-4o").as_deref(), Some("openai"));
}

#[test]
fn a_table_that_shrank_or_is_broken_is_not_taken() {
    assert_eq!(Catalogue::from_json("[]", 0).unwrap_err(), CatalogueError::Json);
    let small = r#"{"a":{"litellm_provider":"x"}}"#;
    assert_eq!(Catalogue::from_json(small, 0).unwrap_err(), CatalogueError::TooFew { found: 1, least: 50 });
    let sixty: String = (0..60).map(|n| format!("\"m{n}\":{{\"input_cost_per_token\":-1}},")).collect();
    let text = format!("{{{}}}", sixty.trim_end_matches(','));
    assert!(matches!(Catalogue::from_json(&text, 0), Err(CatalogueError::NoPrice { .. })));
    assert!(matches!(Catalogue::from_json(&text, 1000), Err(CatalogueError::TooFew { .. })));
}

#[test]
fn own_prices_replace_the_token_group_and_leave_siblings_alone() {
    let catalogue = Catalogue::embedded();
    let listed = catalogue.lookup("openai", "gpt-4o", None);
    let own = Overrides::new([("input_cost_per_token", "1e-6")]).over(listed.clone()).unwrap();
    let usage = Usage::of_text(1000, 1000);
    assert_eq!(cost(&own, &usage, &CostContext::default()).total.to_string(), "0.001");
    assert_eq!(own.max_output_tokens(), listed.as_ref().unwrap().max_output_tokens());
    assert_eq!(cost(&listed.unwrap(), &usage, &CostContext::default()).total.to_string(), "0.0125");
}

#[test]
fn tokens_as_published() {
    // OpenAI cookbook and the tiktoken README.
    assert_eq!(count_text("gpt-4o", "hello world"), 2);
    assert_eq!(count_text("gpt-4", "tiktoken is great!"), 6);
    assert_eq!(count_text("gpt-4o", "antidisestablishmentarianism"), 6);
    assert_eq!(count_text("gpt-4o", ""), 0);
    let piece = |role: &str, text: &str| Piece { role: role.to_owned(), text: text.to_owned(), named: false };
    assert_eq!(count_pieces("gpt-4o", &[piece("user", "hello world")]), 3 + 1 + 2 + 3);
    assert!(
        count_text("claude-sonnet-4-5", "hello world and more words")
            > count_text("gpt-4o", "hello world and more words")
    );
}

//! An operator's prices for one deployment.

use tianji_core::{Counters, Usage};
use tianji_pricing::{Catalogue, CostContext, ModelPrice, Overrides, cost};

fn nanos(price: &ModelPrice, usage: Usage) -> i64 {
    cost(price, &usage, &CostContext::default()).total.nanos()
}

#[test]
fn leave_the_sibling_alone() {
    let catalogue = Catalogue::embedded();
    let usage = Usage { counters: Counters { web_search: 1, ..Counters::default() }, ..Usage::of_text(1000, 100) };
    let sibling = catalogue.lookup("openai", "gpt-5.6", None).unwrap();
    let before = nanos(&sibling, usage);
    let own = Overrides::new([("input_cost_per_token", "1e-6"), ("output_cost_per_token", "2.5e-06")]).unwrap();
    let priced = own.over(catalogue.lookup("openai", "gpt-5.6", None)).unwrap();
    assert_eq!(nanos(&priced, usage), 1_000_000 + 250_000 + 10_000_000, "search keeps the catalogue's price");
    assert_eq!(nanos(&sibling, usage), before);
    assert_eq!(nanos(&catalogue.lookup("openai", "gpt-5.6", None).unwrap(), usage), before);
}

#[test]
fn replace_token_prices_as_one_group() {
    let found = Catalogue::embedded().lookup("openai", "gpt-5.6", None);
    let own = Overrides::new([("input_cost_per_token", "1e-6")]).unwrap();
    let priced = own.over(found.clone()).unwrap();
    assert_eq!(nanos(&priced, Usage::of_text(300_000, 0)), 300_000_000, "no tier of the catalogue is left");
    assert_eq!(priced.price("output_cost_per_token"), None);
    assert_eq!(priced.capabilities(), found.unwrap().capabilities());
}

#[test]
fn stack_in_layers() {
    let found = Catalogue::embedded().lookup("openai", "gpt-4o", None);
    let custom = Overrides::new([("input_cost_per_token", "5e-6"), ("input_cost_per_request", "0.01")]).unwrap();
    let own = Overrides::new([("input_cost_per_token", "1e-6"), ("supports_vision", "false")]).unwrap();
    let price = own.over(custom.over(found)).unwrap();
    assert_eq!(nanos(&price, Usage::of_text(10, 0)), 10_000 + 10_000_000);
    assert_eq!(price.capabilities().vision, Some(false));
}

#[test]
fn stand_alone_where_nothing_is_listed() {
    let table =
        r#"[{"range": [0, 10], "input_cost_per_token": 1e-6}, {"range": [10, 20], "input_cost_per_token": 2e-6}]"#;
    let own = Overrides::new([("tiered_pricing", table), ("mode", "\"chat\"")]).unwrap();
    let price = own.over(None).unwrap();
    assert_eq!((nanos(&price, Usage::of_text(10, 0)), nanos(&price, Usage::of_text(11, 0))), (10_000, 22_000));
    assert!(Overrides::default().over(None).is_none());
}

#[test]
fn refuse_what_is_no_price() {
    for (field, value) in [
        ("input_cost_per_token", "-1"),
        ("input_cost_per_token", "cheap"),
        ("input_cost_per_token", "\"cheap\""),
        ("tiered_pricing", "{}"),
        ("off_peak_pricing", "[1]"),
    ] {
        assert!(Overrides::new([(field, value)]).is_err(), "{field} {value}");
    }
}

//! Golden invoices, exact to the nano-dollar, and properties of every bill.
#![expect(clippy::unwrap_used, reason = "test helpers may panic")]

use proptest::prelude::*;
use std::sync::Arc;
use tianji_core::usage::UsageParts;
use tianji_core::{Counters, Usage, Usd};
use tianji_pricing::{Amount, Catalogue, Cost, CostAdjust, CostContext, ModelPrice, Overrides, cost};

fn price(fields: &[(&str, &str)]) -> Arc<ModelPrice> {
    Overrides::new(fields.iter().copied()).over(None).unwrap()
}

fn bill(fields: &[(&str, &str)], usage: Usage, context: &CostContext<'_>) -> String {
    cost(&price(fields), &usage, context).total.to_string()
}

fn plain(fields: &[(&str, &str)], usage: Usage) -> String {
    bill(fields, usage, &CostContext::default())
}

fn openai(prompt: u64, cached: u64, completion: u64, reasoning: u64) -> Usage {
    Usage::from_totals(prompt, completion, UsageParts { cached, reasoning, ..UsageParts::default() })
}

const IN: &str = "input_cost_per_token";
const OUT: &str = "output_cost_per_token";
const READ: &str = "cache_read_input_token_cost";
const WRITE: &str = "cache_creation_input_token_cost";
const WRITE_1H: &str = "cache_creation_input_token_cost_above_1hr";
const FIRST: &[(&str, &str)] = &[(IN, "1.5e-7"), (READ, "7.5e-8"), (OUT, "6e-7")];

#[test]
fn caches_and_reasoning() {
    assert_eq!(plain(FIRST, openai(11, 4, 5, 0)), "0.00000435");
    let claude = [(IN, "3e-6"), (WRITE, "3.75e-6"), (WRITE_1H, "6e-6"), (READ, "3e-7"), (OUT, "1.5e-5")];
    let usage = Usage { in_text: 10, cache_write_5m: 20, cache_read_text: 30, out_text: 4, ..Usage::default() };
    assert_eq!(plain(&claude, usage), "0.000174");
    let usage = Usage {
        in_text: 1000,
        cache_write_5m: 2000,
        cache_write_1h: 3000,
        cache_read_text: 40_000,
        out_text: 500,
        ..Usage::default()
    };
    assert_eq!(plain(&claude, usage), "0.048");
    let gemini = [(IN, "3e-7"), (OUT, "2.5e-6"), ("output_cost_per_reasoning_token", "2.5e-6")];
    assert_eq!(plain(&gemini, Usage { in_text: 8, out_text: 3, out_reasoning: 6, ..Usage::default() }), "0.0000249");
    assert_eq!(plain(&[(IN, "1e-6"), (OUT, "0")], openai(10, 10, 0, 0)), "0.00001");
    assert_eq!(plain(&[(IN, "1e-6"), (READ, "0"), (OUT, "0")], openai(10, 10, 0, 0)), "0");
    assert_eq!(plain(FIRST, openai(11, 20, 0, 0)), "0.000000825");
}

#[test]
fn tiers_of_length() {
    let long = [
        (IN, "1.25e-6"),
        ("input_cost_per_token_above_200k_tokens", "2.5e-6"),
        (OUT, "1e-5"),
        ("output_cost_per_token_above_200k_tokens", "1.5e-5"),
        (READ, "1.25e-7"),
        ("cache_read_input_token_cost_above_200k_tokens", "2.5e-7"),
    ];
    assert_eq!(plain(&long, openai(200_000, 0, 1000, 0)), "0.26");
    assert_eq!(plain(&long, openai(200_001, 50_000, 1000, 0)), "0.4025025");
    let hour = [
        ("input_cost_per_token_above_200k_tokens", "6.6e-6"),
        ("cache_creation_input_token_cost_above_1hr_above_200k_tokens", "1.32e-5"),
        ("output_cost_per_token_above_200k_tokens", "2.475e-5"),
    ];
    let usage = Usage { in_text: 250_000, cache_write_1h: 10_000, out_text: 100, ..Usage::default() };
    assert_eq!(plain(&hour, usage), "1.784475");
}

#[test]
fn tables_of_length() {
    let table = r#"{"tiered_pricing":[
        {"range":[0,32000],"input_cost_per_token":1.2e-6,"output_cost_per_token":6e-6},
        {"range":[32000,128000],"input_cost_per_token":2.4e-6,"output_cost_per_token":1.2e-5}]}"#;
    let filler: String = (0..60).map(|n| format!(",\"m{n}\":{{\"litellm_provider\":\"x\"}}")).collect();
    let catalogue = Catalogue::from_json(&format!("{{\"t\":{table}{filler}}}"), 0).unwrap();
    let price = catalogue.entry("t").unwrap();
    let total = |input| cost(&price, &Usage::of_text(input, 1000), &CostContext::default()).total.to_string();
    assert_eq!(total(40_000), "0.108");
    assert_eq!(total(32_000), "0.0444");
    assert_eq!(total(1_000_000), "2.412");
}

#[test]
fn modalities_and_units() {
    let audio = [
        (IN, "3e-7"),
        ("input_cost_per_audio_token", "1e-6"),
        ("cache_read_input_audio_token_cost", "1e-7"),
        (OUT, "2.5e-6"),
    ];
    let usage = Usage { in_text: 1000, in_audio: 1500, cache_read_audio: 500, out_text: 100, ..Usage::default() };
    assert_eq!(plain(&audio, usage), "0.0021");
    let image = [(IN, "5e-6"), ("input_cost_per_image_token", "1e-5"), ("output_cost_per_image_token", "4e-5")];
    assert_eq!(plain(&image, Usage { in_text: 50, in_image: 1000, out_image: 4160, ..Usage::default() }), "0.17665");
    let count = |counters| Usage { counters, ..Usage::default() };
    let one = Counters::default();
    assert_eq!(plain(&[("input_cost_per_query", "0.002")], count(Counters { search_units: 1, ..one })), "0.002");
    let seconds = [("input_cost_per_second", "1e-4"), ("output_cost_per_second", "1e-4")];
    assert_eq!(plain(&seconds, count(Counters { milliseconds: 61_500, ..one })), "0.00615");
    assert_eq!(
        plain(&[("input_cost_per_character", "1.5e-5")], count(Counters { characters: 1234, ..one })),
        "0.01851"
    );
    assert_eq!(plain(&[(IN, "2e-8")], Usage::of_text(3, 0)), "0.00000006");
    assert_eq!(plain(&[("ocr_cost_per_page", "0.004")], count(Counters { pages: 12, ..one })), "0.048");
    assert_eq!(plain(&[("output_cost_per_second", "0.1")], count(Counters { milliseconds: 8000, ..one })), "0.8");
}

#[test]
fn service_tiers_and_batches() {
    let flex = [
        (IN, "2e-6"),
        ("input_cost_per_token_flex", "1e-6"),
        ("cache_read_input_token_cost_flex", "2.5e-7"),
        ("output_cost_per_token_flex", "4e-6"),
    ];
    let context = CostContext { service_tier: Some("flex"), ..CostContext::default() };
    assert_eq!(bill(&flex, openai(1200, 200, 800, 600), &context), "0.00425");
    let priority = [
        (IN, "1e-6"),
        ("input_cost_per_token_priority", "2.5e-6"),
        ("cache_read_input_token_cost_priority", "2.5e-7"),
        ("output_cost_per_token_priority", "2e-5"),
    ];
    let context = CostContext { service_tier: Some("priority"), ..CostContext::default() };
    assert_eq!(bill(&priority, openai(100, 10, 20, 0), &context), "0.0006275");
    let batch = CostContext { batch: true, ..CostContext::default() };
    let own = [("input_cost_per_token_batches", "1.5e-6"), ("output_cost_per_token_batches", "7.5e-6")];
    assert_eq!(bill(&own, openai(1_000_000, 0, 100_000, 0), &batch), "2.25");
    assert_eq!(bill(&[(IN, "3e-6"), (OUT, "1.5e-5")], openai(1_000_000, 0, 100_000, 0), &batch), "2.25");
}

#[test]
fn discounts_margins_and_uplifts() {
    let amount = |text| Amount::parse(text).unwrap();
    let discount = CostAdjust { keep: Some(amount("0.9")), ..CostAdjust::default() };
    let both = CostAdjust { keep: Some(amount("0.9")), margin: Some(amount("1.2")), fixed: amount("0.001") };
    let with =
        |adjust| bill(FIRST, openai(11, 4, 5, 0), &CostContext { adjust: Some(adjust), ..CostContext::default() });
    assert_eq!(with(&discount), "0.000003915");
    assert_eq!(with(&both), "0.001004698");
    let uplift = "regional_processing_uplift_multiplier_eu";
    let fields = [FIRST, &[(uplift, "1.1")]].concat();
    let context = CostContext { uplift: Some(uplift), ..CostContext::default() };
    assert_eq!(bill(&fields, openai(11, 4, 5, 0), &context), "0.000004785");
}

#[test]
fn web_searches() {
    let json = r#"{"litellm_provider":"x","input_cost_per_token":3e-6,"output_cost_per_token":1.5e-5,"search_context_cost_per_query":{"search_context_size_medium":0.01}}"#;
    let filler: String = (0..60).map(|n| format!(",\"m{n}\":{{\"litellm_provider\":\"x\"}}")).collect();
    let catalogue = Catalogue::from_json(&format!("{{\"s\":{json}{filler}}}"), 0).unwrap();
    let usage = Usage { counters: Counters { web_search: 2, ..Counters::default() }, ..Usage::of_text(100, 50) };
    let bill = cost(&catalogue.entry("s").unwrap(), &usage, &CostContext::default());
    assert_eq!(bill.total.to_string(), "0.02105");
}

fn sum(bill: &Cost) -> Usd {
    bill.parts.iter().map(|(_, usd)| *usd).sum()
}

proptest! {
    #[test]
    fn parts_sum_to_the_total_and_more_never_costs_less(
        counts in prop::array::uniform8(0u64..10_000_000),
        more in 0u64..1000,
        place in 0usize..8,
        rates in prop::array::uniform5(0u32..100_000),
    ) {
        let texts = rates.map(|rate| format!("{rate}e-11"));
        let fields = [(IN, texts[0].as_str()), (OUT, &texts[1]), (READ, &texts[2]), (WRITE, &texts[3]), (WRITE_1H, &texts[4])];
        let price = price(&fields);
        let usage = |c: [u64; 8]| Usage {
            in_text: c[0], in_audio: c[1], cache_read_text: c[2], cache_write_5m: c[3], cache_write_1h: c[4],
            out_text: c[5], out_reasoning: c[6], out_audio: c[7], ..Usage::default()
        };
        let bill = cost(&price, &usage(counts), &CostContext::default());
        prop_assert_eq!(sum(&bill), bill.total);
        let mut larger = counts;
        larger[place] += more;
        prop_assert!(cost(&price, &usage(larger), &CostContext::default()).total >= bill.total);
        prop_assert_eq!(cost(&price, &Usage::default(), &CostContext::default()).total, Usd::ZERO);
    }
}

//! The golden invoices: totals are exact to the nano-dollar.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use tianji_core::usage::UsageParts;
use tianji_core::{CostStatus, Counters, Usage};
use tianji_pricing::{Cost, CostAdjust, CostContext, ModelPrice, cost};

const FIRST: &str = r#"{"input_cost_per_token": 1.5e-7, "cache_read_input_token_cost": 7.5e-8, "output_cost_per_token": 6e-7,
        "regional_processing_uplift_multiplier_eu": 1.1}"#;
const LONG: &str = r#"{"input_cost_per_token": 1.25e-6, "input_cost_per_token_above_200k_tokens": 2.5e-6,
    "output_cost_per_token": 1e-5, "output_cost_per_token_above_200k_tokens": 1.5e-5,
    "cache_read_input_token_cost": 1.25e-7, "cache_read_input_token_cost_above_200k_tokens": 2.5e-7}"#;
const CLAUDE: &str = r#"{"input_cost_per_token": 3e-6, "cache_creation_input_token_cost": 3.75e-6,
    "cache_creation_input_token_cost_above_1hr": 6e-6, "cache_read_input_token_cost": 3e-7,
    "output_cost_per_token": 1.5e-5}"#;
const TABLE: &str = r#"{"tiered_pricing": [
    {"range": [0, 32000.0], "input_cost_per_token": 1.2e-6, "output_cost_per_token": 6e-6},
    {"range": [32000.0, 128000], "input_cost_per_token": 2.4e-6, "output_cost_per_token": 1.2e-5}]}"#;

fn bill(entry: &str, usage: Usage, context: &CostContext<'_>) -> Cost {
    let cost = cost(&ModelPrice::from_json("fixture", entry.to_owned()).unwrap(), &usage, context);
    assert_eq!(
        cost.parts.iter().map(|(_, part)| *part).sum::<tianji_core::Usd>(),
        cost.total,
        "parts sum to the total"
    );
    cost
}

fn plain(entry: &str, usage: Usage) -> i64 {
    bill(entry, usage, &CostContext::default()).total.nanos()
}

fn totals(input: u64, cached: u64, output: u64, reasoning: u64) -> Usage {
    Usage::from_totals(input, output, UsageParts { cached, reasoning, ..UsageParts::default() })
}

fn counted(counters: Counters) -> Usage {
    Usage { counters, ..Usage::default() }
}

#[test]
fn invoices_1_to_4_caches_and_thinking() {
    assert_eq!(plain(FIRST, totals(11, 4, 5, 0)), 4_350);
    let usage = Usage { in_text: 10, cache_write_5m: 20, cache_read_text: 30, out_text: 4, ..Usage::default() };
    assert_eq!(plain(CLAUDE, usage), 174_000);
    let usage = Usage {
        in_text: 1000,
        cache_write_5m: 2000,
        cache_write_1h: 3000,
        cache_read_text: 40_000,
        out_text: 500,
        ..Usage::default()
    };
    assert_eq!(plain(CLAUDE, usage), 48_000_000);
    let gemini =
        r#"{"input_cost_per_token": 3e-7, "output_cost_per_token": 2.5e-6, "output_cost_per_reasoning_token": 2.5e-6}"#;
    assert_eq!(plain(gemini, Usage { in_text: 8, out_text: 3, out_reasoning: 6, ..Usage::default() }), 24_900);
}

#[test]
fn invoices_5_and_6_edge_of_a_tier() {
    assert_eq!(plain(LONG, totals(200_000, 0, 1000, 0)), 260_000_000);
    assert_eq!(plain(LONG, totals(200_001, 50_000, 1000, 0)), 402_502_500);
}

#[test]
fn invoice_7_audio() {
    let entry = r#"{"input_cost_per_token": 3e-7, "input_cost_per_audio_token": 1e-6,
        "cache_read_input_audio_token_cost": 1e-7, "output_cost_per_token": 2.5e-6}"#;
    let usage = Usage { in_text: 1000, in_audio: 1500, cache_read_audio: 500, out_text: 100, ..Usage::default() };
    assert_eq!(plain(entry, usage), 2_100_000);
}

#[test]
fn invoices_8_and_22_service_tiers() {
    let entry = r#"{"input_cost_per_token": 1, "input_cost_per_token_flex": 1e-6, "input_cost_per_token_priority": 2.5e-6,
        "cache_read_input_token_cost": 1, "cache_read_input_token_cost_flex": 2.5e-7,
        "cache_read_input_token_cost_priority": 2.5e-7,
        "output_cost_per_token": 1, "output_cost_per_token_flex": 4e-6, "output_cost_per_token_priority": 2e-5}"#;
    let flex = CostContext { service_tier: Some("flex"), ..CostContext::default() };
    assert_eq!(bill(entry, totals(1200, 200, 800, 600), &flex).total.nanos(), 4_250_000);
    let priority = CostContext { service_tier: Some("ON_DEMAND_PRIORITY"), ..CostContext::default() };
    assert_eq!(bill(entry, totals(100, 10, 20, 0), &priority).total.nanos(), 627_500);
}

#[test]
fn invoices_9_and_10_batches() {
    let batch = CostContext { batch: true, ..CostContext::default() };
    let usage = Usage::of_text(1_000_000, 100_000);
    let own = r#"{"input_cost_per_token": 3e-6, "input_cost_per_token_batches": 1.5e-6,
        "output_cost_per_token": 1.5e-5, "output_cost_per_token_batches": 7.5e-6}"#;
    assert_eq!(bill(own, usage, &batch).total.nanos(), 2_250_000_000);
    let half = r#"{"input_cost_per_token": 3e-6, "output_cost_per_token": 1.5e-5}"#;
    assert_eq!(bill(half, usage, &batch).total.nanos(), 2_250_000_000);
    let said = CostContext { service_tier: Some("batch"), ..CostContext::default() };
    assert_eq!(bill(half, usage, &said).total.nanos(), 2_250_000_000);
}

#[test]
fn invoice_11_image_tokens() {
    let entry = r#"{"mode": "image_generation", "input_cost_per_token": 5e-6, "input_cost_per_image_token": 1e-5,
        "output_cost_per_image_token": 4e-5, "output_cost_per_image": 99}"#;
    let counters = Counters { images: 1, ..Counters::default() };
    let usage = Usage { in_text: 50, in_image: 1000, out_image: 4160, counters, ..Usage::default() };
    assert_eq!(plain(entry, usage), 176_650_000);
}

#[test]
fn invoices_12_to_15_other_kinds() {
    let rerank = r#"{"mode": "rerank", "input_cost_per_query": 0.002, "input_cost_per_token": 0.0}"#;
    assert_eq!(plain(rerank, counted(Counters { search_units: 1, ..Counters::default() })), 2_000_000);
    let transcription =
        r#"{"mode": "audio_transcription", "input_cost_per_second": 1e-4, "output_cost_per_second": 1e-4}"#;
    assert_eq!(plain(transcription, counted(Counters { milliseconds: 61_500, ..Counters::default() })), 6_150_000);
    let speech = r#"{"mode": "audio_speech", "input_cost_per_character": 1.5e-5}"#;
    assert_eq!(plain(speech, counted(Counters { characters: 1234, ..Counters::default() })), 18_510_000);
    let embedding = r#"{"mode": "embedding", "input_cost_per_token": 2e-8, "output_cost_per_token": 0.0}"#;
    assert_eq!(plain(embedding, Usage::of_text(3, 0)), 60);
}

#[test]
fn invoice_16_web_search() {
    let entry = r#"{"input_cost_per_token": 3e-6, "output_cost_per_token": 1.5e-5,
        "search_context_cost_per_query": {"search_context_size_medium": 0.01}}"#;
    let usage = Usage { counters: Counters { web_search: 2, ..Counters::default() }, ..Usage::of_text(100, 50) };
    let cost = bill(entry, usage, &CostContext::default());
    assert_eq!(cost.total.nanos(), 21_050_000);
    assert_eq!(cost.parts.amount("tool_usage").nanos(), 20_000_000);
    let free = CostContext { free_searches: 5, ..CostContext::default() };
    assert_eq!(bill(entry, usage, &free).total.nanos(), 1_050_000);
}

#[test]
fn invoice_17_tier_and_long_writes() {
    let entry = r#"{"input_cost_per_token": 3.3e-6, "input_cost_per_token_above_200k_tokens": 6.6e-6,
        "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 1.32e-5,
        "output_cost_per_token_above_200k_tokens": 2.475e-5}"#;
    let usage = Usage { in_text: 250_000, cache_write_1h: 10_000, out_text: 100, ..Usage::default() };
    assert_eq!(plain(entry, usage), 1_784_475_000);
}

#[test]
fn invoices_18_and_19_tier_table() {
    assert_eq!(plain(TABLE, Usage::of_text(40_000, 1000)), 108_000_000);
    assert_eq!(plain(TABLE, Usage::of_text(32_000, 1000)), 44_400_000);
    assert_eq!(plain(TABLE, Usage::of_text(200_000, 0)), 480_000_000, "beyond the table: its last row");
}

#[test]
fn invoices_20_and_21_pages_and_film() {
    let ocr = r#"{"mode": "ocr", "ocr_cost_per_page": 0.004}"#;
    assert_eq!(plain(ocr, counted(Counters { pages: 12, ..Counters::default() })), 48_000_000);
    let film = r#"{"mode": "video_generation", "output_cost_per_video_per_second": 0.1}"#;
    assert_eq!(plain(film, counted(Counters { milliseconds: 8000, ..Counters::default() })), 800_000_000);
}

#[test]
fn invoices_23_and_24_discount_and_margin() {
    let parse = |text: &str| text.parse().ok();
    let mut adjust = CostAdjust { discount: parse("0.1"), ..CostAdjust::default() };
    let usage = totals(11, 4, 5, 0);
    let with =
        |adjust: &CostAdjust| bill(FIRST, usage, &CostContext { adjust: Some(adjust), ..CostContext::default() });
    assert_eq!(with(&adjust).total.nanos(), 3_915);
    assert_eq!(with(&adjust).original.nanos(), 4_350);
    adjust.margin = parse("0.2");
    adjust.margin_fixed = parse("0.001");
    let cost = with(&adjust);
    assert_eq!(cost.total.nanos(), 1_004_698);
    assert_eq!(cost.parts.amount("discount").nanos(), -435);
    assert_eq!(cost.parts.amount("margin").nanos(), 1_000_783);
}

#[test]
fn invoices_25_and_26_absent_and_zero_read_price() {
    let absent = r#"{"input_cost_per_token": 1e-6, "output_cost_per_token": 0}"#;
    assert_eq!(plain(absent, totals(10, 10, 0, 0)), 10_000);
    let zero = r#"{"input_cost_per_token": 1e-6, "cache_read_input_token_cost": 0, "output_cost_per_token": 0}"#;
    let cost = bill(zero, totals(10, 10, 0, 0), &CostContext::default());
    assert_eq!((cost.total.nanos(), cost.status), (0, CostStatus::Free));
}

#[test]
fn invoices_27_and_28_uplift_and_suspect_usage() {
    let eu = CostContext { residency: Some("eu"), ..CostContext::default() };
    assert_eq!(bill(FIRST, totals(11, 4, 5, 0), &eu).total.nanos(), 4_785);
    let usage = totals(11, 20, 0, 0);
    assert!(usage.suspect);
    assert_eq!(plain(FIRST, usage), 825);
}

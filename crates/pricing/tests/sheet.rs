//! Every price of the sheet on an invoice: for each field that a call is charged by, a bill that was computed by hand.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeSet;
use tianji_core::{Counters, Micros, Usage};
use tianji_pricing::{Cost, CostContext, ModelPrice, SearchContextSize, Units, cost};

/// A bill: the entry, what was used, under which circumstances, and the total in nano-dollars.
type Invoice = (&'static str, Usage, CostContext<'static>, i64);

#[test]
fn units_are_billed_to_the_nano_dollar() {
    for (entry, usage, context, total) in invoices() {
        let cost = bill(entry, &usage, &context);
        assert_eq!(cost.total.nanos(), total, "{entry} {usage:?} {context:?}");
    }
}

/// One thousand tokens of each kind, at 7 dollars a million under the suffix and 3 without it.
#[test]
fn every_token_price_counts_under_every_suffix() {
    for (stem, usage) in families() {
        for suffix in SUFFIXES {
            let entry = format!(r#"{{"{stem}": 3e-6, "{stem}{suffix}": 7e-6}}"#);
            let words: Vec<&str> = suffix.split('_').collect();
            let above = words.iter().skip_while(|word| **word != "above").nth(1);
            let thousands: u64 = above.map_or(0, |word| word.trim_end_matches('k').parse().unwrap());
            let tier = words.last().copied().filter(|word| !matches!(*word, "" | "tokens" | "batches"));
            let context =
                CostContext { service_tier: tier, batch: suffix.ends_with("batches"), ..CostContext::default() };
            // What fills the context has no price unless it is the input's own, so that only the thousand is billed.
            let long = fill(&usage, thousands * 1000 + 1);
            let tokens = if stem == "input_cost_per_token" { long.in_text } else { 1000 };
            let expected = i64::try_from(tokens).unwrap() * 7000;
            assert_eq!(bill(&entry, &long, &context).total.nanos(), expected, "{stem}{suffix}");
            if thousands > 0 {
                let edge = fill(&usage, thousands * 1000);
                let tokens = if stem == "input_cost_per_token" { edge.in_text } else { 1000 };
                let half = if context.batch { 2 } else { 1 };
                let expected = i64::try_from(tokens).unwrap() * 3000 / half;
                assert_eq!(bill(&entry, &edge, &context).total.nanos(), expected, "{stem}{suffix} at its edge");
            }
        }
    }
}

/// A field that somebody adds to the catalogue has no bill until it gets one here.
#[test]
fn no_price_of_the_catalogue_is_without_an_invoice() {
    let mut billed: BTreeSet<String> = NOT_BILLED.iter().map(|&field| field.to_owned()).collect();
    for (stem, _) in families() {
        billed.extend(SUFFIXES.iter().map(|suffix| format!("{stem}{suffix}")));
    }
    for (entry, ..) in invoices() {
        costs(&serde_json::from_str(entry).unwrap(), &mut billed);
    }
    let mut sold = BTreeSet::new();
    let catalogue: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("../data/model_prices.json")).unwrap();
    catalogue.values().for_each(|entry| costs(entry, &mut sold));
    assert!(sold.len() > 100);
    let without: Vec<&String> = sold.difference(&billed).collect();
    assert!(without.is_empty(), "{without:?}");
}

fn bill(entry: &str, usage: &Usage, context: &CostContext<'_>) -> Cost {
    let cost = cost(&ModelPrice::from_json("fixture", entry.to_owned()).unwrap(), usage, context);
    let parts: tianji_core::Usd = cost.parts.iter().map(|(_, part)| *part).sum();
    assert_eq!(parts, cost.total, "the parts of {entry} sum to its total");
    cost
}

/// Names of members with a price, at any depth.
fn costs(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                if name.contains("cost") && value.is_number() {
                    found.insert(name.clone());
                }
                costs(value, found);
            }
        }
        serde_json::Value::Array(rows) => rows.iter().for_each(|row| costs(row, found)),
        _ => {}
    }
}

/// The same usage with text that brings the whole input to so many tokens.
fn fill(usage: &Usage, input: u64) -> Usage {
    Usage { in_text: usage.in_text + input.saturating_sub(usage.input()), ..*usage }
}

fn families() -> [(&'static str, Usage); 15] {
    let none = Usage::default();
    [
        ("input_cost_per_token", Usage { in_text: 1000, ..none }),
        ("input_cost_per_audio_token", Usage { in_audio: 1000, ..none }),
        ("input_cost_per_image_token", Usage { in_image: 1000, ..none }),
        ("input_cost_per_video_token", Usage { in_video: 1000, ..none }),
        ("cache_read_input_token_cost", Usage { cache_read_text: 1000, ..none }),
        ("input_cost_per_token_cache_hit", Usage { cache_read_text: 1000, ..none }),
        ("cache_read_input_audio_token_cost", Usage { cache_read_audio: 1000, ..none }),
        ("cache_read_input_image_token_cost", Usage { cache_read_image: 1000, ..none }),
        ("cache_creation_input_token_cost", Usage { cache_write_5m: 1000, ..none }),
        ("cache_creation_input_token_cost_above_1hr", Usage { cache_write_1h: 1000, ..none }),
        ("output_cost_per_token", Usage { out_text: 1000, ..none }),
        ("output_cost_per_reasoning_token", Usage { out_reasoning: 1000, ..none }),
        ("output_cost_per_audio_token", Usage { out_audio: 1000, ..none }),
        ("output_cost_per_image_token", Usage { out_image: 1000, ..none }),
        ("output_cost_per_video_token", Usage { out_video: 1000, ..none }),
    ]
}

fn invoices() -> Vec<Invoice> {
    [documents(), tools(), sound(), pictures(), films(), queries(), factors(), hours()].concat()
}

fn counted(counters: Counters) -> Usage {
    Usage { counters, ..Usage::default() }
}

fn with(units: Units) -> CostContext<'static> {
    CostContext { units, ..CostContext::default() }
}

fn documents() -> Vec<Invoice> {
    let pages = r#"{"mode": "ocr", "ocr_cost_per_page": 0.001, "ocr_cost_per_page_batches": 0.0005,
        "annotation_cost_per_page": 0.003, "annotation_cost_per_page_batches": 0.0015}"#;
    let twelve = counted(Counters { pages: 12, ..Counters::default() });
    let annotated = with(Units { annotated_pages: 4, ..Units::default() });
    vec![
        // 12 × 0.001 + 4 × 0.003
        (pages, twelve, annotated, 24_000_000),
        // 12 × 0.0005 + 4 × 0.0015
        (pages, twelve, CostContext { batch: true, ..annotated }, 12_000_000),
        // 3 × 0.015
        (
            r#"{"mode": "ocr", "ocr_cost_per_credit": 0.015}"#,
            counted(Counters { milli_credits: 3000, ..Counters::default() }),
            CostContext::default(),
            45_000_000,
        ),
        // 1.5 × 0.015, exactly
        (
            r#"{"mode": "ocr", "ocr_cost_per_credit": 0.015}"#,
            counted(Counters { milli_credits: 1500, ..Counters::default() }),
            CostContext::default(),
            22_500_000,
        ),
    ]
}

fn tools() -> Vec<Invoice> {
    let search = r#"{"search_context_cost_per_query": {"search_context_size_low": 0.03,
        "search_context_size_medium": 0.035, "search_context_size_high": 0.05}}"#;
    let thrice = counted(Counters { web_search: 3, ..Counters::default() });
    let size = |size| CostContext { search_context_size: size, ..CostContext::default() };
    let one = |entry, units, total| (entry, Usage::default(), with(units), total);
    vec![
        (search, thrice, size(SearchContextSize::Low), 90_000_000),
        (search, thrice, size(SearchContextSize::Medium), 105_000_000),
        (search, thrice, size(SearchContextSize::High), 150_000_000),
        one(
            r#"{"code_interpreter_cost_per_session": 0.03}"#,
            Units { code_interpreter_sessions: 2, ..Units::default() },
            60_000_000,
        ),
        one(
            r#"{"google_maps_grounding_cost_per_query": 0.014}"#,
            Units { maps_queries: 3, ..Units::default() },
            42_000_000,
        ),
        // 7 × 2.5 / 1000
        one(
            r#"{"file_search_cost_per_1k_calls": 2.5}"#,
            Units { file_search_calls: 7, ..Units::default() },
            17_500_000,
        ),
        // 1500 × 0.003 / 1000 + 250 × 0.012 / 1000
        one(
            r#"{"computer_use_input_cost_per_1k_tokens": 0.003, "computer_use_output_cost_per_1k_tokens": 0.012}"#,
            Units { computer_input_tokens: 1500, computer_output_tokens: 250, ..Units::default() },
            7_500_000,
        ),
    ]
}

fn sound() -> Vec<Invoice> {
    let heard = |milliseconds| counted(Counters { milliseconds, ..Counters::default() });
    let spoken = counted(Counters { characters: 1001, ..Counters::default() });
    let plain = CostContext::default();
    let vectors = r#"{"mode": "embedding", "input_cost_per_audio_per_second": 0.00016,
        "input_cost_per_video_per_second": 0.0007, "input_cost_per_image": 0.0001}"#;
    let seen = Units { input_audio_ms: 30_500, input_video_ms: 90_000, input_images: 5, ..Units::default() };
    vec![
        // 61.234 × 0.00007167 = 0.00438864078
        (r#"{"mode": "audio_transcription", "input_cost_per_second": 7.167e-5}"#, heard(61_234), plain, 4_388_641),
        (r#"{"mode": "audio_transcription", "output_cost_per_second": 0.0001}"#, heard(61_500), plain, 6_150_000),
        (r#"{"mode": "audio_speech", "output_cost_per_second": 0.0002}"#, heard(10_000), plain, 2_000_000),
        // 1001 × 0.000015
        (r#"{"mode": "audio_speech", "input_cost_per_character": 1.5e-5}"#, spoken, plain, 15_015_000),
        // 1001 × 0.000000025 = 0.000025025
        (r#"{"mode": "embedding", "input_cost_per_character": 2.5e-8}"#, spoken, plain, 25_025),
        // 30.5 × 0.00016 + 90 × 0.0007 + 5 × 0.0001
        (vectors, Usage::default(), with(seen), 68_380_000),
    ]
}

fn pictures() -> Vec<Invoice> {
    const SIZES: &str = r#"{"mode": "image_generation", "output_cost_per_image": 0.01, "output_cost_per_image_512": 0.045,
        "output_cost_per_image_0.5K": 0.02, "output_cost_per_image_1024": 0.067, "output_cost_per_image_1K": 0.03,
        "output_cost_per_image_1536": 0.09, "output_cost_per_image_2K": 0.101, "output_cost_per_image_4K": 0.151}"#;
    let three = counted(Counters { images: 3, ..Counters::default() });
    let sized = |(size, total)| (SIZES, three, CostContext { resolution: size, ..CostContext::default() }, total);
    let mut invoices: Vec<Invoice> = [
        (None, 30_000_000),
        (Some("another"), 30_000_000),
        (Some("512"), 135_000_000),
        (Some("0.5K"), 60_000_000),
        (Some("1024"), 201_000_000),
        (Some("1K"), 90_000_000),
        (Some("1536"), 270_000_000),
        (Some("2k"), 303_000_000),
        (Some("4K"), 453_000_000),
    ]
    .map(sized)
    .into();
    let pixels = |pixels| with(Units { pixels, ..Units::default() });
    invoices.extend([
        (r#"{"mode": "image_generation", "input_cost_per_image": 0.04}"#, three, CostContext::default(), 120_000_000),
        // 1024 × 1792 × 0.000000019 = 0.034865152
        (r#"{"mode": "image_generation", "input_cost_per_pixel": 1.9e-8}"#, three, pixels(1_835_008), 34_865_152),
        // 1024 × 1024 × 0.00000002 = 0.02097152
        (r#"{"mode": "image_edit", "output_cost_per_pixel": 2e-8}"#, three, pixels(1_048_576), 20_971_520),
    ]);
    invoices
}

fn films() -> Vec<Invoice> {
    const SECONDS: &str = r#"{"mode": "video_generation", "output_cost_per_second": 0.1,
        "output_cost_per_second_480p": 0.05, "output_cost_per_second_720p": 0.12, "output_cost_per_second_768p": 0.13,
        "output_cost_per_second_1080p": 0.3, "output_cost_per_second_2k": 0.4, "output_cost_per_second_4k": 0.6}"#;
    const VIDEO: &str = r#"{"mode": "video_generation", "output_cost_per_video_per_second": 0.15,
        "output_cost_per_video_per_second_480p": 0.07, "output_cost_per_video_per_second_720p": 0.17,
        "output_cost_per_video_per_second_1080p": 0.35, "output_cost_per_video_per_second_4k": 0.65}"#;
    let film = counted(Counters { milliseconds: 7_500, ..Counters::default() });
    let sized =
        |entry| move |(size, total)| (entry, film, CostContext { resolution: size, ..CostContext::default() }, total);
    let mut invoices: Vec<Invoice> = [
        (None, 750_000_000),
        (Some("480p"), 375_000_000),
        (Some("720p"), 900_000_000),
        (Some("768p"), 975_000_000),
        (Some("1080p"), 2_250_000_000),
        (Some("2K"), 3_000_000_000),
        (Some("4k"), 4_500_000_000),
    ]
    .map(sized(SECONDS))
    .into();
    let others = [
        (None, 1_125_000_000),
        (Some("480p"), 525_000_000),
        (Some("720p"), 1_275_000_000),
        (Some("1080p"), 2_625_000_000),
        (Some("4k"), 4_875_000_000),
    ];
    invoices.extend(others.map(sized(VIDEO)));
    // 7.5 × 0.1 + 2 × 0.01
    let first_frames = with(Units { input_images: 2, ..Units::default() });
    let from_pictures = r#"{"mode": "video_generation", "output_cost_per_second": 0.1, "input_cost_per_image": 0.01}"#;
    invoices.push((from_pictures, film, first_frames, 770_000_000));
    invoices
}

fn queries() -> Vec<Invoice> {
    let units = |search_units| counted(Counters { search_units, ..Counters::default() });
    let plain = CostContext::default();
    let time = CostContext { duration_ms: 12_345, ..plain };
    vec![
        (r#"{"mode": "rerank", "input_cost_per_query": 0.0025}"#, units(3), plain, 7_500_000),
        (r#"{"mode": "search", "input_cost_per_query": 0.008}"#, units(0), plain, 8_000_000),
        // 0.005 + 100 × 0.000001 + 10 × 0.000002
        (
            r#"{"input_cost_per_request": 0.005, "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}"#,
            Usage::of_text(100, 10),
            plain,
            5_120_000,
        ),
        (r#"{"cost_per_request": 0.002}"#, Usage::default(), plain, 2_000_000),
        // 12.345 × 0.0001
        (r#"{"cost_per_second": 0.0001}"#, Usage::default(), time, 1_234_500),
    ]
}

/// 1000 in at 2 dollars a million, 100 out at 10: 0.003 before factors. Half a nano-dollar goes to the even one.
fn factors() -> Vec<Invoice> {
    const ENTRY: &str = r#"{"input_cost_per_token": 2e-6, "output_cost_per_token": 1e-5,
        "regional_processing_uplift_multiplier_eu": 1.1, "regional_processing_uplift_multiplier_us": 1.05,
        "regional_endpoint_uplift_multiplier": 1.1, "provider_specific_entry": {"fast": 6.0}}"#;
    let usage = Usage::of_text(1000, 100);
    let plain = CostContext::default();
    vec![
        (ENTRY, usage, plain, 3_000_000),
        (ENTRY, usage, CostContext { residency: Some("eu"), ..plain }, 3_300_000),
        (ENTRY, usage, CostContext { residency: Some("us"), ..plain }, 3_150_000),
        (ENTRY, usage, CostContext { regional_endpoint: true, ..plain }, 3_300_000),
        (ENTRY, usage, CostContext { residency: Some("eu"), regional_endpoint: true, ..plain }, 3_630_000),
        (ENTRY, usage, CostContext { service_tier: Some("fast"), ..plain }, 18_000_000),
        (ENTRY, usage, CostContext { batch: true, ..plain }, 1_500_000),
        (r#"{"input_cost_per_token": 5e-10}"#, Usage::of_text(1, 0), plain, 0),
        (r#"{"input_cost_per_token": 5e-10}"#, Usage::of_text(3, 0), plain, 2),
    ]
}

/// Night is from 16:30 to 00:30 UTC; 2026-01-05 was a Monday.
fn hours() -> Vec<Invoice> {
    const ENTRY: &str = r#"{"input_cost_per_token": 4e-6, "output_cost_per_token": 8e-6, "off_peak_pricing":
        {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "windows": [{"hours_utc": "16:30-00:30"}]}}"#;
    const WEEKEND: &str = r#"{"input_cost_per_token": 4e-6, "off_peak_pricing":
        {"input_cost_per_token": 1e-6, "windows": [{"hours_utc": ["00:00-00:00"], "weekdays": [6, 7]}]}}"#;
    const MONDAY: i64 = 1_767_571_200;
    let at = |days: i64, hours: i64, minutes: i64| CostContext {
        started_at: Some(Micros((MONDAY + days * 86_400 + hours * 3600 + minutes * 60) * 1_000_000)),
        ..CostContext::default()
    };
    let usage = Usage::of_text(1000, 500);
    let input = Usage::of_text(1000, 0);
    vec![
        (ENTRY, usage, at(0, 16, 29), 8_000_000),
        (ENTRY, usage, at(0, 16, 30), 2_000_000),
        (ENTRY, usage, at(1, 0, 29), 2_000_000),
        (ENTRY, usage, at(1, 0, 30), 8_000_000),
        (WEEKEND, input, at(4, 23, 59), 4_000_000),
        (WEEKEND, input, at(5, 0, 0), 1_000_000),
        (WEEKEND, input, at(6, 23, 59), 1_000_000),
        (WEEKEND, input, at(7, 0, 0), 4_000_000),
    ]
}

/// What token prices may be followed by: tiers of input length, service tiers, batches, and both.
const SUFFIXES: &[&str] = &[
    "",
    "_above_100k_tokens",
    "_above_128k_tokens",
    "_above_200k_tokens",
    "_above_272k_tokens",
    "_above_512k_tokens",
    "_flex",
    "_priority",
    "_balanced",
    "_decisions",
    "_ultrafast",
    "_batches",
    "_above_100k_tokens_batches",
    "_above_200k_tokens_batches",
    "_above_200k_tokens_priority",
    "_above_272k_tokens_batches",
    "_above_272k_tokens_decisions",
    "_above_272k_tokens_flex",
    "_above_272k_tokens_priority",
    "_above_272k_tokens_ultrafast",
];

/// Prices that no call is charged by: nobody reports what they are multiplied with, or they are no dollars.
const NOT_BILLED: &[&str] = &[
    "cache_creation_input_audio_token_cost",
    "citation_cost_per_token",
    "explicit_cache_read_input_token_cost",
    "input_cost_per_audio_per_second_above_128k_tokens",
    "input_cost_per_character_above_128k_tokens",
    "input_cost_per_image_above_128k_tokens",
    "input_cost_per_text_message",
    "input_cost_per_video_per_second_above_128k_tokens",
    "input_cost_per_video_per_second_above_15s_interval",
    "input_cost_per_video_per_second_above_8s_interval",
    "input_dbu_cost_per_token",
    "output_cost_per_character",
    "output_cost_per_character_above_128k_tokens",
    "output_dbu_cost_per_token",
];

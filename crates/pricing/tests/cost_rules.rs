//! Rules of cost beside the golden invoices.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

use tianji_core::{CostStatus, Counters, Micros, Usage};
use tianji_pricing::{CostContext, ModelPrice, SearchContextSize, Units, cost, estimate};

fn entry(text: &str) -> ModelPrice {
    ModelPrice::from_json("fixture", text.to_owned()).unwrap()
}

fn nanos(text: &str, usage: Usage, context: &CostContext<'_>) -> i64 {
    cost(&entry(text), &usage, context).total.nanos()
}

#[test]
fn xai_tiers_begin_at_their_edge() {
    let prices = |provider: &str| {
        format!(
            r#"{{"litellm_provider": "{provider}", "input_cost_per_token": 1e-6, "input_cost_per_token_above_200k_tokens": 2e-6}}"#
        )
    };
    let usage = Usage::of_text(200_000, 0);
    assert_eq!(nanos(&prices("xai"), usage, &CostContext::default()), 400_000_000);
    assert_eq!(nanos(&prices("gemini"), usage, &CostContext::default()), 200_000_000);
}

#[test]
fn fireworks_halves_cached_input_without_a_price() {
    let usage = Usage { cache_read_text: 100, ..Usage::default() };
    let text = r#"{"litellm_provider": "fireworks_ai", "input_cost_per_token": 1e-6}"#;
    assert_eq!(nanos(text, usage, &CostContext::default()), 50_000);
    let own =
        r#"{"litellm_provider": "fireworks_ai", "input_cost_per_token": 1e-6, "cache_read_input_token_cost": 3e-7}"#;
    assert_eq!(nanos(own, usage, &CostContext::default()), 30_000);
}

#[test]
fn hours_have_their_prices() {
    let text = r#"{"input_cost_per_token": 2e-6, "off_peak_pricing": {"input_cost_per_token": 1e-6, "windows": [
        {"hours_utc": ["00:00-01:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
        {"hours_utc": "00:00-00:00", "weekdays": [6, 7]}]}}"#;
    // 2026-11-23 is a Monday, 2026-11-28 a Saturday
    const MONDAY: i64 = 1_795_392_000;
    let at = |seconds: i64| {
        let context = CostContext { started_at: Some(Micros(seconds * 1_000_000)), ..CostContext::default() };
        nanos(text, Usage::of_text(10, 0), &context)
    };
    assert_eq!(Micros(MONDAY * 1_000_000).date(), (2026, 11, 23));
    for (hours, expected) in [(0, 10_000), (1, 20_000), (9, 20_000), (10, 10_000), (23, 10_000)] {
        assert_eq!(at(MONDAY + hours * 3600), expected, "Monday at {hours}");
    }
    assert_eq!(at(MONDAY + 5 * 86_400 + 5 * 3600), 10_000, "Saturday at 5");
    assert_eq!(nanos(text, Usage::of_text(10, 0), &CostContext::default()), 20_000, "no time, no off-peak price");
}

#[test]
fn reasoning_that_costs_what_output_costs_follows_its_tiers() {
    let text = r#"{"input_cost_per_token": 0, "output_cost_per_token": 2e-6, "output_cost_per_reasoning_token": 2e-6,
        "output_cost_per_token_flex": 1e-6}"#;
    let usage = Usage { out_reasoning: 10, ..Usage::default() };
    let flex = CostContext { service_tier: Some("flex"), ..CostContext::default() };
    assert_eq!(nanos(text, usage, &flex), 10_000);
    let own = text.replace("\"output_cost_per_reasoning_token\": 2e-6", "\"output_cost_per_reasoning_token\": 3e-6");
    assert_eq!(nanos(&own, usage, &flex), 30_000);
}

#[test]
fn tier_comes_before_service_tier() {
    let text = r#"{"input_cost_per_token": 1e-6, "input_cost_per_token_priority": 2e-6,
        "input_cost_per_token_above_10k_tokens": 3e-6, "cache_read_input_token_cost": 1e-7}"#;
    let priority = CostContext { service_tier: Some("priority"), ..CostContext::default() };
    assert_eq!(nanos(text, Usage::of_text(10_000, 0), &priority), 20_000_000);
    assert_eq!(nanos(text, Usage::of_text(10_001, 0), &priority), 30_003_000);
    let cached = Usage { cache_read_text: 20_000, ..Usage::default() };
    assert_eq!(nanos(text, cached, &priority), 2_000_000, "a family without the tier keeps its base");
}

#[test]
fn anthropic_factors_multiply_token_prices_only() {
    let text = r#"{"input_cost_per_token": 1e-6, "provider_specific_entry": {"us": 1.1, "fast": 2.0},
        "search_context_cost_per_query": {"search_context_size_low": 0.001, "search_context_size_medium": 0.01}}"#;
    let counters = Counters { web_search: 1, ..Counters::default() };
    let usage = Usage { in_text: 100, counters, ..Usage::default() };
    let context = CostContext {
        service_tier: Some("fast"),
        residency: Some("us"),
        search_context_size: SearchContextSize::Low,
        ..CostContext::default()
    };
    assert_eq!(nanos(text, usage, &context), 220_000 + 1_000_000);
}

#[test]
fn grounding_is_billed_per_prompt_where_google_does() {
    let prices = |unit: &str| {
        format!(
            r#"{{"litellm_provider": "gemini", "input_cost_per_token": 0, {unit}
            "search_context_cost_per_query": {{"search_context_size_medium": 0.035}}}}"#
        )
    };
    let usage = Usage { counters: Counters { web_search: 3, ..Counters::default() }, ..Usage::default() };
    assert_eq!(nanos(&prices(""), usage, &CostContext::default()), 35_000_000);
    assert_eq!(
        nanos(&prices(r#""web_search_billing_unit": "per_query","#), usage, &CostContext::default()),
        105_000_000
    );
}

#[test]
fn kinds_by_their_units() {
    let images = Counters { images: 2, ..Counters::default() };
    let seconds = Counters { milliseconds: 1500, ..Counters::default() };
    let pixels = Units { pixels: 1_048_576, results: 30, file_search_calls: 1, ..Units::default() };
    let plain = CostContext::default();
    for (text, counters, context, expected) in [
        (r#"{"mode": "image_generation", "input_cost_per_image": 0.04}"#, images, plain, 80_000_000),
        (
            r#"{"mode": "image_generation", "output_cost_per_image": 0.04, "output_cost_per_image_2K": 0.1}"#,
            images,
            CostContext { resolution: Some("2k"), ..plain },
            200_000_000,
        ),
        (
            r#"{"mode": "image_generation", "input_cost_per_pixel": 1e-8, "output_cost_per_pixel": 0.0}"#,
            images,
            CostContext { units: pixels, ..plain },
            10_485_760,
        ),
        (
            r#"{"mode": "video_generation", "output_cost_per_second": 0.1, "output_cost_per_second_1080p": 0.4}"#,
            seconds,
            CostContext { resolution: Some("1080p"), ..plain },
            600_000_000,
        ),
        (
            r#"{"mode": "audio_transcription", "input_cost_per_second": 0.002, "output_cost_per_second": 0.0}"#,
            seconds,
            plain,
            3_000_000,
        ),
        (
            r#"{"mode": "search", "tiered_pricing": [{"max_results_range": [0, 25], "input_cost_per_query": 0.005},
            {"max_results_range": [26, 100], "input_cost_per_query": 0.025}]}"#,
            Counters::default(),
            CostContext { units: pixels, ..plain },
            25_000_000,
        ),
        (r#"{"cost_per_second": 0.001}"#, Counters::default(), CostContext { duration_ms: 2500, ..plain }, 2_500_000),
        (
            r#"{"input_cost_per_token": 1, "cost_per_second": 0.001}"#,
            Counters::default(),
            CostContext { duration_ms: 2500, ..plain },
            0,
        ),
        (r#"{"input_cost_per_request": 0.005}"#, Counters::default(), plain, 5_000_000),
        (
            r#"{"file_search_cost_per_1k_calls": 2.5}"#,
            Counters::default(),
            CostContext { units: pixels, ..plain },
            2_500_000,
        ),
        (
            r#"{"mode": "ocr", "ocr_cost_per_page": 0.002}"#,
            Counters { pages: 3, ..Counters::default() },
            CostContext { batch: true, ..plain },
            3_000_000,
        ),
    ] {
        assert_eq!(nanos(text, Usage { counters, ..Usage::default() }, &context), expected, "{text}");
    }
}

#[test]
fn says_what_a_cost_is_worth() {
    let status = |text: &str, usage: Usage| cost(&entry(text), &usage, &CostContext::default()).status;
    let usage = Usage::of_text(1, 1);
    assert_eq!(status("{}", usage), CostStatus::UnknownPrice);
    assert_eq!(status(r#"{"output_cost_per_image": 1}"#, usage), CostStatus::UnknownPrice);
    assert_eq!(status(r#"{"input_cost_per_token": 0, "output_cost_per_token": 0}"#, usage), CostStatus::Free);
    assert_eq!(
        status(r#"{"input_cost_per_token": 1, "output_cost_per_token": 0}"#, Usage::default()),
        CostStatus::Free
    );
    assert_eq!(status(r#"{"input_cost_per_token": 1e-6, "output_cost_per_token": 0}"#, usage), CostStatus::Exact);
    assert!(!entry("{}").is_free());
    assert!(entry(r#"{"input_cost_per_token": 0.0}"#).is_free());
}

#[test]
fn a_trusted_report_replaces_the_sum() {
    let reported = CostContext { reported: tianji_core::Usd::parse("0.5"), ..CostContext::default() };
    assert_eq!(nanos(r#"{"input_cost_per_token": 1}"#, Usage::of_text(9, 9), &reported), 500_000_000);
}

#[test]
fn hostile_counts_do_not_wrap() {
    let usage = Usage { in_text: u64::MAX, cache_read_text: u64::MAX, out_text: u64::MAX, ..Usage::default() };
    let text = r#"{"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}"#;
    let cost = cost(&entry(text), &usage, &CostContext::default());
    assert_eq!(cost.total, tianji_core::Usd::MAX);
    assert_eq!(cost.parts.iter().map(|(_, part)| *part).sum::<tianji_core::Usd>(), cost.total);
}

#[test]
fn estimates_are_not_below_the_cost_of_plain_calls() {
    let price = entry(
        r#"{"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "output_cost_per_reasoning_token": 3e-6,
        "input_cost_per_request": 0.01, "output_cost_per_token_above_1k_tokens": 4e-6}"#,
    );
    assert_eq!(estimate(&price, 1000, 100).nanos(), 1_000_000 + 300_000 + 10_000_000);
    assert_eq!(estimate(&price, 1001, 100).nanos(), 1_001_000 + 400_000 + 10_000_000);
}

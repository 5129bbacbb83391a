//! Invariants of cost.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use proptest::prelude::*;
use tianji_core::{CostStatus, Usage, Usd};
use tianji_pricing::{Catalogue, CostAdjust, CostContext, ModelPrice, cost};

/// Buckets in the order of [`usage`].
const BUCKETS: usize = 19;

fn usage(n: [u64; BUCKETS]) -> Usage {
    Usage {
        in_text: n[0],
        in_audio: n[1],
        in_image: n[2],
        in_video: n[3],
        in_tool_prompt: n[4],
        cache_read_text: n[5],
        cache_read_audio: n[6],
        cache_read_image: n[7],
        cache_write_5m: n[8],
        cache_write_30m: n[9],
        cache_write_1h: n[10],
        cache_write_12h: n[11],
        cache_write_unspecified: n[12],
        out_text: n[13],
        out_reasoning: n[14],
        out_audio: n[15],
        out_image: n[16],
        out_video: n[17],
        rejected_prediction: n[18],
        ..Usage::default()
    }
}

fn models() -> Vec<ModelPrice> {
    let catalogue = Catalogue::embedded();
    [
        "gpt-5.6",
        "gpt-4o",
        "claude-haiku-5-5",
        "gemini/gemini-2.5-flash",
        "dashscope/qwen-flash",
        "deepseek-flash",
        "xai/grok-4.20",
    ]
    .iter()
    .map(|name| catalogue.entry(name).unwrap())
    .collect()
}

fn context(service: usize, batch: bool) -> CostContext<'static> {
    let service_tier = [None, Some("flex"), Some("priority"), Some("fast"), Some("nonsense")][service];
    CostContext { service_tier, batch, residency: Some("eu"), ..CostContext::default() }
}

proptest! {
    #[test]
    fn parts_sum_to_the_total(n in prop::array::uniform19(0u64..1 << 24), model in 0usize..7, service in 0usize..5, batch: bool,
        discount in 0u32..1000, margin in 0u32..1000) {
        let price = &models()[model];
        let part = |thousandths: u32| format!("{}e-3", thousandths).parse().ok();
        let adjust = CostAdjust { discount: part(discount), margin: part(margin), margin_fixed: part(1) };
        for adjust in [None, Some(&adjust)] {
            let bill = cost(price, &usage(n), &CostContext { adjust, ..context(service, batch) });
            prop_assert_eq!(bill.parts.iter().map(|(_, part)| *part).sum::<Usd>(), bill.total);
            prop_assert!(bill.total >= Usd::ZERO);
        }
    }

    /// Within one tier: crossing into the next may change all prices, upwards in every real list.
    #[test]
    fn more_tokens_never_cost_less(n in prop::array::uniform19(0u64..1 << 18), bucket in 0usize..BUCKETS, more in 1u64..1 << 18,
        model in 0usize..7, service in 0usize..5, batch: bool) {
        let price = &models()[model];
        let mut grown = n;
        grown[bucket] += more;
        let context = context(service, batch);
        prop_assert!(cost(price, &usage(grown), &context).total >= cost(price, &usage(n), &context).total);
    }

    /// A stream's usage is the whole reply's, however it is cut into buckets of the same price.
    #[test]
    fn cutting_a_bucket_changes_nothing(total in 0u64..1 << 20, cut in 0u64..1 << 20, model in 0usize..7) {
        let price = &models()[model];
        let cut = cut.min(total);
        let whole = Usage { out_text: total, cache_write_5m: total, ..Usage::default() };
        let split = Usage {
            out_text: total - cut,
            rejected_prediction: cut,
            cache_write_5m: total - cut,
            cache_write_unspecified: cut,
            ..Usage::default()
        };
        let context = CostContext::default();
        prop_assert_eq!(cost(price, &whole, &context), cost(price, &split, &context));
    }
}

#[test]
fn nothing_costs_nothing_for_all_token_models() {
    let catalogue = Catalogue::embedded();
    for (name, _) in catalogue.entries() {
        let price = catalogue.entry(name).unwrap();
        let bill = cost(&price, &Usage::default(), &CostContext::default());
        let per_call =
            ["input_cost_per_request", "input_cost_per_query"].iter().any(|field| price.price(field).is_some());
        if !per_call && price.json().find("max_results_range").is_none() {
            assert_eq!(bill.total, Usd::ZERO, "{name}");
            assert!(matches!(bill.status, CostStatus::Free | CostStatus::UnknownPrice), "{name}");
        }
    }
}

//! What each vendor gets and gives for the kind: `fixtures/kinds/rerank`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod kind_cases;

use proptest::prelude::*;
use serde_json::{Value, json};
use tianji_providers::EndpointKind;

#[test]
fn cases_come_out_as_written_down() {
    assert!(kind_cases::run(EndpointKind::Rerank, "rerank") > 0);
}

proptest! {
    #[test]
    fn results_are_sorted_and_cut(scores in prop::collection::vec(-1e3f64..1e3, 1..40), most in prop::option::of(1usize..50)) {
        let row = json!({ "base_url": "https://vendor.example", "no_auth": true, "endpoints": ["rerank"] });
        let mut request = json!({ "model": "r", "query": "q", "documents": vec!["d"; scores.len()] });
        if let Some(most) = most {
            request["top_n"] = most.into();
        }
        let mut answer = |_: &Value| {
            let results = scores.iter().enumerate().map(|(index, score)| json!({ "index": index, "relevance_score": score }));
            json!({ "results": results.collect::<Vec<_>>() })
        };
        let found = kind_cases::ask(EndpointKind::Rerank, row, "m", request, &mut answer);
        let results = found["told"]["results"].as_array().unwrap();
        prop_assert_eq!(results.len(), most.unwrap_or(usize::MAX).min(scores.len()));
        let told: Vec<f64> = results.iter().map(|one| one["relevance_score"].as_f64().unwrap()).collect();
        prop_assert!(told.is_sorted_by(|one, next| one >= next));
        let best = scores.iter().copied().fold(f64::MIN, f64::max);
        prop_assert!((told[0] - best).abs() < 1e-9);
    }
}

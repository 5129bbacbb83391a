//! Invariants of admission: all or nothing, nothing leaks, budgets are exceeded by one call at most.

use proptest::prelude::*;
use std::sync::Arc;
use tianji_core::{Micros, Usd};
use tianji_limits::{BudgetPeriod, Demand, Limits, Refusal, Scope};

const NOW: Micros = Micros(1_795_314_585_778_000);

fn demand(tokens: u64, nanos: i64) -> Demand {
    Demand { tokens, cost: Usd::from_nanos(nanos), free: false }
}

#[test]
fn a_refused_call_consumes_nothing() {
    let scope = Arc::new(Scope::default());
    let limits =
        Limits { requests: Some(2), tokens: Some(10), budget: Some(Usd::from_nanos(100)), ..Limits::default() };
    let first = scope.admit(&limits, &demand(8, 10), 100, NOW);
    assert!(first.is_ok());
    assert_eq!(
        scope.admit(&limits, &demand(8, 10), 100, NOW).err(),
        Some(Refusal::Tokens { limit: 10, remaining: 2, wait: 60 })
    );
    assert_eq!(scope.remaining(&limits, 100).requests, Some(1));
    assert_eq!(scope.in_flight(), 1);
}

#[test]
fn a_dropped_permit_gives_back_slot_tokens_and_money_but_not_the_request() {
    let scope = Arc::new(Scope::default());
    let limits = Limits { requests: Some(5), tokens: Some(10), parallel: Some(1), ..Limits::default() };
    drop(scope.admit(&limits, &demand(8, 10), 100, NOW));
    assert_eq!(scope.in_flight(), 0);
    let left = scope.remaining(&limits, 100);
    assert_eq!((left.requests, left.tokens), (Some(4), Some(10)));
    assert_eq!(scope.spent(&limits, NOW), Usd::ZERO);
}

#[test]
fn a_call_larger_than_the_budget_is_admitted_alone_and_only_once() {
    let scope = Arc::new(Scope::default());
    let limits = Limits { budget: Some(Usd::from_nanos(100)), ..Limits::default() };
    let alone = scope.admit(&limits, &demand(1, 500), 1, NOW);
    assert!(matches!(scope.admit(&limits, &demand(1, 1), 1, NOW), Err(Refusal::Budget { .. })));
    assert_eq!(alone.map(|permit| permit.settle(1, Usd::from_nanos(120), 1)).ok(), Some(Usd::from_nanos(120)));
    assert!(matches!(scope.admit(&limits, &demand(1, 1), 1, NOW), Err(Refusal::Budget { .. })));
    let free = Demand { free: true, ..demand(1, 0) };
    assert!(scope.admit(&limits, &free, 1, NOW).is_ok());
}

#[test]
fn a_window_that_is_over_reads_as_empty() {
    let scope = Arc::new(Scope::default());
    let limits = Limits { budget: Some(Usd::from_nanos(100)), period: BudgetPeriod::parse("1d"), ..Limits::default() };
    let permit = scope.admit(&limits, &demand(1, 50), 1, NOW);
    assert!(permit.is_ok_and(|permit| permit.settle(1, Usd::from_nanos(100), 1) == Usd::from_nanos(100)));
    assert!(scope.admit(&limits, &demand(1, 1), 1, NOW).is_err());
    let tomorrow = Micros(NOW.0 + 86_400_000_000);
    assert!(scope.admit(&limits, &demand(1, 1), 1, tomorrow).is_ok());
}

proptest! {
    #[test]
    fn spend_stays_within_the_budget_plus_one_call(costs in prop::collection::vec((1i64..60, 1i64..60), 1..80)) {
        let scope = Arc::new(Scope::default());
        let limits = Limits { budget: Some(Usd::from_nanos(100)), ..Limits::default() };
        let mut open = Vec::new();
        for (estimate, actual) in costs {
            // What a call costs is at most what was estimated, as with a declared maximum.
            let actual = actual.min(estimate);
            if let Ok(permit) = scope.admit(&limits, &demand(1, estimate), 1, NOW) {
                open.push((permit, actual));
            }
            if open.len() > 3 {
                let (permit, actual) = open.remove(0);
                permit.settle(1, Usd::from_nanos(actual), 1);
            }
        }
        for (permit, actual) in open {
            permit.settle(1, Usd::from_nanos(actual), 1);
        }
        prop_assert!(scope.spent(&limits, NOW) <= Usd::from_nanos(160));
        prop_assert_eq!(scope.in_flight(), 0);
    }
}

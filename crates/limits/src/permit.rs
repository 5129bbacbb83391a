//! What a call holds while it runs. It cannot leak: dropping it gives everything back.

use crate::{Demand, Limits, Scope};
use std::sync::Arc;
use tianji_core::Usd;

/// A slot, a share of the token window and a reserved part of the budget.
#[derive(Debug)]
pub struct Permit {
    scope: Arc<Scope>,
    limits: Limits,
    demand: Demand,
    taken_at: u64,
    settled: bool,
}

impl Permit {
    pub(crate) const fn new(scope: Arc<Scope>, limits: Limits, demand: Demand, taken_at: u64) -> Self {
        Self { scope, limits, demand, taken_at, settled: false }
    }

    /// Replaces the estimates by what the call really used and cost; returns what the scope has spent now. `second` as at
    /// admission.
    pub fn settle(mut self, tokens: u64, cost: Usd, second: u64) -> Usd {
        self.correct(tokens, cost, second)
    }

    /// The gateway refused the call itself: the request is not counted either.
    pub fn refund(mut self, second: u64) {
        if let Some(window) = self.limits.requests.and(self.scope.lock().requests.as_mut()) {
            window.give_back(self.taken_at, second, 1);
        }
        self.correct(0, Usd::ZERO, second);
    }

    /// The scope that was charged.
    pub fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    fn correct(&mut self, tokens: u64, cost: Usd, second: u64) -> Usd {
        self.settled = true;
        let mut state = self.scope.lock();
        state.budget.settle(self.demand.cost, cost);
        let spent = state.budget.booked();
        if let Some(window) = self.limits.tokens.and(state.tokens.as_mut()) {
            match tokens.checked_sub(self.demand.tokens) {
                Some(deficit) => window.add(second, deficit),
                None => window.give_back(self.taken_at, second, self.demand.tokens - tokens),
            }
        }
        spent
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.settled {
            self.correct(0, Usd::ZERO, self.taken_at);
        }
        self.scope.release();
    }
}

//! The counters of one scope and the limits it must keep.

use crate::{Budget, BudgetPeriod, Permit, Window};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tianji_core::{Micros, Usd};

/// What a scope may use. `None` = without limit; 0 = nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests per sixty seconds.
    pub requests: Option<u64>,
    /// Tokens per sixty seconds.
    pub tokens: Option<u64>,
    /// Calls in flight.
    pub parallel: Option<u64>,
    /// Money per period.
    pub budget: Option<Usd>,
    /// Period of the budget; `None` = for ever.
    pub period: Option<BudgetPeriod>,
    /// Where periods of several days start to count.
    pub anchor: Micros,
}

/// What a call wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// Input tokens counted plus output tokens allowed.
    pub tokens: u64,
    /// Estimated cost.
    pub cost: Usd,
    /// Whether the model is known to cost nothing: budgets do not apply.
    pub free: bool,
}

/// Why a call is refused. Nothing was consumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too many requests in the window.
    Requests {
        /// The limit.
        limit: u64,
        /// Seconds until it could be admitted.
        wait: u64,
    },
    /// Too many tokens in the window.
    Tokens {
        /// The limit.
        limit: u64,
        /// What is left of it.
        remaining: u64,
        /// Seconds until it could be admitted.
        wait: u64,
    },
    /// Too many calls in flight.
    Parallel {
        /// The limit.
        limit: u64,
    },
    /// The budget is spent.
    Budget {
        /// Spent and reserved.
        spent: Usd,
        /// The budget.
        max: Usd,
        /// End of the window.
        resets_at: Option<Micros>,
    },
}

/// What is left, for response headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remaining {
    /// Requests left in the window.
    pub requests: Option<u64>,
    /// Tokens left in the window.
    pub tokens: Option<u64>,
}

/// The counters of one key, team, user … Lives outside any configuration snapshot.
#[derive(Debug, Default)]
pub struct Scope {
    state: Mutex<State>,
    in_flight: AtomicU64,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) requests: Option<Box<Window>>,
    pub(crate) tokens: Option<Box<Window>>,
    pub(crate) budget: Budget,
}

impl Scope {
    /// A scope that starts with what the ledger knows.
    pub fn with_budget(budget: Budget) -> Self {
        Self { state: Mutex::new(State { budget, ..State::default() }), in_flight: AtomicU64::new(0) }
    }

    /// Charges a call to the scope: all limits or none. `second` is any monotonic count of seconds.
    pub fn admit(
        self: &Arc<Self>,
        limits: &Limits,
        demand: &Demand,
        second: u64,
        now: Micros,
    ) -> Result<Permit, Refusal> {
        let mut state = self.lock();
        let parallel = self.in_flight.load(Ordering::Relaxed);
        if let Some(limit) = limits.parallel.filter(|limit| parallel >= *limit) {
            return Err(Refusal::Parallel { limit });
        }
        if let Some(limit) = limits.requests {
            let window = state.requests.get_or_insert_default();
            if window.used(second) + 1 > limit {
                return Err(Refusal::Requests { limit, wait: window.wait(second, 1, limit) });
            }
        }
        if let Some(limit) = limits.tokens {
            let window = state.tokens.get_or_insert_default();
            let used = window.used(second);
            // A request larger than the whole limit is admitted into an empty window and leaves a debt.
            if used + demand.tokens > limit && (used > 0 || limit == 0) {
                let wait = window.wait(second, demand.tokens.min(limit), limit);
                return Err(Refusal::Tokens { limit, remaining: limit.saturating_sub(used), wait });
            }
        }
        state.budget.roll(now, limits.period, limits.anchor);
        match limits.budget.filter(|_| !demand.free) {
            Some(max) => state.budget.reserve(demand.cost, max).map_err(|spent| Refusal::Budget {
                spent,
                max,
                resets_at: state.budget.resets_at(),
            })?,
            None => state.budget.book(demand.cost),
        }
        if let Some(window) = limits.requests.and(state.requests.as_mut()) {
            window.add(second, 1);
        }
        if let Some(window) = limits.tokens.and(state.tokens.as_mut()) {
            window.add(second, demand.tokens);
        }
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        Ok(Permit::new(Arc::clone(self), *limits, *demand, second))
    }

    /// What is left now.
    pub fn remaining(&self, limits: &Limits, second: u64) -> Remaining {
        let mut state = self.lock();
        let left = |limit: Option<u64>, window: &mut Option<Box<Window>>| {
            limit.map(|limit| limit.saturating_sub(window.as_mut().map_or(0, |window| window.used(second))))
        };
        let State { requests, tokens, .. } = &mut *state;
        Remaining { requests: left(limits.requests, requests), tokens: left(limits.tokens, tokens) }
    }

    /// Spent in the current window, reservations excluded.
    pub fn spent(&self, limits: &Limits, now: Micros) -> Usd {
        self.lock().budget.spent(now, limits.period, limits.anchor)
    }

    /// Calls in flight.
    pub fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(crate) fn release(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// A panic elsewhere cannot leave the counters half-changed: every change under the lock is complete.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

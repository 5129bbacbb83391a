//! Money of one scope in one window: spent, reserved, and whether one more call fits.

use crate::calendar::{BudgetPeriod, WindowBounds};
use tianji_core::{Micros, Usd};

/// The money counters of a scope. A window that is over reads as empty at the instant of reset.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    spent: Usd,
    reserved: Usd,
    calls: u64,
    window: Option<WindowBounds>,
}

impl Budget {
    /// Counters that start with what the ledger knows.
    pub fn with_spent(spent: Usd, window: Option<WindowBounds>) -> Self {
        Self { spent, window, ..Self::default() }
    }

    /// Spent in the current window, without reservations.
    pub fn spent(&mut self, now: Micros, period: Option<BudgetPeriod>, anchor: Micros) -> Usd {
        self.roll(now, period, anchor);
        self.spent
    }

    /// Spent in the window that is open, over or not.
    pub const fn booked(&self) -> Usd {
        self.spent
    }

    /// End of the current window.
    pub fn resets_at(&self) -> Option<Micros> {
        self.window.map(|window| window.end)
    }

    /// Reserves `estimate` under `max`. A call larger than what is left is admitted alone, so that the budget is
    /// exceeded by one call at most. `Err` holds spent plus reserved.
    pub fn reserve(&mut self, estimate: Usd, max: Usd) -> Result<(), Usd> {
        let taken = self.spent + self.reserved;
        let fits = taken + estimate <= max && self.spent < max;
        let alone = self.calls == 0 && self.spent < max;
        if !fits && !alone {
            return Err(taken);
        }
        self.book(estimate);
        Ok(())
    }

    /// Notes a call in flight without any limit.
    pub fn book(&mut self, estimate: Usd) {
        self.reserved += estimate;
        self.calls += 1;
    }

    /// Replaces a reservation by what the call really cost.
    pub fn settle(&mut self, estimate: Usd, actual: Usd) {
        self.reserved = (self.reserved - estimate).max(Usd::ZERO);
        self.calls = self.calls.saturating_sub(1);
        self.spent += actual;
    }

    /// Opens the window of `now` if the old one is over. Reservations survive and settle into the new one.
    pub fn roll(&mut self, now: Micros, period: Option<BudgetPeriod>, anchor: Micros) {
        match (period, self.window) {
            (Some(_), Some(window)) if now < window.end => {}
            (Some(period), old) => {
                let opened = period.window(now, anchor);
                if old.is_some_and(|old| old.start < opened.start) {
                    self.spent = Usd::ZERO;
                }
                self.window = Some(opened);
            }
            (None, _) => self.window = None,
        }
    }
}

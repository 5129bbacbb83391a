//! Who may use how much, how fast: sliding windows, parallel permits and budget reservations.
//!
//! Arithmetic only: time is an argument, nothing is stored. One [`Scope`] holds the counters of one key (or team, user
//! …); [`Scope::admit`] charges it all-or-nothing and hands out a [`Permit`] that gives back what was not used, whatever
//! path the call takes.

mod budget;
mod calendar;
mod permit;
mod scope;
mod window;

pub use budget::Budget;
pub use calendar::{BudgetPeriod, WindowBounds};
pub use permit::Permit;
pub use scope::{Demand, Limits, Refusal, Remaining, Scope};
pub use window::Window;

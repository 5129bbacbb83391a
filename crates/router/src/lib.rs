//! From a model name to a plan of attempts. Pure: state comes in as arguments, randomness and time too.
//!
//! * [`Wildcards`]: `openai/*`-like group names, most specific first.
//! * [`shuffle`]: the default strategy, weighted by `weight`, `rpm` or `tpm`.
//! * [`retries`]: how often and after which wait to try again.
//! * [`Fallbacks`]: which group comes next after a failure of a kind.
//! * [`Breaker`]: when a deployment is left alone, and for how long.

mod breaker;
mod fallback;
pub mod retries;
mod shuffle;
mod wildcard;

pub use breaker::{Breaker, BreakerRules, Health};
pub use fallback::{FallbackKind, FallbackList, FallbackTarget, Fallbacks};
pub use shuffle::{Weights, shuffle};
pub use wildcard::{Captures, WildcardError, Wildcards};

//! Seen from outside: Prometheus metrics and structured logs.

mod call_metrics;
mod logs;
mod registry;

pub use call_metrics::CallMetrics;
pub use logs::{LogError, LogFormat, init_logs};
pub use registry::Registry;

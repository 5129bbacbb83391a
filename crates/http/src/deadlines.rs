//! The four deadlines of an outbound call.

use std::time::Duration;
use tokio::time::Instant;

/// How long each phase of a call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Until a connection stands.
    pub connect: Duration,
    /// From the request to the reply's head.
    pub first_byte: Duration,
    /// Between two pieces of the reply's body.
    pub between_bytes: Duration,
    /// When the whole call must be over.
    pub total: Option<Instant>,
}

impl Default for Deadlines {
    /// 5 s to connect, 600 s to the first byte, 120 s between bytes, no end.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(600),
            between_bytes: Duration::from_secs(120),
            total: None,
        }
    }
}

impl Deadlines {
    /// `phase` from now, or the end of the whole call if that comes first.
    pub(crate) fn until(&self, phase: Duration) -> Instant {
        // A century stands for "never": the clock cannot be added to without end.
        let end = Instant::now() + phase.min(CENTURY);
        self.total.map_or(end, |total| total.min(end))
    }

    /// Whether the whole call is over.
    pub(crate) fn over(&self) -> bool {
        self.total.is_some_and(|total| Instant::now() >= total)
    }
}

const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

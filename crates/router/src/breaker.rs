//! When a deployment is left alone after failures, and for how long.

use std::time::Duration;
use tianji_core::Kind;

/// Rules of cooling.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakerRules {
    /// Time to leave a deployment alone; zero = never.
    pub cooldown: Duration,
    /// Open when more failures than this are in the window; `None` = the built-in rules.
    pub allowed_fails: Option<u32>,
    /// Nothing ever cools.
    pub disabled: bool,
}

impl Default for BreakerRules {
    fn default() -> Self {
        Self { cooldown: Duration::from_secs(5), allowed_fails: None, disabled: false }
    }
}

/// Whether a deployment may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Yes.
    Closed,
    /// One call may find out.
    Probe,
    /// Not before so many milliseconds have passed.
    Open(u64),
}

/// The state of one deployment. Milliseconds are any monotonic count.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    window_start: u64,
    successes: u32,
    failures: u32,
    open_until: Option<u64>,
    probing_since: Option<u64>,
    streak: u32,
    healthy_since: Option<u64>,
}

impl Breaker {
    /// Whether the deployment may be asked now. Does not reserve the probe; see [`Breaker::begin`].
    pub fn health(&self, now: u64) -> Health {
        match self.open_until {
            None => Health::Closed,
            Some(until) if now < until => Health::Open(until - now),
            Some(_) => match self.probing_since {
                Some(since) if now < since + PROBE_PATIENCE_MS => Health::Open(since + PROBE_PATIENCE_MS - now),
                _ => Health::Probe,
            },
        }
    }

    /// An attempt begins; in the half-open state it is the probe.
    pub fn begin(&mut self, now: u64) {
        if self.health(now) == Health::Probe {
            self.probing_since = Some(now);
        }
    }

    /// An attempt ended well.
    pub fn success(&mut self, now: u64) {
        self.roll(now);
        self.successes = self.successes.saturating_add(1);
        if self.open_until.take().is_some() {
            self.probing_since = None;
            self.failures = 0;
            self.healthy_since = Some(now);
        }
        if self.healthy_since.is_some_and(|since| now.saturating_sub(since) >= STREAK_RESET_MS) {
            self.streak = 0;
        }
    }

    /// An attempt failed. `alone` says that the group has no other deployment. Returns whether it cools now.
    pub fn failure(
        &mut self,
        kind: Kind,
        alone: bool,
        vendor_wait: Option<Duration>,
        rules: &BreakerRules,
        now: u64,
    ) -> bool {
        self.roll(now);
        let probe_failed = self.probing_since.take().is_some();
        if rules.disabled || rules.cooldown.is_zero() || !counts(kind) {
            return false;
        }
        self.failures = self.failures.saturating_add(1);
        let opens =
            probe_failed || rules.allowed_fails.map_or_else(|| self.built_in(kind, alone), |most| self.failures > most);
        if opens {
            let base = vendor_wait.filter(|wait| !wait.is_zero() && *wait <= LONGEST).unwrap_or(rules.cooldown);
            let doubled = base.saturating_mul(1 << self.streak.min(6)).min(LONGEST.max(base));
            self.streak = self.streak.saturating_add(1);
            self.healthy_since = None;
            self.open_until = Some(now.saturating_add(u64::try_from(doubled.as_millis()).unwrap_or(u64::MAX)));
        }
        opens
    }

    fn built_in(&self, kind: Kind, alone: bool) -> bool {
        let total = self.failures.saturating_add(self.successes);
        match kind {
            Kind::Authentication | Kind::NotFound => true,
            Kind::RateLimit | Kind::PaymentRequired => !alone,
            _ if alone => total >= SINGLE_DEPLOYMENT_REQUESTS && self.successes == 0,
            _ => total >= LEAST_REQUESTS && self.failures.saturating_mul(2) > total,
        }
    }

    fn roll(&mut self, now: u64) {
        if now.saturating_sub(self.window_start) >= WINDOW_MS {
            self.window_start = now;
            self.successes = 0;
            self.failures = 0;
        }
    }
}

/// Whether a failure speaks against the deployment at all.
const fn counts(kind: Kind) -> bool {
    kind.is_retryable() && !matches!(kind, Kind::Conflict)
        || matches!(kind, Kind::Authentication | Kind::NotFound | Kind::PaymentRequired | Kind::MidStream)
}

/// Length of the counting window.
const WINDOW_MS: u64 = 60_000;
/// Fewest requests before a share of failures means anything (`DEFAULT_FAILURE_THRESHOLD_MINIMUM_REQUESTS`).
const LEAST_REQUESTS: u32 = 5;
/// Requests that must all have failed before a lone deployment cools (`SINGLE_DEPLOYMENT_TRAFFIC_FAILURE_THRESHOLD`).
const SINGLE_DEPLOYMENT_REQUESTS: u32 = 1000;
/// Longest time that a deployment is left alone.
const LONGEST: Duration = Duration::from_secs(300);
/// After this long without failure the doubling starts over.
const STREAK_RESET_MS: u64 = 60_000;
/// A probe that says nothing for so long no longer blocks the next one.
const PROBE_PATIENCE_MS: u64 = 30_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_limit_cools_only_where_another_can_help() {
        let rules = BreakerRules::default();
        let mut breaker = Breaker::default();
        assert!(!breaker.failure(Kind::RateLimit, true, None, &rules, 0));
        assert!(breaker.failure(Kind::RateLimit, false, None, &rules, 0));
        assert_eq!(breaker.health(1000), Health::Open(4000));
        assert_eq!(breaker.health(5000), Health::Probe);
        breaker.begin(5000);
        assert!(matches!(breaker.health(5001), Health::Open(_)));
        assert!(breaker.failure(Kind::RateLimit, false, None, &rules, 5001));
        assert_eq!(breaker.health(5001), Health::Open(10_000));
        breaker.begin(15_001);
        breaker.success(15_002);
        assert_eq!(breaker.health(15_002), Health::Closed);
    }

    #[test]
    fn what_counts_and_how_often() {
        let rules = BreakerRules::default();
        for (kind, alone, failures_to_open) in [
            (Kind::Authentication, true, Some(1)),
            (Kind::NotFound, true, Some(1)),
            (Kind::InternalServer, false, Some(5)),
            (Kind::InternalServer, true, Some(1000)),
            (Kind::BadRequest, false, None),
            (Kind::ContextWindowExceeded, false, None),
        ] {
            let mut breaker = Breaker::default();
            let opened = (1..=1000).find(|_| breaker.failure(kind, alone, None, &rules, 1));
            assert_eq!(opened, failures_to_open, "{kind:?} alone={alone}");
        }
        let allowed = BreakerRules { allowed_fails: Some(2), ..BreakerRules::default() };
        let mut breaker = Breaker::default();
        assert_eq!((1..=10).find(|_| breaker.failure(Kind::InternalServer, true, None, &allowed, 1)), Some(3));
    }

    #[test]
    fn the_vendors_word_and_the_operators_switch() {
        let mut breaker = Breaker::default();
        let wait = Some(Duration::from_secs(30));
        assert!(breaker.failure(Kind::RateLimit, false, wait, &BreakerRules::default(), 0));
        assert_eq!(breaker.health(0), Health::Open(30_000));
        let off = BreakerRules { disabled: true, ..BreakerRules::default() };
        assert!(!Breaker::default().failure(Kind::Authentication, false, None, &off, 0));
    }
}

//! How often a failed attempt is tried again, and after which wait.

use std::time::Duration;
use tianji_core::Kind;

/// Whether an attempt that failed in this way may be followed by another one of the same group.
///
/// `elsewhere` says whether another deployment than the failed one can take it.
pub const fn may_retry(kind: Kind, elsewhere: bool) -> bool {
    if elsewhere { kind.is_retryable_elsewhere() } else { kind.is_retryable() }
}

/// The wait before the attempt after `failed` ones (1, 2 …). `random` is uniform over all of `u64`.
///
/// Nothing if another healthy deployment takes it; the vendor's word if it gave one of up to a minute; else
/// `min(8, 0.5·2ⁿ)` seconds, less up to a quarter, plus up to 0.75 s; never less than `least`.
pub fn wait(failed: u32, elsewhere: bool, vendor: Option<Duration>, least: Duration, random: u64) -> Duration {
    if elsewhere {
        return Duration::ZERO;
    }
    if let Some(vendor) = vendor.filter(|wait| !wait.is_zero() && *wait <= LONGEST_VENDOR_WAIT) {
        return vendor.max(least);
    }
    let exponent = failed.saturating_sub(1).min(16);
    let base = INITIAL_DELAY.saturating_mul(1 << exponent).min(MAX_DELAY);
    let (cut, extra) = (fraction(random), fraction(random.rotate_left(32)));
    let wait = base.mul_f64(1.0 - 0.25 * cut) + JITTER.mul_f64(extra);
    wait.max(least)
}

#[expect(clippy::cast_precision_loss, reason = "jitter needs no more than 32 bits")]
fn fraction(random: u64) -> f64 {
    (random >> 32) as f64 / (1_u64 << 32) as f64
}

/// First delay (`INITIAL_RETRY_DELAY` of the reference).
const INITIAL_DELAY: Duration = Duration::from_millis(500);
/// Longest delay (`MAX_RETRY_DELAY` of the reference).
const MAX_DELAY: Duration = Duration::from_secs(8);
/// Largest addition.
const JITTER: Duration = Duration::from_millis(750);
/// A vendor that asks for more than this is not waited for.
const LONGEST_VENDOR_WAIT: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits() {
        let none = Duration::ZERO;
        assert_eq!(wait(1, true, Some(Duration::from_secs(9)), none, 7), none);
        assert_eq!(wait(1, false, Some(Duration::from_secs(9)), none, 7), Duration::from_secs(9));
        assert_eq!(wait(1, false, None, none, 0), Duration::from_millis(500));
        assert_eq!(wait(3, false, None, none, 0), Duration::from_secs(2));
        assert_eq!(wait(40, false, Some(Duration::from_secs(600)), none, 0), Duration::from_secs(8));
        assert!(wait(1, false, None, none, u64::MAX) <= Duration::from_millis(1250));
        assert_eq!(wait(1, false, None, Duration::from_secs(5), 0), Duration::from_secs(5));
    }

    #[test]
    fn who_is_tried_again() {
        for (kind, same, other) in [
            (Kind::RateLimit, true, true),
            (Kind::Authentication, false, true),
            (Kind::BadRequest, false, false),
            (Kind::NotFound, false, false),
            (Kind::ContextWindowExceeded, false, false),
            (Kind::ContentPolicy, false, false),
            (Kind::Connection, true, true),
        ] {
            assert_eq!((may_retry(kind, false), may_retry(kind, true)), (same, other), "{kind:?}");
        }
    }
}

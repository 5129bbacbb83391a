//! A sliding window of sixty seconds, kept as one-second buckets.
//!
//! A bucket leaves only when it is entirely older than sixty seconds, so no interval of sixty seconds ever holds more
//! than the limit, and a spent limit is back after at most sixty-one.

/// Units used in the last sixty seconds.
#[derive(Clone, Debug)]
pub struct Window {
    buckets: [u32; SECONDS],
    newest: u64,
    used: u64,
}

impl Default for Window {
    fn default() -> Self {
        Self { buckets: [0; SECONDS], newest: 0, used: 0 }
    }
}

impl Window {
    /// Units used in the window that ends with `second` (any monotonic count of seconds).
    pub fn used(&mut self, second: u64) -> u64 {
        self.advance(second);
        self.used
    }

    /// Adds units to the bucket of `second`.
    pub fn add(&mut self, second: u64, units: u64) {
        self.advance(second);
        if let Some(bucket) = self.buckets.get_mut(slot(second)) {
            let before = *bucket;
            *bucket = bucket.saturating_add(u32::try_from(units).unwrap_or(u32::MAX));
            self.used += u64::from(*bucket - before);
        }
    }

    /// Gives units back to the bucket that they were taken from, if it is still in the window.
    pub fn give_back(&mut self, taken_at: u64, now: u64, units: u64) {
        self.advance(now);
        if self.newest.saturating_sub(taken_at) >= SECONDS as u64 {
            return;
        }
        if let Some(bucket) = self.buckets.get_mut(slot(taken_at)) {
            let returned = u32::try_from(units).unwrap_or(u32::MAX).min(*bucket);
            *bucket -= returned;
            self.used -= u64::from(returned);
        }
    }

    /// Whole seconds until `units` more fit under `limit`, 1 to 60.
    pub fn wait(&mut self, second: u64, units: u64, limit: u64) -> u64 {
        self.advance(second);
        let mut left = self.used;
        for age in (0..SECONDS as u64).rev() {
            if let Some(oldest) = self.newest.checked_sub(age) {
                left -= u64::from(self.buckets.get(slot(oldest)).copied().unwrap_or(0)).min(left);
            }
            if left + units <= limit {
                return (SECONDS as u64 - age).clamp(1, SECONDS as u64);
            }
        }
        SECONDS as u64
    }

    /// Drops what is too old. Time never runs backwards here: an earlier second counts as the newest one.
    fn advance(&mut self, second: u64) {
        if second <= self.newest {
            return;
        }
        let steps = (second - self.newest).min(SECONDS as u64);
        for step in 1..=steps {
            if let Some(bucket) = self.buckets.get_mut(slot(second - steps + step)) {
                self.used -= u64::from(*bucket);
                *bucket = 0;
            }
        }
        self.newest = second;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a remainder of 60 fits")]
const fn slot(second: u64) -> usize {
    (second % SECONDS as u64) as usize
}

/// Length of the window in seconds.
const SECONDS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_until_the_oldest_bucket_leaves() {
        let mut window = Window::default();
        window.add(100, 1);
        assert_eq!(window.wait(100, 1, 1), 60);
        assert_eq!(window.wait(137, 1, 1), 23);
        assert_eq!(window.used(159), 1);
        assert_eq!(window.used(160), 0);
    }

    proptest! {
        /// Against a list of (second, units): the window is the sum of the last sixty seconds.
        #[test]
        fn equals_the_naive_sum(steps in prop::collection::vec((0u64..20, 0u64..50), 1..200)) {
            let mut window = Window::default();
            let mut log: Vec<(u64, u64)> = Vec::new();
            let mut now = 1000;
            for (step, units) in steps {
                now += step;
                window.add(now, units);
                log.push((now, units));
                let naive: u64 = log.iter().filter(|(at, _)| now - at < 60).map(|(_, units)| units).sum();
                prop_assert_eq!(window.used(now), naive);
            }
        }
    }
}

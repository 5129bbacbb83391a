//! An evenly spread share of a sequence of calls, the same in every run.
//!
//! A random draw would make the number of faults of two runs differ; this picks calls by
//! counting, so a share of 5 % is every twentieth call.

use std::str::FromStr;

/// A percentage with two decimals, held in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share(u32);

impl Share {
    pub(crate) const ALL: Self = Self(WHOLE);

    /// Whether the call with this number (counted from 0) belongs to the share.
    pub(crate) fn picks(self, call: u64) -> bool {
        let share = u128::from(self.0);
        let whole = u128::from(WHOLE);
        let call = u128::from(call);
        (call + 1) * share / whole > call * share / whole
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let percent: f64 = text.parse().map_err(|_| format!("`{text}` is not a percentage"))?;
        if !(0.0..=100.0).contains(&percent) {
            return Err(format!("`{text}` is not between 0 and 100"));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be within 0..=10000")]
        Ok(Self((percent * 100.0).round() as u32))
    }
}

const WHOLE: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::Share;

    fn picked(share: &str, calls: u64) -> u64 {
        let share: Share = share.parse().unwrap();
        (0..calls).map(|call| u64::from(share.picks(call))).sum()
    }

    #[test]
    fn a_share_is_exact_over_whole_hundreds() {
        for (share, calls, expected) in
            [("0", 1000, 0), ("5", 1000, 50), ("33.33", 10_000, 3333), ("0.5", 1000, 5), ("100", 1000, 1000)]
        {
            assert_eq!(picked(share, calls), expected, "{share} % of {calls}");
        }
    }

    #[test]
    fn picks_are_spread_and_not_bunched() {
        let share: Share = "25".parse().unwrap();
        let picks: Vec<u64> = (0..16).filter(|&call| share.picks(call)).collect();
        assert_eq!(picks, [3, 7, 11, 15]);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "x", "-1", "100.5", "NaN"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}

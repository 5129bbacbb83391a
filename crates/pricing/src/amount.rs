//! Exact decimal amounts of dollars, finer than what is booked: whole atto-dollars (10⁻¹⁸ USD).

use std::ops::{Add, AddAssign};
use tianji_core::Usd;

/// A price or an unrounded cost. Arithmetic saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i128);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads a decimal as JSON writes it (`1.5e-07`). `None` if it is none, negative or too large; what is
    /// finer than 10⁻¹⁸ is cut.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: String = whole.chars().chain(fraction.chars()).collect();
        if digits.is_empty() || digits.len() > MOST_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number: i128 = digits.parse().ok()?;
        let shift = exponent.checked_add(18)?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let power = 10_i128.checked_pow(shift.unsigned_abs())?;
        if shift >= 0 {
            return number.checked_mul(power).map(Self);
        }
        // Only float noise in published tables is finer than this.
        Some(Self(number / power))
    }

    /// So many times.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(i128::from(count)))
    }

    /// Half of it, rounded down to 10⁻¹⁸.
    #[must_use]
    pub const fn half(self) -> Self {
        Self(self.0 / 2)
    }

    /// A thousandth of so many times: for units that are counted in thousandths (milliseconds).
    #[must_use]
    pub fn times_milli(self, count: u64) -> Self {
        Self(self.times(count).0 / 1000)
    }

    /// Multiplied by a factor that is itself an amount (`1.1`).
    #[must_use]
    pub fn scaled(self, factor: Self) -> Self {
        // Nine digits of the factor are enough for every multiplier that is published.
        Self(self.0.saturating_mul(factor.0 / NANO) / NANO)
    }

    /// Rounded half-even to nano-dollars.
    pub fn rounded(self) -> Usd {
        let (whole, rest) = (self.0.div_euclid(NANO), self.0.rem_euclid(NANO));
        let up = rest * 2 > NANO || rest * 2 == NANO && whole % 2 != 0;
        Usd::from_nanos(i64::try_from(whole + i128::from(up)).unwrap_or(i64::MAX))
    }

    /// Nano-dollars rounded down, and what is left in atto-dollars.
    pub(crate) fn split(self) -> (i64, i128) {
        (i64::try_from(self.0.div_euclid(NANO)).unwrap_or(i64::MAX), self.0.rem_euclid(NANO))
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// Atto-dollars in a nano-dollar.
const NANO: i128 = 1_000_000_000;
/// More digits than this are no price.
const MOST_DIGITS: usize = 36;

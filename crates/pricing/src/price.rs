//! Prices: exact decimals, read from the text they were written in.

use std::fmt;
use std::str::FromStr;

/// A price or factor from 0: `mantissa × 10^-scale`, without trailing zeros. No binary fraction is ever involved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Price {
    mantissa: u64,
    scale: u8,
}

/// Why a text is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// Not a decimal number as JSON writes it.
    #[error("is not a decimal number")]
    NotANumber,
    /// Below zero.
    #[error("is negative")]
    Negative,
    /// More than 19 significant digits, or too large or too small to be a price.
    #[error("has more digits than a price can have")]
    OutOfRange,
}

impl Price {
    /// Nothing.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0 };

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Whether it is more than `times` times another price.
    pub(crate) fn exceeds(self, other: Self, times: u64) -> bool {
        let common = self.scale.max(other.scale);
        let whole = |price: Self, times: u64| {
            let up = 10u128.checked_pow(u32::from(common - price.scale))?;
            u128::from(price.mantissa).checked_mul(up)?.checked_mul(times.into())
        };
        // Only one of the two is brought to the other's scale: what has no room is the larger.
        match (whole(self, 1), whole(other, times)) {
            (Some(own), Some(others)) => own > others,
            (own, _) => own.is_none(),
        }
    }

    /// So many tenths.
    pub(crate) const fn tenths(tenths: u8) -> Self {
        Self { mantissa: tenths as u64, scale: 1 }
    }

    pub(crate) const fn parts(self) -> (u64, u32) {
        (self.mantissa, self.scale as u32)
    }

    /// `1 − self`; nothing if it is more than 1. `None` if the result has too many digits, which no fraction of up to
    /// 19 digits has.
    pub(crate) fn complement(self) -> Option<Self> {
        let one = 10u64.checked_pow(self.scale.into())?;
        Some(Self { mantissa: one.saturating_sub(self.mantissa), scale: self.scale })
    }
}

impl FromStr for Price {
    type Err = PriceError;

    /// From JSON number text: `0.00000015`, `1.5e-07`, `3`.
    fn from_str(text: &str) -> Result<Self, PriceError> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| PriceError::NotANumber)?),
            None => (text, 0),
        };
        let (negative, digits) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|digit| digit.is_ascii_digit()) {
            return Err(PriceError::NotANumber);
        }
        let (mut mantissa, mut zeros) = (0u64, 0u32);
        for digit in all() {
            if digit == b'0' {
                zeros += 1;
                continue;
            }
            mantissa = shift(mantissa, zeros + 1).ok_or(PriceError::OutOfRange)?;
            mantissa = mantissa.checked_add((digit - b'0').into()).ok_or(PriceError::OutOfRange)?;
            zeros = 0;
        }
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        if negative {
            return Err(PriceError::Negative);
        }
        let fraction = i32::try_from(fraction.len()).map_err(|_| PriceError::OutOfRange)?;
        let zeros = i32::try_from(zeros).map_err(|_| PriceError::OutOfRange)?;
        let scale = i64::from(fraction) - i64::from(zeros) - i64::from(exponent);
        Self::scaled(mantissa, scale)
    }
}

impl Price {
    fn scaled(mantissa: u64, scale: i64) -> Result<Self, PriceError> {
        if scale > i64::from(MOST_SCALE) {
            return Err(PriceError::OutOfRange);
        }
        if let Ok(scale) = u8::try_from(scale) {
            return Ok(Self { mantissa, scale });
        }
        let up = u32::try_from(scale.unsigned_abs()).map_err(|_| PriceError::OutOfRange)?;
        shift(mantissa, up).map(|mantissa| Self { mantissa, scale: 0 }).ok_or(PriceError::OutOfRange)
    }
}

fn shift(mantissa: u64, digits: u32) -> Option<u64> {
    if mantissa == 0 {
        return Some(0);
    }
    mantissa.checked_mul(10u64.checked_pow(digits)?)
}

impl fmt::Display for Price {
    /// The exact decimal: `0.00000015`, `3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::from(self.scale);
        let digits = format!("{:0width$}", self.mantissa, width = scale + 1);
        match digits.split_at_checked(digits.len() - scale) {
            Some((whole, fraction)) if scale > 0 => write!(f, "{whole}.{fraction}"),
            _ => f.write_str(&digits),
        }
    }
}

/// Most decimal places. Real prices have at most 25 (a float's 17 digits of a price per pixel).
const MOST_SCALE: u8 = 30;

#[cfg(test)]
mod tests {
    use super::{Price, PriceError};

    #[test]
    fn keeps_every_digit() {
        for (text, shown) in [
            ("1.5e-07", "0.00000015"),
            ("0.00000015", "0.00000015"),
            ("3", "3"),
            ("30e-1", "3"),
            ("1E+2", "100"),
            ("0.0", "0"),
            ("-0.0", "0"),
            ("0e-99", "0"),
            ("3.337860107421875e-08", "0.00000003337860107421875"),
            ("1.0000000000000001e-07", "0.00000010000000000000001"),
            ("100000000000000000000e-20", "1"),
        ] {
            assert_eq!(text.parse::<Price>().map(|price| price.to_string()).as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn tells_prices_that_are_far_apart() {
        for (price, other, exceeds) in [
            ("1", "0.01", false),
            ("1.0000001", "0.01", true),
            ("0.01", "1", false),
            ("1e-25", "0", true),
            ("0", "1e-25", false),
            ("9e18", "1e-30", true),
            ("1e-30", "9e18", false),
            ("1e-30", "1e-30", false),
        ] {
            let [own, others] = [price, other].map(|text| text.parse::<Price>().unwrap());
            assert_eq!(own.exceeds(others, 100), exceeds, "{price} {other}");
        }
    }

    #[test]
    fn refuses_what_is_no_price() {
        for (text, error) in [
            ("", PriceError::NotANumber),
            (".", PriceError::NotANumber),
            ("1e", PriceError::NotANumber),
            ("NaN", PriceError::NotANumber),
            ("+1", PriceError::NotANumber),
            ("1.2.3", PriceError::NotANumber),
            ("-1e-9", PriceError::Negative),
            ("1e-31", PriceError::OutOfRange),
            ("1e20", PriceError::OutOfRange),
            ("99999999999999999999", PriceError::OutOfRange),
        ] {
            assert_eq!(text.parse::<Price>(), Err(error), "{text}");
        }
    }
}

//! Money: whole nano-dollars.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};

/// An amount in nano-dollars (10⁻⁹ USD). Arithmetic saturates; nothing in the gateway rounds twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usd(i64);

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount.
    pub const MAX: Self = Self(i64::MAX);

    /// From nano-dollars.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// In nano-dollars.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// From dollars as written in JSON or YAML (`0.5`, `1e-7`); `None` if it is no finite number in range.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.trim().split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text.trim(), 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty()
            || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let amount = scaled(whole, fraction, exponent.checked_add(9)?)?;
        Some(Self(if negative { -amount } else { amount }))
    }

    /// The shortest decimal of the exact value, as Python prints floats: `4.35e-06`, `0.0001`, `5.0`.
    pub fn python(self) -> String {
        let mut text = String::with_capacity(24);
        // A string takes everything.
        let _ = self.write_python(&mut text);
        text
    }

    /// Writes what [`Usd::python`] says.
    ///
    /// Half a dozen headers of each reply are made of it, so it is written without the formatting machinery.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_python(self, out: &mut impl fmt::Write) -> fmt::Result {
        if self.0 < 0 {
            out.write_char('-')?;
        }
        let nanos = self.0.unsigned_abs();
        if nanos == 0 || nanos >= 100_000 { plain(nanos, out) } else { exponential(nanos, out) }
    }
}

fn plain(nanos: u64, out: &mut impl fmt::Write) -> fmt::Result {
    write_digits(nanos / NANOS, 1, out)?;
    out.write_char('.')?;
    let (mut fraction, mut width) = (nanos % NANOS, 9);
    while width > 1 && fraction.is_multiple_of(10) {
        fraction /= 10;
        width -= 1;
    }
    write_digits(fraction, width, out)
}

fn exponential(nanos: u64, out: &mut impl fmt::Write) -> fmt::Result {
    let power = nanos.ilog10();
    let mut rest = nanos;
    while rest.is_multiple_of(10) {
        rest /= 10;
    }
    let unit = 10_u64.pow(rest.ilog10());
    write_digits(rest / unit, 1, out)?;
    if unit > 1 {
        out.write_char('.')?;
        write_digits(rest % unit, rest.ilog10() as usize, out)?;
    }
    out.write_str("e-")?;
    write_digits(9 - u64::from(power), 2, out)
}

/// Writes a number with at least `width` digits, without the formatting machinery.
///
/// # Errors
/// Those of the writer.
pub fn write_digits(number: u64, width: usize, out: &mut impl fmt::Write) -> fmt::Result {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number);
    if digits.len() < width {
        out.write_str(ZEROS.get(..width - digits.len()).unwrap_or(ZEROS))?;
    }
    out.write_str(digits)
}

/// `whole.fraction × 10^shift` rounded half-even to an integer.
fn scaled(whole: &str, fraction: &str, shift: i32) -> Option<i64> {
    let digits: String = whole.chars().chain(fraction.chars()).collect();
    let digits = digits.trim_start_matches('0');
    let point = i64::try_from(digits.len()).ok()? - i64::try_from(fraction.len()).ok()? + i64::from(shift);
    if digits.is_empty() || point < 0 {
        return Some(0);
    }
    let point = usize::try_from(point).ok()?;
    if point > 19 {
        return None;
    }
    if point >= digits.len() {
        return format!("{digits}{}", "0".repeat(point - digits.len())).parse().ok();
    }
    let (kept, rest) = digits.split_at(point);
    let base: i64 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    let half = std::iter::once('5').chain(std::iter::repeat('0'));
    let order = rest.chars().cmp(half.take(rest.len()));
    let up = order.is_gt() || (order.is_eq() && base % 2 == 1);
    base.checked_add(i64::from(up))
}

impl fmt::Display for Usd {
    /// The exact decimal without trailing zeros: `0.00000435`, `5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        let (whole, rest) = (nanos / NANOS, nanos % NANOS);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let (mut digits, mut width) = (rest, 9);
        while digits.is_multiple_of(10) {
            digits /= 10;
            width -= 1;
        }
        write!(f, "{sign}{whole}.{digits:0width$}")
    }
}

impl Add for Usd {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Usd {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Usd {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl std::iter::Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

const NANOS: u64 = 1_000_000_000;
/// As many as the largest number has digits.
const ZEROS: &str = "00000000000000000000";

#[cfg(test)]
mod tests {
    use super::Usd;

    #[test]
    fn reads_and_prints_exactly() {
        for (text, nanos, shown, python) in [
            ("0", 0, "0", "0.0"),
            ("5", 5_000_000_000, "5", "5.0"),
            ("4.35e-06", 4350, "0.00000435", "4.35e-06"),
            ("0.0001", 100_000, "0.0001", "0.0001"),
            ("1e-7", 100, "0.0000001", "1e-07"),
            ("-0.5", -500_000_000, "-0.5", "-0.5"),
            ("2.5e-9", 2, "0.000000002", "2e-09"),
            ("3.5e-9", 4, "0.000000004", "4e-09"),
            ("0.00009999", 99_990, "0.00009999", "9.999e-05"),
            ("-0.00001", -10_000, "-0.00001", "-1e-05"),
            ("1200.000000001", 1_200_000_000_001, "1200.000000001", "1200.000000001"),
            ("9223372036.854775807", i64::MAX, "9223372036.854775807", "9223372036.854775807"),
        ] {
            let usd = Usd::parse(text);
            assert_eq!(usd.map(Usd::nanos), Some(nanos), "{text}");
            assert_eq!(usd.map(|usd| usd.to_string()).as_deref(), Some(shown));
            assert_eq!(usd.map(Usd::python).as_deref(), Some(python));
        }
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in ["", "-", ".", "1e", "x", "NaN", "inf", "1e30", "1.2.3"] {
            assert_eq!(Usd::parse(text), None, "{text}");
        }
    }
}

//! Exact sums of products of prices, rounded once at the end.

use crate::price::Price;
use tianji_core::Usd;

/// An exact amount in dollars: `mantissa × 10^-scale`. What outgrows the type (hundreds of millions of dollars for one
/// call, so a lie of the upstream) stays at its end and is rounded to [`Usd::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    mantissa: u128,
    scale: u32,
}

impl Amount {
    pub(crate) const ZERO: Self = Self { mantissa: 0, scale: 0 };

    /// `count` units at a price.
    pub(crate) fn of(price: Price, count: u64) -> Self {
        let (mantissa, scale) = price.parts();
        Self { mantissa: u128::from(mantissa) * u128::from(count), scale }
    }

    /// A price itself.
    pub(crate) fn once(price: Price) -> Self {
        Self::of(price, 1)
    }

    /// A whole amount in nano-dollars; nothing if it is negative.
    pub(crate) fn nanos(usd: Usd) -> Self {
        Self { mantissa: u128::try_from(usd.nanos()).unwrap_or(0), scale: NANO }
    }

    pub(crate) const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// `10^-digits` of it.
    pub(crate) const fn down(self, digits: u32) -> Self {
        if self.is_zero() { self } else { Self { mantissa: self.mantissa, scale: self.scale + digits } }
    }

    /// Half of it.
    pub(crate) const fn half(self) -> Self {
        Self { mantissa: self.mantissa.saturating_mul(5), scale: self.scale + 1 }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        if other.is_zero() {
            return self;
        }
        if self.is_zero() {
            return other;
        }
        let scale = self.scale.max(other.scale);
        Self { mantissa: self.at(scale).saturating_add(other.at(scale)), scale }
    }

    pub(crate) fn times(self, factor: Price) -> Self {
        let (mantissa, scale) = factor.parts();
        Self { mantissa: self.mantissa.saturating_mul(mantissa.into()), scale: self.scale + scale }
    }

    /// The mantissa at a scale that is not smaller than its own.
    pub(crate) fn at(self, scale: u32) -> u128 {
        power(scale - self.scale).map_or(u128::MAX, |power| self.mantissa.saturating_mul(power))
    }

    pub(crate) const fn scale(self) -> u32 {
        self.scale
    }

    /// Rounded half-even to nano-dollars.
    pub(crate) fn round(self) -> Usd {
        if self.mantissa == u128::MAX {
            return Usd::MAX;
        }
        let (whole, rest) = split(self.mantissa, self.scale);
        let half = power(self.scale.saturating_sub(NANO)).unwrap_or(u128::MAX) / 2;
        let tie = self.scale > NANO && rest == half;
        let up = rest > half || (tie && whole % 2 == 1);
        usd(whole.saturating_add(u128::from(up)))
    }
}

/// Whole nano-dollars and what is left of a mantissa at a scale, in units of `10^-scale`.
pub(crate) fn split(mantissa: u128, scale: u32) -> (u128, u128) {
    if scale <= NANO {
        return (power(NANO - scale).map_or(u128::MAX, |power| mantissa.saturating_mul(power)), 0);
    }
    match power(scale - NANO) {
        Some(power) => (mantissa / power, mantissa % power),
        None => (0, mantissa),
    }
}

pub(crate) fn usd(nanos: u128) -> Usd {
    i64::try_from(nanos).map_or(Usd::MAX, Usd::from_nanos)
}

fn power(digits: u32) -> Option<u128> {
    10u128.checked_pow(digits)
}

/// Decimal places of a nano-dollar.
const NANO: u32 = 9;

#[cfg(test)]
mod tests {
    use super::Amount;
    use tianji_core::Usd;

    #[test]
    fn rounds_half_to_even() {
        for (price, count, nanos) in [
            ("5e-10", 1, 0),
            ("15e-10", 1, 2),
            ("25e-10", 1, 2),
            ("1e-10", 6, 1),
            ("5.1e-10", 1, 1),
            ("2", 3, 6_000_000_000),
        ] {
            let amount = Amount::of(price.parse().unwrap(), count);
            assert_eq!(amount.round().nanos(), nanos, "{count} at {price}");
        }
    }

    #[test]
    fn does_not_wrap() {
        let price = "1844674407370955161".parse().unwrap();
        let huge = Amount::of(price, u64::MAX);
        assert_eq!(huge.round(), Usd::MAX);
        assert_eq!(huge.times(price).plus(Amount::of("1e-30".parse().unwrap(), 1)).round(), Usd::MAX);
    }
}

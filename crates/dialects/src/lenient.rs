//! Reading members of replies that may be of any type: vendors are not as careful as their documentation.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Reads a member that may have any type: one of the wrong type counts as absent.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str::<Option<T>>(raw.get()).unwrap_or_default())
}

/// A count that may come as a float; negative ones are none. `as` saturates, and no vendor counts beyond 2^53.
pub(crate) fn count(number: Option<f64>) -> u64 {
    number.filter(|number| number.is_finite() && *number > 0.0).map_or(0, |number| number as u64)
}

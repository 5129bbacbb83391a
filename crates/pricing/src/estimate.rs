//! Cheap guesses for reservations: no allocation, no tokenizer.

use crate::amount::Amount;
use crate::model_price::ModelPrice;
use tianji_core::Usd;

/// Tokens in so many bytes of a JSON request: four bytes a token, as English and code come to on average.
pub const fn estimate_tokens(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(4)
}

/// What a call would cost at the plain rates without any cache.
pub fn estimate(price: &ModelPrice, input_tokens: u64, output_allowance: u64) -> Usd {
    let rates = match price.table.last() {
        Some((_, _, rates)) => Some(rates),
        None => price.sets.first().map(|set| &set.rates),
    };
    let Some(rates) = rates else { return Usd::ZERO };
    let input = rates.input.unwrap_or(Amount::ZERO).times(input_tokens);
    let output = rates.output.unwrap_or(Amount::ZERO).times(output_allowance);
    (input + output).rounded()
}

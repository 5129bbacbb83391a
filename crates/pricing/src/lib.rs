//! Embedded price catalogue, exact cost, token counting.
//!
//! * [`Catalogue`]: prices and capabilities by name, read from packed text when somebody asks for them.
//! * [`ModelPrice`]: one entry; [`Overrides`] lays an operator's prices over it.
//! * [`cost()`]: what a [`Usage`](tianji_core::Usage) costs, exact to the nano-dollar; [`estimate`] for reservations.
//! * [`Tokenizer`]: counts tokens where no provider reports them; [`estimate_tokens`] is the cheap guess.
//!
//! Prices are decimals from the text they are written in to the one rounding at the end; no binary fraction takes part.
//!
//! ```
//! use tianji_core::Usage;
//! use tianji_pricing::{CostContext, ModelPrice, cost};
//!
//! let entry = r#"{"input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07}"#;
//! let price = ModelPrice::from_json("mini", entry)?;
//! let cost = cost(&price, &Usage::of_text(11, 5), &CostContext::default());
//! assert_eq!(cost.total.to_string(), "0.00000465");
//! # Ok::<(), tianji_pricing::EntryError>(())
//! ```

mod capabilities;
mod catalogue;
mod cost;
mod entry;
mod field;
mod members;
mod mode;
mod off_peak;
mod overrides;
mod price;
mod rates;
mod tiers;
mod tokens;
mod vendor;

pub use catalogue::{Catalogue, CatalogueError, ImageKey, Kept, KeptReason, MOST_CHANGE, Succession};
pub use cost::{Cost, CostAdjust, CostContext, CostParts, SearchContextSize, Units, cost, estimate};
pub use entry::{EntryError, ModelPrice};
pub use mode::Mode;
pub use overrides::Overrides;
pub use price::{Price, PriceError};
pub use tokens::{
    CallText, Definition, ImageDetail, ImageRule, MessageText, Piece, TokenCounter, Tokenizer, TokenizerKind, ToolText,
    Vocabulary, count_pieces, count_text, estimate_tokens, function_signatures, is_expensive, pdf_tokens,
};

/// Whether a catalogue field's name is one that a number is expected under: a price, a factor, a fact, or a price that
/// no reported usage matches.
pub fn is_known_number(field: &str) -> bool {
    !matches!(field::Field::of(field), field::Field::Other | field::Field::Table(_))
}

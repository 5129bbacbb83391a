//! What things cost: an embedded price catalogue, exact cost of a usage, token counting. Pure.
//!
//! ```
//! use tianji_core::Usage;
//! use tianji_pricing::{Catalogue, CostContext, cost};
//! let prices = Catalogue::embedded();
//! let price = prices.lookup("openai", "gpt-4o-mini", None).expect("listed");
//! let bill = cost(&price, &Usage::of_text(1000, 100), &CostContext::default());
//! assert_eq!(bill.total.to_string(), "0.00021");
//! ```

mod amount;
mod catalogue;
mod cost;
mod estimate;
mod lookup;
mod model_price;
mod overrides;
mod packed;
mod rates;
mod tokens;
mod units;

pub use amount::Amount;
pub use catalogue::{Catalogue, CatalogueError};
pub use cost::{Cost, CostAdjust, CostContext, cost};
pub use estimate::{estimate, estimate_tokens};
pub use model_price::ModelPrice;
pub use overrides::Overrides;
pub use tokens::{Piece, count_pieces, count_text, is_expensive};

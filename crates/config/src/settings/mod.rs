//! The three settings sections, as far as this build acts on them.

mod general;
mod litellm;
mod money;
mod router;

pub use general::GeneralSettings;
pub use litellm::LitellmSettings;
pub use money::CostMargin;
pub use router::RouterSettings;

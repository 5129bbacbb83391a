//! Who is calling and what they may call: virtual keys, roles, permissions, model access. Pure: no storage, no clock.
//!
//! ```
//! use tianji_auth::KeyHash;
//! let hash = KeyHash::of("sk-abc");
//! assert_eq!(KeyHash::parse(&hash.hex()), Some(hash));
//! ```

mod access;
mod credential;
mod denial;
mod hash;
mod key;
mod master;
mod permission;
mod principal;
mod routes;
mod seal;

pub use access::may_use_model;
pub use credential::{BARE_HEADERS, Credential, CredentialSources, credential};
pub use denial::Denial;
pub use hash::KeyHash;
pub use key::{BudgetWindow, KeyType, ModelBudget, VirtualKey, parse_duration_seconds};
pub use master::{MasterKey, MasterKeyFlaw};
pub use permission::{Permission, Role};
pub use principal::{Principal, check_usable};
pub use routes::{RouteGroup, route_allowed};
pub use seal::{NONCE_BYTES, SealBox};

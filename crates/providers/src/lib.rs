//! The provider catalogue: compatible rows and native folders.
//!
//! A [`Provider`] is a struct of capabilities. Nothing matches on its name: rows of `compat.toml` (and an operator's
//! `custom_providers:`) say what differs as data, and a folder under `native/` adds functions where data does not do.
//!
//! * [`Catalogue`] holds all providers and finds the one that a model name means.
//! * [`Connection`] is where and with which credential a deployment is called; [`Provider::outgoing`] makes the URL and
//!   headers of one operation from it.
//! * [`Provider::edit_chat`], [`Provider::edit_reply`] and [`Provider::stream_edit`] change what the vendor would
//!   refuse or what its replies spell in its own way.

mod body;
mod catalogue;
mod connection;
mod credentials;
mod edit;
mod endpoint;
mod follow;
pub mod kinds;
mod messages;
mod native;
mod outgoing;
mod params;
mod provider;
mod quirks;
mod reply;
mod resolve;
mod row;
mod rsa;
mod screen;
mod sign;
mod special;
mod ways;

pub use catalogue::Catalogue;
pub use connection::{Connection, ConnectionError, ConnectionParams};
pub use credentials::{CredentialKind, CredentialParams, GoogleKey, credential_file, project_in};
pub use edit::EditError;
pub use endpoint::{EndpointKind, Operation};
pub use follow::{Follow, Followed, Following, Taken};
pub use outgoing::Outgoing;
pub use params::{CHAT_PARAMS, COMMON_PARAMS, Capability, Clamp, Condition, ParamRules, When};
pub use provider::{AuthStyle, ChatEndpoint, Hooks, MessagesEndpoint, Provider};
pub use quirks::Quirk;
pub use reply::StreamEdit;
pub use resolve::ResolveError;
pub use row::RowError;
pub use sign::Unsigned;
pub use special::Special;
pub use ways::Way;

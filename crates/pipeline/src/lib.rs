//! The life of a call: admit → screen → lookup → route → dispatch → relay → settle.
//!
//! Each stage takes the previous stage's value and returns the next: an unscreened call cannot be routed and an
//! unrouted one cannot be dispatched, because the types say so. A call runs under one immutable [`Snapshot`]; what must
//! outlive a reload (connections, counters, breakers, the spool) is in [`Shared`]. However a call ends, its
//! [`Receipt`] settles exactly once.

mod admit;
mod attempt;
mod body;
mod breakers;
mod build;
mod call;
mod controls;
mod converse;
mod count;
mod credential;
mod deployment;
mod dispatch;
mod door;
mod drop_path;
mod encode;
mod follow;
mod headers;
mod job;
mod keys;
mod lookup;
mod media;
mod mock;
mod raw;
mod receipt;
mod relay;
mod route;
mod screen;
mod serve;
mod settings;
mod shared;
mod snapshot;
mod state;
mod words;

pub use body::ReplyBody;
pub use build::{BuildError, build};
pub use call::{Endpoint, Incoming};
pub use count::{Counted, Estimated, count_contents, count_input, count_tokens, estimate_tokens_of};
pub use deployment::{Concrete, Deployment};
pub use door::{Caller, authenticate};
pub use keys::{KeyCache, KeyView};
pub use receipt::Receipt;
pub use serve::{error_response, serve};
pub use settings::{HeaderPrefix, PriceNetwork, PriceSource, Settings};
pub use shared::Shared;
pub use snapshot::{Group, Snapshot};
pub use state::{Asked, Responses, retrieve, write_behind};

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
mod compaction;
mod controls;
mod converse;
mod count;
mod credential;
mod deployment;
mod dispatch;
mod door;
mod drop_path;
mod encode;
mod fetch;
mod films;
mod follow;
mod headers;
mod invoice;
mod invoke;
mod job;
mod keep_alive;
mod keys;
mod lookup;
mod media;
mod mock;
mod raw;
mod receipt;
mod refusals;
mod relay;
mod route;
mod screen;
mod serve;
mod settings;
mod shared;
mod snapshot;
mod state;
mod stream_cost;
mod words;

pub use body::ReplyBody;
pub use build::{BuildError, build};
pub use call::{Endpoint, Envelope, Incoming};
pub use count::{Counted, Estimated, count_contents, count_for_bedrock, count_input, count_tokens, estimate_tokens_of};
pub use deployment::{Concrete, Deployment};
pub use door::{Asking, Caller, authenticate, refused};
pub use films::{FilmAsk, Films};
pub use keys::{KeyCache, KeyView};
pub use receipt::Receipt;
pub use serve::{error_response, serve};
pub use settings::{HeaderPrefix, PriceNetwork, PriceSource, Settings};
pub use shared::Shared;
pub use snapshot::{Group, Snapshot};
pub use state::background::{EventReader, fail_stale, finish_background, resume};
pub use state::{Asked, Responses, retrieve, write_behind};

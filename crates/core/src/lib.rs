//! The gateway's vocabulary: data and tiny traits that every storey above shares.
//!
//! * [`generate`]: the canonical model of "generate a reply" (request, response, stream events).
//! * [`Usage`] and [`Usd`]: what a call consumed and what it cost, both exact.
//! * [`Error`]: one error type of the request path: kind × origin × words that may be shown.
//! * [`CallRecord`]: everything that is written down when a call ends.
//! * [`egress`]: which addresses may be called on a stranger's word.
//! * [`Exchange`]: a multi-step conversation with a remote service as a pure function.
//!
//! No behaviour here is longer than a screen, nothing does IO, nothing reads a clock.

pub mod credential;
pub mod dialect;
pub mod egress;
pub mod error;
pub mod exchange;
pub mod generate;
pub mod json;
pub mod loss;
pub mod payload;
pub mod record;
mod record_json;
pub mod secret;
pub mod time;
pub mod usage;
pub mod usd;

pub use credential::{Credential, CredentialSource, Granted};
pub use dialect::{DialectId, Framing};
pub use error::{BodyShape, Error, Kind, Origin};
pub use exchange::{Exchange, Reply, Step, WireRequest};
pub use json::{Extra, Json};
pub use loss::{Loss, LossClass, Losses};
pub use payload::{Payload, Segment, Spooled, Upload};
pub use record::{CallRecord, CallStatus, CostStatus, UsageSource};
pub use secret::Secret;
pub use time::{Clock, Micros};
pub use usage::{Counters, Usage};
pub use usd::{Usd, write_digits};

//! `application/vnd.amazon.eventstream` (Smithy, "Amazon Event Stream"): cutting it into messages and writing messages.
//!
//! A message is a prelude (its length, the length of its headers, a CRC32 of both), headers, a payload, and a CRC32 of
//! all that. Numbers are big-endian. What the message is stands in its headers: `:message-type` is `event`, `exception`
//! (one that the service's model knows) or `error` (any other).
//!
//! ```
//! use bytes::{Bytes, BytesMut};
//! use tianji_wire::event_stream::{EventStreamSplitter, write_message};
//! let mut out = BytesMut::new();
//! write_message(&mut out, &[(":message-type", "event"), (":event-type", "ping")], b"{}");
//! let mut splitter = EventStreamSplitter::default();
//! splitter.push(out.freeze());
//! let frame = splitter.next_frame()?.unwrap();
//! assert_eq!((frame.event.as_deref(), &*frame.data), (Some(&b"ping"[..]), &b"{}"[..]));
//! # Ok::<(), tianji_wire::WireError>(())
//! ```

mod headers;
mod split;
mod write;

pub use split::{EventStreamSplitter, is_failure};
pub use write::write_message;

/// Bytes before the headers: two lengths and their checksum.
const PRELUDE: usize = 12;
/// Bytes of a checksum.
const CHECKSUM: usize = 4;

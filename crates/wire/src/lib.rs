//! Framing and raw JSON: streams cut into frames, bodies edited without being re-serialised; dates in headers.
//!
//! ```
//! use bytes::Bytes;
//! use tianji_wire::RawObject;
//! let mut body = RawObject::parse(Bytes::from_static(br#"{"model": "a", "x": 1.0}"#))?;
//! body.set("model", "b");
//! assert_eq!(body.to_bytes(), r#"{"model": "b", "x": 1.0}"#);
//! # Ok::<(), tianji_wire::JsonError>(())
//! ```

mod edit;
mod ends;
pub mod event_stream;
mod feed;
mod http_date;
mod inflate;
mod json_error;
mod limits;
mod ndjson;
mod object;
mod plain;
mod scan;
mod splitter;
mod sse;
mod value;
mod words;

pub use ends::Ends;
pub use http_date::{http_date, retry_after};
pub use inflate::{Inflate, InflateError, UnknownCoding};
pub use json_error::{JsonError, JsonErrorKind};
pub use limits::JsonLimits;
pub use ndjson::LineSplitter;
pub use object::RawObject;
pub use plain::string_end;
pub use splitter::Splitter;
pub use sse::{Frame, SseSplitter, write_event};
pub use value::{check_json, check_json_ends, parse_value, raw_array_items};

/// A stream that cannot be cut into frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A frame is longer than allowed.
    #[error("a frame is longer than {0} bytes")]
    FrameTooLarge(usize),
    /// The bytes are not in the stream's framing; the text says how.
    #[error("{0}")]
    Corrupt(&'static str),
}

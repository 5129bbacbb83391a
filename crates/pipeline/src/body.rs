//! The body of a reply: whole, or a stream that the listener pulls. No task and no channel per call.

use crate::invoke::InvokeBody;
use crate::keep_alive::KeptAlive;
use crate::raw::RawBody;
use crate::relay::StreamBody;
use crate::state::background::EventReader;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What is sent back.
#[derive(Debug)]
pub enum ReplyBody {
    /// Everything at once; `None` when it was taken.
    Whole(Option<Bytes>),
    /// Piece by piece.
    Stream(Box<StreamBody>),
    /// Piece by piece, with signs of life between.
    KeptAlive(Box<KeptAlive>),
    /// Piece by piece, as the upstream sends it.
    Raw(Box<RawBody>),
    /// Events of a response that is made in the background.
    Events(Box<EventReader>),
    /// A stream in the chunks of Bedrock's `InvokeModel`.
    Invoke(Box<InvokeBody>),
}

impl ReplyBody {
    /// A body of given bytes.
    pub fn of(bytes: impl Into<Bytes>) -> Self {
        Self::Whole(Some(bytes.into()).filter(|bytes: &Bytes| !bytes.is_empty()))
    }

    /// No body.
    pub const fn empty() -> Self {
        Self::Whole(None)
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(stream) => stream.poll_data(cx).map(|data| data.map(|data| Ok(Frame::data(data)))),
            Self::KeptAlive(kept) => kept.poll_data(cx).map(|data| data.map(|data| Ok(Frame::data(data)))),
            Self::Events(events) => events.poll_data(cx).map(|data| data.map(|data| Ok(Frame::data(data)))),
            Self::Invoke(invoke) => invoke.poll_data(cx).map(|data| data.map(|data| Ok(Frame::data(data)))),
            Self::Raw(raw) => raw.poll_data(cx).map(|data| data.map(|data| data.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            _ => SizeHint::default(),
        }
    }
}

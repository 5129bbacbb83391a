//! What we send: a few pieces that were never copied together, of bytes or of files.

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tianji_core::{Payload, Segment};
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

/// A request body. Cheap to clone before it is sent, for retries: pieces are shared, files are opened anew.
#[derive(Debug, Default)]
pub struct OutBody {
    segments: VecDeque<Segment>,
    left: u64,
    reading: Option<Reading>,
}

impl OutBody {
    /// A body of slices.
    pub fn of(slices: impl IntoIterator<Item = Bytes>) -> Self {
        Self::of_segments(slices.into_iter().map(Segment::Bytes))
    }

    fn of_segments(segments: impl Iterator<Item = Segment>) -> Self {
        let segments: VecDeque<Segment> = segments.filter(|segment| !segment.is_empty()).collect();
        let left = segments.iter().map(Segment::len).sum();
        Self { segments, left, reading: None }
    }

    /// Bytes that were not sent yet.
    pub const fn len(&self) -> u64 {
        self.left
    }

    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// The pieces in memory, in order. Files are not among them.
    pub fn slices(&self) -> Vec<Bytes> {
        let bytes = |segment: &Segment| match segment {
            Segment::Bytes(bytes) => Some(bytes.clone()),
            Segment::File(..) => None,
        };
        self.segments.iter().filter_map(bytes).collect()
    }

    fn poll_file(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
        match ready!(reading.poll(cx)) {
            Ok(bytes) if bytes.is_empty() && reading.left > 0 => {
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a spooled file became shorter"))))
            }
            Ok(bytes) => {
                if reading.left == 0 {
                    self.reading = None;
                }
                Poll::Ready(Some(Ok(bytes)))
            }
            Err(cause) => Poll::Ready(Some(Err(cause))),
        }
    }
}

impl Clone for OutBody {
    fn clone(&self) -> Self {
        Self { segments: self.segments.clone(), left: self.left, reading: None }
    }
}

impl From<Bytes> for OutBody {
    fn from(bytes: Bytes) -> Self {
        Self::of([bytes])
    }
}

impl From<&'static str> for OutBody {
    fn from(text: &'static str) -> Self {
        Self::from(Bytes::from_static(text.as_bytes()))
    }
}

impl From<Payload> for OutBody {
    fn from(payload: Payload) -> Self {
        Self::of_segments(payload.segments.into_iter())
    }
}

impl Body for OutBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.reading.is_none() {
            match self.segments.pop_front() {
                None => return Poll::Ready(None),
                Some(Segment::Bytes(bytes)) => {
                    self.left -= bytes.len() as u64;
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Segment::File(file, length)) => self.reading = Some(Reading::of(file, length)),
            }
        }
        let piece = ready!(self.poll_file(cx));
        Poll::Ready(piece.map(|piece| {
            let bytes = piece?;
            self.left -= bytes.len() as u64;
            Ok(Frame::data(bytes))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// A file being read.
struct Reading {
    /// Keeps the file on the disk.
    spooled: std::sync::Arc<dyn tianji_core::Spooled>,
    state: State,
    left: u64,
}

enum State {
    Opening(Pin<Box<dyn Future<Output = io::Result<File>> + Send + Sync>>),
    Open(File),
}

impl Reading {
    fn of(spooled: std::sync::Arc<dyn tianji_core::Spooled>, left: u64) -> Self {
        let path = spooled.path().to_owned();
        Self { spooled, state: State::Opening(Box::pin(File::open(path))), left }
    }

    /// The next piece; empty at the end of the file.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        if let State::Opening(opening) = &mut self.state {
            self.state = State::Open(ready!(opening.as_mut().poll(cx))?);
        }
        let State::Open(file) = &mut self.state else { return Poll::Pending };
        let most = usize::try_from(self.left).unwrap_or(PIECE).min(PIECE);
        let mut buffer = BytesMut::zeroed(most);
        let mut read = ReadBuf::new(&mut buffer);
        ready!(Pin::new(file).poll_read(cx, &mut read))?;
        let filled = read.filled().len();
        buffer.truncate(filled);
        self.left -= filled as u64;
        Poll::Ready(Ok(buffer.freeze()))
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("file", &self.spooled).field("left", &self.left).finish_non_exhaustive()
    }
}

/// Bytes read at once.
const PIECE: usize = 64 * 1024;

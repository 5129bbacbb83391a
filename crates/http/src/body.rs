//! What comes back: a body under deadlines.

use crate::client::Lease;
use crate::deadlines::Deadlines;
use crate::error::HttpError;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::Body;
use hyper::body::Incoming;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tianji_wire::Inflate;
use tokio::time::{Instant, Sleep, sleep_until};

/// A reply's body. Read to its end it gives its connection back to the pool; dropped before, the connection closes.
#[derive(Debug)]
pub struct UpstreamBody {
    inner: Incoming,
    inflate: Option<Box<Inflate>>,
    lease: Option<Lease>,
    deadlines: Deadlines,
    last: Instant,
    timer: Option<Pin<Box<Sleep>>>,
}

impl UpstreamBody {
    pub(crate) fn new(inner: Incoming, lease: Option<Lease>, deadlines: Deadlines) -> Self {
        let mut body = Self { inner, inflate: None, lease, deadlines, last: Instant::now(), timer: None };
        if body.inner.is_end_stream() {
            body.done();
        }
        body
    }

    /// The same with its compression undone (RFC 9110, section 8.4): vendors compress unasked.
    pub(crate) fn decoded(mut self, headers: &HeaderMap) -> Result<Self, HttpError> {
        if let Some(coded) = headers.get(header::CONTENT_ENCODING) {
            let coding = coded.to_str().unwrap_or("(no text)");
            let inflate = Inflate::of(coding, MOST_GROWTH).map_err(|cause| HttpError::Coding(cause.to_string()))?;
            self.inflate = inflate.map(Box::new);
        }
        Ok(self)
    }

    /// The next piece; `None` at the end.
    pub fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, HttpError>>> {
        loop {
            let piece = ready!(self.poll_piece(cx));
            let Some(inflate) = &mut self.inflate else { return Poll::Ready(piece) };
            let plain = match piece {
                Some(Ok(piece)) => inflate.push(&piece),
                Some(Err(cause)) => return Poll::Ready(Some(Err(cause))),
                None => {
                    let last = inflate.finish();
                    self.inflate = None;
                    match last {
                        Ok(last) if last.is_empty() => return Poll::Ready(None),
                        last => last,
                    }
                }
            };
            match plain {
                Ok(plain) if plain.is_empty() => {}
                plain => return Poll::Ready(Some(plain.map_err(|cause| HttpError::Coding(cause.to_string())))),
            }
        }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, HttpError>>> {
        loop {
            match Pin::new(&mut self.inner).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers carry nothing that we forward.
                    let Ok(data) = frame.into_data() else { continue };
                    self.last = Instant::now();
                    if self.inner.is_end_stream() {
                        self.done();
                    }
                    return Poll::Ready(Some(Ok(data)));
                }
                Poll::Ready(Some(Err(cause))) => return Poll::Ready(Some(Err(HttpError::Broken(cause)))),
                Poll::Ready(None) => {
                    self.done();
                    return Poll::Ready(None);
                }
                Poll::Pending => return ready_late(self.poll_late(cx)),
            }
        }
    }

    /// The next piece; `None` at the end.
    pub async fn data(&mut self) -> Option<Result<Bytes, HttpError>> {
        std::future::poll_fn(|cx| self.poll_data(cx)).await
    }

    /// The whole body, if it is not longer than `limit`. A body of one piece is not copied.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, HttpError> {
        let Some(first) = self.data().await.transpose()? else { return Ok(Bytes::new()) };
        let Some(second) = self.data().await.transpose()? else { return within(first, limit) };
        let mut whole = BytesMut::with_capacity(first.len() + second.len() + 4096);
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&second);
        while let Some(more) = self.data().await.transpose()? {
            if whole.len() + more.len() > limit {
                return Err(HttpError::TooLong(limit));
            }
            whole.extend_from_slice(&more);
        }
        within(whole.freeze(), limit)
    }

    fn done(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.release();
        }
    }

    /// Ready when a deadline has passed. One timer serves all pieces: it is set again only when it fires, so that a
    /// piece costs no more than a look at the clock.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<HttpError> {
        let Self { timer, deadlines, last, .. } = self;
        loop {
            let due = *last + deadlines.between_bytes;
            let due = deadlines.total.map_or(due, |total| total.min(due));
            let sleep = timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
            ready!(sleep.as_mut().poll(cx));
            if deadlines.over() {
                return Poll::Ready(HttpError::Total);
            }
            if Instant::now() >= due {
                return Poll::Ready(HttpError::Stalled(deadlines.between_bytes));
            }
            sleep.as_mut().reset(due);
        }
    }
}

fn ready_late(late: Poll<HttpError>) -> Poll<Option<Result<Bytes, HttpError>>> {
    late.map(|cause| Some(Err(cause)))
}

fn within(bytes: Bytes, limit: usize) -> Result<Bytes, HttpError> {
    if bytes.len() > limit { Err(HttpError::TooLong(limit)) } else { Ok(bytes) }
}

/// How many times longer than what came a compressed reply may be.
const MOST_GROWTH: u64 = 1000;

//! The body of an answer: prebuilt bytes at once, or a stream on a fixed timetable, or either cut
//! short.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::plan::Plan;
use super::replies::StreamReply;
use super::stats::Ticket;

pub(crate) struct ReplyBody {
    state: State,
    ticket: Option<Ticket>,
}

enum State {
    /// All bytes in one frame; `declared` is the length that the head promises.
    Whole {
        bytes: Bytes,
        declared: u64,
        cut: bool,
    },
    Stream(Stream),
    /// Lets what was written reach the peer, then breaks the connection.
    Cut {
        flushed: bool,
    },
    Done,
}

struct Stream {
    plan: Arc<Plan>,
    with_usage: bool,
    cut_after: Option<u32>,
    position: Position,
    /// Present while the plan has a delay; its deadlines do not drift.
    pause: Option<Pin<Box<Sleep>>>,
}

#[derive(Clone, Copy)]
enum Position {
    Head,
    /// So many content chunks are out.
    Chunks(u32),
}

impl ReplyBody {
    /// Bytes that no call is counted for.
    pub(crate) fn plain(bytes: Bytes) -> Self {
        let declared = bytes.len() as u64;
        Self { state: State::Whole { bytes, declared, cut: false }, ticket: None }
    }

    /// The whole answer to a call.
    pub(crate) fn counted(bytes: Bytes, ticket: Ticket) -> Self {
        Self { ticket: Some(ticket), ..Self::plain(bytes) }
    }

    /// The first half of an answer, then a broken connection.
    pub(crate) fn half(mut bytes: Bytes, ticket: Ticket) -> Self {
        let declared = bytes.len() as u64;
        bytes.truncate(bytes.len() / 2);
        Self { state: State::Whole { bytes, declared, cut: true }, ticket: Some(ticket) }
    }

    /// A stream of the plan; `cut_after` breaks it off after so many content chunks.
    pub(crate) fn stream(plan: Arc<Plan>, with_usage: bool, cut_after: Option<u32>, ticket: Ticket) -> Self {
        let stream = Stream { plan, with_usage, cut_after, position: Position::Head, pause: None };
        Self { state: State::Stream(stream), ticket: Some(ticket) }
    }

    fn sent(&mut self, bytes: &Bytes, last: bool) {
        if let Some(ticket) = &mut self.ticket {
            ticket.sent(bytes.len() as u64);
        }
        if last && let Some(ticket) = self.ticket.take() {
            ticket.complete();
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        match &mut this.state {
            State::Whole { bytes, cut, .. } => {
                let (bytes, cut) = (std::mem::take(bytes), *cut);
                this.state = if cut { State::Cut { flushed: false } } else { State::Done };
                this.sent(&bytes, !cut);
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            State::Stream(stream) => match stream.poll_next(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Next::Cut) => {
                    this.state = State::Cut { flushed: false };
                    Pin::new(this).poll_frame(cx)
                }
                Poll::Ready(Next::Frame(bytes)) => {
                    this.sent(&bytes, false);
                    Poll::Ready(Some(Ok(Frame::data(bytes))))
                }
                Poll::Ready(Next::Last(bytes)) => {
                    this.state = State::Done;
                    this.sent(&bytes, true);
                    Poll::Ready(Some(Ok(Frame::data(bytes))))
                }
            },
            // hyper throws away what it has buffered when a body fails, and flushes when a body
            // is pending.
            State::Cut { flushed: flushed @ false } => {
                *flushed = true;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            State::Cut { flushed: true } => {
                this.state = State::Done;
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut by the mock's behaviour"))))
            }
            State::Done => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Done)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.state {
            State::Whole { declared, .. } => SizeHint::with_exact(*declared),
            State::Stream(_) | State::Cut { .. } => SizeHint::default(),
            State::Done => SizeHint::with_exact(0),
        }
    }
}

enum Next {
    Frame(Bytes),
    Last(Bytes),
    Cut,
}

impl Stream {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Next> {
        let behaviour = &self.plan.behaviour;
        let Position::Chunks(out) = self.position else {
            self.position = Position::Chunks(0);
            if !behaviour.delay.is_zero() && behaviour.chunks > 0 {
                self.pause = Some(Box::pin(sleep_until(Instant::now() + behaviour.delay)));
            }
            return Poll::Ready(Next::Frame(self.reply().head.clone()));
        };
        if self.cut_after.is_some_and(|after| out >= after) {
            return Poll::Ready(Next::Cut);
        }
        if out >= behaviour.chunks {
            return Poll::Ready(Next::Last(self.reply().tail.clone()));
        }
        if let Some(pause) = &mut self.pause {
            std::task::ready!(pause.as_mut().poll(cx));
            let next = pause.deadline() + behaviour.delay;
            pause.as_mut().reset(next);
        }
        self.position = Position::Chunks(out + 1);
        Poll::Ready(Next::Frame(self.reply().chunk.clone()))
    }

    fn reply(&self) -> &StreamReply {
        if self.with_usage { &self.plan.replies.stream_with_usage } else { &self.plan.replies.stream }
    }
}

#[cfg(test)]
mod tests;

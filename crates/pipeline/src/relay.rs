//! Back: translate what the upstream says, meter it, settle when it is over.

use crate::job::Job;
use crate::receipt::Receipt;
use crate::state::Keep;
use crate::stream_cost;
use bytes::{Bytes, BytesMut};
use std::task::{Context, Poll, ready};
use tianji_core::{Error, Kind};
use tianji_dialects::StreamBridge;
use tianji_http::UpstreamBody;
use tianji_providers::StreamEdit;
use tianji_wire::{Frame, Splitter};

/// A stream whose first frames are translated.
pub(crate) struct FirstFrames {
    pub(crate) body: UpstreamBody,
    /// What has to be given up if the stream is.
    pub(crate) job: Option<Job>,
    pub(crate) splitter: Splitter,
    pub(crate) edit: Option<Box<dyn StreamEdit>>,
    pub(crate) bridge: Box<dyn StreamBridge>,
    pub(crate) out: BytesMut,
}

/// A stream on its way from an upstream.
pub(crate) struct Streaming {
    bridge: Box<dyn StreamBridge>,
    /// Translated and not yet sent.
    out: BytesMut,
    source: Option<Source>,
    job: Option<Job>,
    /// The upstream broke right behind what is in `out`.
    broken: Option<Error>,
}

struct Source {
    body: UpstreamBody,
    splitter: Splitter,
    edit: Option<Box<dyn StreamEdit>>,
}

impl Streaming {
    /// A stream that goes on.
    pub(crate) fn running(first: FirstFrames) -> Self {
        let FirstFrames { body, job, splitter, edit, bridge, out } = first;
        Self { bridge, out, source: Some(Source { body, splitter, edit }), job, broken: None }
    }

    /// A stream that broke after its first frames, before any of them left.
    pub(crate) fn broken(first: FirstFrames, error: Error) -> Self {
        Self { broken: Some(error), ..Self::running(first) }
    }

    /// A stream that is all here.
    pub(crate) fn finished(bridge: Box<dyn StreamBridge>, out: Bytes) -> Self {
        Self { bridge, out: BytesMut::from(out), source: None, job: None, broken: None }
    }
}

/// A stream with the receipt of its call: the body that the listener pulls.
pub struct StreamBody {
    streaming: Streaming,
    receipt: Receipt,
    /// Keeps the reply for those who come back to it.
    keep: Option<Keep>,
    /// Whether its usage says what the call cost.
    shows_cost: bool,
    /// Whatever the call holds besides, released at the end.
    _busy: crate::dispatch::InFlight,
    over: bool,
}

impl StreamBody {
    pub(crate) fn new(
        streaming: Streaming,
        mut receipt: Receipt,
        keep: Option<Keep>,
        busy: crate::dispatch::InFlight,
    ) -> Self {
        receipt.first_token();
        Self { streaming, receipt, keep, shows_cost: false, _busy: busy, over: false }
    }

    /// With the cost in its usage.
    pub(crate) const fn showing_cost(mut self, shows: bool) -> Self {
        self.shows_cost = shows;
        self
    }

    /// The next bytes for the client. Never an error: a broken upstream becomes an error frame and a clean end.
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            if !self.streaming.out.is_empty() {
                let observed = self.streaming.bridge.observed();
                if let Some(cost) =
                    Some(observed).filter(|_| self.shows_cost).and_then(|it| self.receipt.cost_so_far(it))
                {
                    stream_cost::put(cost, &mut self.streaming.out);
                }
                if let Some(keep) = &mut self.keep {
                    keep.events(&self.streaming.out);
                }
                // The terminator may not leave before the call is written down.
                if self.has_ended() {
                    self.streaming.job.iter_mut().for_each(Job::done);
                    self.receipt.succeed(self.streaming.bridge.observed());
                }
                return Poll::Ready(Some(self.streaming.out.split().freeze()));
            }
            if let Some(error) = self.streaming.broken.take() {
                self.over = true;
                self.break_off(error);
                continue;
            }
            let Some(source) = self.streaming.source.as_mut().filter(|_| !self.over) else {
                self.receipt.succeed(self.streaming.bridge.observed());
                return Poll::Ready(None);
            };
            let piece = ready!(source.body.poll_data(cx));
            let ended = self.streaming.bridge.observed().ended;
            if let Err(error) = self.advance(piece) {
                self.over = true;
                // After the terminator nothing matters: a connection that breaks then breaks nothing.
                if !ended {
                    self.break_off(error);
                }
            }
        }
    }

    /// Whether the client has seen the end, or will with what comes next.
    pub(crate) fn has_ended(&self) -> bool {
        self.over || self.streaming.bridge.observed().ended
    }

    fn advance(&mut self, piece: Option<Result<Bytes, tianji_http::HttpError>>) -> Result<(), Error> {
        let Streaming { bridge, out, source, .. } = &mut self.streaming;
        let Some(source) = source else { return Ok(()) };
        let edit = source.edit.as_deref_mut();
        match piece {
            Some(piece) => {
                source.splitter.push(piece.map_err(|cause| cut(cause.into_error()))?);
                translate(&mut source.splitter, edit, bridge.as_mut(), out)
            }
            None => {
                self.over = true;
                translate_last(&mut source.splitter, edit, bridge.as_mut(), out)?;
                if bridge.observed().ended { Ok(()) } else { bridge.end(out) }
            }
        }
    }

    /// Exactly one error frame, no terminator; the record says failure with the usage so far.
    fn break_off(&mut self, error: Error) {
        let error = if error.kind == Kind::MalformedReply { cut(error) } else { error };
        self.streaming.bridge.fail(&error, &mut self.streaming.out);
        self.receipt.fail(&error, Some(self.streaming.bridge.observed()));
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        self.receipt.cancel(Some(self.streaming.bridge.observed()));
    }
}

impl std::fmt::Debug for StreamBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamBody").field("over", &self.over).finish_non_exhaustive()
    }
}

/// Translates all whole frames that are here.
pub(crate) fn translate(
    splitter: &mut Splitter,
    mut edit: Option<&mut (dyn StreamEdit + 'static)>,
    bridge: &mut dyn StreamBridge,
    out: &mut BytesMut,
) -> Result<(), Error> {
    while let Some(frame) = splitter.next_frame().map_err(unreadable)? {
        one(frame, edit.as_deref_mut(), bridge, out)?;
    }
    Ok(())
}

/// Translates what is left when the upstream has closed.
pub(crate) fn translate_last(
    splitter: &mut Splitter,
    mut edit: Option<&mut (dyn StreamEdit + 'static)>,
    bridge: &mut dyn StreamBridge,
    out: &mut BytesMut,
) -> Result<(), Error> {
    while let Some(frame) = splitter.finish().map_err(unreadable)? {
        one(frame, edit.as_deref_mut(), bridge, out)?;
    }
    let Some(edit) = edit else { return Ok(()) };
    let mut edited = Vec::new();
    edit.end(&mut edited);
    edited.iter().try_for_each(|frame| bridge.frame(frame, out))
}

fn one(
    frame: Frame,
    edit: Option<&mut (dyn StreamEdit + 'static)>,
    bridge: &mut dyn StreamBridge,
    out: &mut BytesMut,
) -> Result<(), Error> {
    let Some(edit) = edit else { return bridge.frame(&frame, out) };
    let mut edited = Vec::with_capacity(1);
    edit.edit(frame, &mut edited);
    edited.iter().try_for_each(|frame| bridge.frame(frame, out))
}

/// A connection that breaks in the middle of a stream cuts it. (A provider that says within the stream that it failed
/// has not: its error stays what it is.)
fn cut(error: Error) -> Error {
    match error.kind {
        Kind::Connection | Kind::MalformedReply => {
            Error { kind: Kind::MidStream, status: Kind::MidStream.status(), ..error }
        }
        _ => error,
    }
}

fn unreadable(cause: tianji_wire::WireError) -> Error {
    Error::provider(Kind::MalformedReply, format!("the provider's stream could not be read: {cause}"))
        .with_source(cause)
}

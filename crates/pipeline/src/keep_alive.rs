//! Signs of life in a stream that says nothing for a while: proxies and load balancers take a silent connection for a
//! dead one.

use crate::body::ReplyBody;
use crate::relay::StreamBody;
use crate::settings::Settings;
use crate::state::background::EventReader;
use bytes::Bytes;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tianji_core::DialectId;
use tokio::time::{Instant, Sleep, sleep};

/// The body of a stream for a client of a dialect, with signs of life as the caller asks (zero: none) or as the settings
/// say.
pub(crate) fn body(
    stream: Box<StreamBody>,
    dialect: DialectId,
    asked: Option<Duration>,
    settings: &Settings,
) -> ReplyBody {
    match pings(dialect, asked, settings) {
        Some((ping, every)) => ReplyBody::KeptAlive(Box::new(KeptAlive::new(stream, ping, every))),
        None => ReplyBody::Stream(stream),
    }
}

/// The same for the events of a response that is made in the background.
pub(crate) fn events(reader: EventReader, asked: Option<Duration>, settings: &Settings) -> ReplyBody {
    let reader = Box::new(reader);
    match pings(DialectId::OpenAiResponses, asked, settings) {
        Some((ping, every)) => ReplyBody::KeptAlive(Box::new(KeptAlive::new(reader, ping, every))),
        None => ReplyBody::Events(reader),
    }
}

fn pings(dialect: DialectId, asked: Option<Duration>, settings: &Settings) -> Option<(&'static str, Duration)> {
    let of_dialect = settings.anthropic_ping_interval.filter(|_| dialect == DialectId::AnthropicMessages);
    let every = asked.or(of_dialect).or(settings.ping_interval).filter(|every| !every.is_zero())?;
    Some((ping(dialect)?, every.max(SHORTEST)))
}

/// Whole frames for a client, as they come.
trait Frames: std::fmt::Debug + Send {
    /// The next of them.
    fn poll_frames(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>>;
    /// Whether the client has seen the end.
    fn has_ended(&self) -> bool;
}

impl Frames for StreamBody {
    fn poll_frames(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.poll_data(cx)
    }

    fn has_ended(&self) -> bool {
        Self::has_ended(self)
    }
}

impl Frames for EventReader {
    fn poll_frames(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.poll_data(cx)
    }

    fn has_ended(&self) -> bool {
        self.is_over()
    }
}

/// A stream with signs of life.
#[derive(Debug)]
pub struct KeptAlive {
    stream: Box<dyn Frames>,
    ping: &'static str,
    every: Duration,
    due: Pin<Box<Sleep>>,
}

impl KeptAlive {
    fn new(stream: Box<dyn Frames>, ping: &'static str, every: Duration) -> Self {
        Self { stream, ping, every, due: Box::pin(sleep(every)) }
    }

    /// The next bytes for the client.
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let data = self.stream.poll_frames(cx);
        if data.is_pending() {
            // Nothing may follow the end that the client has seen.
            if self.stream.has_ended() {
                return Poll::Pending;
            }
            ready!(self.due.as_mut().poll(cx));
        }
        self.due.as_mut().reset(Instant::now() + self.every);
        match data {
            Poll::Pending => Poll::Ready(Some(Bytes::from_static(self.ping.as_bytes()))),
            ready => ready,
        }
    }
}

/// What a dialect's clients take for nothing: an event of that name (Anthropic, "Streaming Messages", "Ping events"), a
/// comment (HTML Standard, "Server-sent events"), an empty line where clients take any other line for JSON. AWS's event
/// streams have no such thing.
const fn ping(dialect: DialectId) -> Option<&'static str> {
    match dialect {
        DialectId::AnthropicMessages => Some("event: ping\ndata: {\"type\": \"ping\"}\n\n"),
        DialectId::Gemini => Some("\n"),
        DialectId::BedrockConverse => None,
        _ => Some(": ping\n\n"),
    }
}

/// No caller gets more than one a second.
const SHORTEST: Duration = Duration::from_secs(1);

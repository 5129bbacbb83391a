//! Signs of life in a stream that says nothing for a while: proxies and load balancers take a silent connection for a
//! dead one.

use crate::body::ReplyBody;
use crate::relay::StreamBody;
use crate::settings::Settings;
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
    let of_dialect = settings.anthropic_ping_interval.filter(|_| dialect == DialectId::AnthropicMessages);
    let every = asked.or(of_dialect).or(settings.ping_interval).filter(|every| !every.is_zero());
    match (ping(dialect), every) {
        (Some(ping), Some(every)) => ReplyBody::KeptAlive(Box::new(KeptAlive::new(stream, ping, every))),
        _ => ReplyBody::Stream(stream),
    }
}

/// A stream with signs of life.
#[derive(Debug)]
pub struct KeptAlive {
    stream: Box<StreamBody>,
    ping: &'static str,
    every: Duration,
    due: Pin<Box<Sleep>>,
}

impl KeptAlive {
    fn new(stream: Box<StreamBody>, ping: &'static str, every: Duration) -> Self {
        let every = every.max(SHORTEST);
        Self { stream, ping, every, due: Box::pin(sleep(every)) }
    }

    /// The next bytes for the client. What the stream gives are whole frames, so a sign of life stands between two.
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let data = self.stream.poll_data(cx);
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

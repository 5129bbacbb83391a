//! The events of a response in the making, for clients that come, leave and come back.

use super::Run;
use crate::body::ReplyBody;
use crate::door::Caller;
use crate::keep_alive;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use bytes::{Bytes, BytesMut};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use tianji_core::{Error, Kind};
use tianji_wire::{RawObject, write_event};

/// Events so far; of very many only the late ones.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Logged>);

#[derive(Debug, Default)]
struct Logged {
    events: VecDeque<(u64, Bytes)>,
    /// Events that were dropped from the front.
    dropped: usize,
    bytes: usize,
    /// Number of the next event.
    next: u64,
    ended: bool,
    waiting: Vec<Waker>,
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, Logged> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an event under its number.
    pub(super) fn add(&self, number: Option<u64>, event: Bytes) {
        self.lock().add(number, event);
    }

    /// Adds the event that ends a stream, with the response as it is at the end. Nothing comes after it.
    pub(super) fn end(&self, response: &Bytes) {
        let mut logged = self.lock();
        let status = RawObject::parse(response.clone()).ok().and_then(|object| object.str("status").map(Into::into));
        let status: String = status.unwrap_or_else(|| "failed".to_owned());
        let mut data = format!(r#"{{"type":"response.{status}","sequence_number":{},"response":"#, logged.next);
        data.push_str(std::str::from_utf8(response).unwrap_or("null"));
        data.push('}');
        let mut out = BytesMut::with_capacity(data.len() + 64);
        write_event(&mut out, Some(&format!("response.{status}")), data.as_bytes());
        out.extend_from_slice(b"data: [DONE]\n\n");
        logged.add(None, out.freeze());
        logged.ended = true;
    }
}

impl Logged {
    fn add(&mut self, number: Option<u64>, event: Bytes) {
        let number = number.unwrap_or(self.next);
        self.next = number.saturating_add(1);
        self.bytes += event.len();
        self.events.push_back((number, event));
        while self.bytes > MOST_BYTES
            && self.events.len() > 1
            && let Some((_, early)) = self.events.pop_front()
        {
            self.bytes -= early.len();
            self.dropped += 1;
        }
        self.waiting.drain(..).for_each(Waker::wake);
    }
}

/// A client that reads the events of a response. That it leaves changes nothing for the response.
#[derive(Debug)]
pub struct EventReader {
    run: Arc<Run>,
    /// Place of the next event among all of them.
    place: usize,
    over: bool,
}

impl EventReader {
    /// From the first event on.
    pub(super) const fn from_start(run: Arc<Run>) -> Self {
        Self { run, place: 0, over: false }
    }

    /// From the event after a number on; `None` if that one is not here any more.
    fn after(run: Arc<Run>, number: u64) -> Option<Self> {
        let logged = run.log.lock();
        let skipped = logged.events.iter().take_while(|(known, _)| *known <= number).count();
        let place = logged.dropped + skipped;
        let here = logged.dropped == 0 || skipped > 0;
        drop(logged);
        here.then_some(Self { run, place, over: false })
    }

    /// Whether nothing more comes.
    pub(crate) fn is_over(&self) -> bool {
        self.over || self.run.log.lock().ended
    }

    /// The next events.
    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut logged = self.run.log.lock();
        if self.over {
            return Poll::Ready(None);
        }
        let Some(skipped) = self.place.checked_sub(logged.dropped) else {
            self.over = true;
            return Poll::Ready(Some(Bytes::from_static(TOO_SLOW)));
        };
        let mut out = BytesMut::new();
        for (_, event) in logged.events.iter().skip(skipped) {
            out.extend_from_slice(event);
            self.place += 1;
        }
        if !out.is_empty() {
            return Poll::Ready(Some(out.freeze()));
        }
        if logged.ended {
            return Poll::Ready(None);
        }
        if !logged.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            logged.waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// The events of a response after the one with a number, or all of them.
///
/// # Errors
/// 404 when it is not the caller's; 400 when its events are not here, or no more.
pub async fn resume(
    shared: &Shared,
    snapshot: &Snapshot,
    caller: &Caller,
    id: &str,
    after: Option<u64>,
) -> Result<Response<ReplyBody>, Error> {
    crate::state::recall::find(shared, snapshot, caller, id)
        .await
        .ok_or_else(|| crate::state::retrieve::missing(id))?;
    let run = shared.background.find(id).filter(|run| run.streamed).ok_or_else(gone)?;
    let reader = match after {
        None => EventReader::after(run, 0).map(|reader| EventReader { place: 0, ..reader }),
        Some(number) => EventReader::after(run, number),
    };
    let events = keep_alive::events(reader.ok_or_else(gone)?, None, &snapshot.settings);
    let mut response = Response::new(events);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

fn gone() -> Error {
    let words = "This response cannot be streamed: it was not created with stream=true and background=true, \
                 or its events are not kept any more.";
    Error::client(Kind::BadRequest, words).with_param("stream")
}

/// Bytes of events kept per response.
const MOST_BYTES: usize = 4 << 20;
/// For a client that is so slow that events it has not read yet were dropped.
const TOO_SLOW: &[u8] = b"event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\
\"Events that were not read yet are not kept any more; ask for the response itself.\",\"param\":null,\
\"sequence_number\":0}\n\n";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    fn run() -> Arc<Run> {
        let input = RawValue::from_string("[]".to_owned()).unwrap();
        Arc::new(Run::new("resp_1".to_owned(), Bytes::from_static(b"{}"), input, true))
    }

    fn read(reader: &mut EventReader) -> Poll<Option<Bytes>> {
        reader.poll_data(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn readers_come_late_and_leave_early() {
        let run = run();
        let mut first = EventReader::from_start(Arc::clone(&run));
        assert_eq!(read(&mut first), Poll::Pending);
        run.log.add(Some(0), Bytes::from_static(b"a"));
        run.log.add(Some(1), Bytes::from_static(b"b"));
        assert_eq!(read(&mut first), Poll::Ready(Some(Bytes::from_static(b"ab"))));
        assert_eq!(read(&mut first), Poll::Pending);
        drop(first);
        run.log.add(Some(2), Bytes::from_static(b"c"));
        let mut second = EventReader::after(Arc::clone(&run), 0).unwrap();
        assert_eq!(read(&mut second), Poll::Ready(Some(Bytes::from_static(b"bc"))));
        run.log.end(&Bytes::from_static(br#"{"status":"completed"}"#));
        let Poll::Ready(Some(last)) = read(&mut second) else { panic!("no end") };
        let last = std::str::from_utf8(&last).unwrap();
        assert!(
            last.starts_with("event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":3")
        );
        assert!(last.ends_with("data: [DONE]\n\n"), "{last}");
        assert_eq!(read(&mut second), Poll::Ready(None));
        let mut late = EventReader::after(run, 3).unwrap();
        assert_eq!(read(&mut late), Poll::Ready(None));
    }

    #[test]
    fn what_was_dropped_is_said_to_be_missing() {
        let run = run();
        let mut slow = EventReader::from_start(Arc::clone(&run));
        for number in 0..5 {
            run.log.add(Some(number), Bytes::from(vec![b'x'; MOST_BYTES / 3]));
        }
        assert_eq!(read(&mut slow), Poll::Ready(Some(Bytes::from_static(TOO_SLOW))));
        assert_eq!(read(&mut slow), Poll::Ready(None));
        assert!(EventReader::after(Arc::clone(&run), 0).is_none());
        assert!(EventReader::after(run, 3).is_some());
    }
}

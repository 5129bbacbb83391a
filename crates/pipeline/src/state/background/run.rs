//! Making one response: the call's task, its lease, and what became of it.

use super::events::Log;
use super::{conclude, shape};
use crate::body::ReplyBody;
use crate::call::Screened;
use crate::serve::answer;
use crate::shared::Shared;
use bytes::{Bytes, BytesMut};
use http::Response;
use http_body::Body as _;
use serde_json::value::RawValue;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tianji_wire::{RawObject, SseSplitter, write_event};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

/// One response in the making.
#[derive(Debug)]
pub(crate) struct Run {
    pub(super) id: String,
    /// The response object at the beginning.
    pub(super) begun: Bytes,
    /// What was put in: a JSON list.
    pub(super) input: Box<RawValue>,
    /// The client may read it as a stream.
    pub(super) streamed: bool,
    pub(super) log: Log,
    pub(super) cancel: CancellationToken,
    /// The deployment that answered, where its vendor has the response too.
    holder: OnceLock<Arc<str>>,
    /// The vendor's id of it.
    upstream_id: OnceLock<String>,
    ended: OnceLock<Instant>,
}

/// What became of a response.
enum End {
    /// The response object says.
    Told(Bytes),
    /// An error before there was one: its status and words.
    Failed(u16, String),
    /// Nobody wants it any more.
    Cancelled,
}

impl Run {
    pub(super) fn new(id: String, begun: Bytes, input: Box<RawValue>, streamed: bool) -> Self {
        Self {
            id,
            begun,
            input,
            streamed,
            log: Log::default(),
            cancel: CancellationToken::new(),
            holder: OnceLock::new(),
            upstream_id: OnceLock::new(),
            ended: OnceLock::new(),
        }
    }

    /// Notes the deployment whose vendor keeps the response too.
    pub(crate) fn held_by(&self, deployment: &Arc<str>) {
        drop(self.holder.set(Arc::clone(deployment)));
    }

    /// Not to go on with it.
    pub(crate) fn cancel(&self) {
        self.cancel.cancel();
    }

    pub(super) fn is_readable(&self, now: Instant) -> bool {
        self.ended.get().is_none_or(|ended| self.streamed && now.saturating_duration_since(*ended) < READABLE)
    }

    pub(super) fn read(&self, response: &[u8]) -> Option<Box<RawValue>> {
        serde_json::from_slice(response).ok()
    }

    /// A response as the client shall know it; a vendor's own id is kept for later.
    fn ours(&self, response: &[u8]) -> Option<Bytes> {
        let object = RawObject::parse(Bytes::copy_from_slice(response)).ok()?;
        if let (Some(id), Some(_)) = (object.str("id"), self.holder.get()) {
            drop(self.upstream_id.set(id.into_owned()));
        }
        shape::ours(response, &self.id)
    }
}

/// Makes a response, and writes down what became of it.
pub(super) async fn work(shared: Shared, run: Arc<Run>, call: Screened, room: OwnedSemaphorePermit) {
    let stop = shared.background.stop.clone();
    let end = tokio::select! {
        biased;
        () = run.cancel.cancelled() => End::Cancelled,
        () = stop.cancelled() => End::Failed(503, "The gateway was stopped before the response was complete.".to_owned()),
        () = lease(&shared, &run.id) => End::Cancelled,
        end = make(&shared, &run, call) => end,
    };
    let told = match end {
        End::Told(response) => Some(response),
        End::Failed(status, words) => shape::failed(&run.begun, shape::code(status), &words),
        End::Cancelled => shape::cancelled(&run.begun),
    };
    let told = told.unwrap_or_else(|| run.begun.clone());
    conclude(&shared, &run.id, &run.input, &told, (run.holder.get().map(|id| &**id), run.upstream_id.get().cloned()))
        .await;
    run.log.end(&told);
    run.ended.get_or_init(|| shared.clock.now());
    if !run.streamed {
        shared.background.runs().remove(&run.id);
    }
    drop(room);
}

/// Renews the lease; comes back when somebody else has ended the response.
async fn lease(shared: &Shared, id: &str) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        match shared.store.renew_response(id, shared.clock.wall().plus(LEASE)).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(cause) => tracing::warn!(%cause, "a lease of a response in the background could not be renewed"),
        }
    }
}

async fn make(shared: &Shared, run: &Run, call: Screened) -> End {
    let limit = call.0.snapshot.settings.max_reply;
    let response = answer(shared, call).await;
    let (status, streamed) = (response.status(), is_stream(&response));
    if status.is_success() && streamed {
        return read_events(run, response.into_body()).await;
    }
    let mut body = response.into_body();
    let mut whole = BytesMut::new();
    while let Some(piece) = next(&mut body).await {
        if whole.len() + piece.len() > limit {
            return End::Failed(500, "The response is too long.".to_owned());
        }
        whole.extend_from_slice(&piece);
    }
    if status.is_success() {
        return run.ours(&whole).map_or_else(|| End::Failed(500, UNREADABLE.to_owned()), End::Told);
    }
    let error: Option<serde_json::Value> = serde_json::from_slice(&whole).ok();
    let words = error.as_ref().and_then(|error| error.pointer("/error/message")?.as_str());
    End::Failed(status.as_u16(), words.unwrap_or(UNREADABLE).to_owned())
}

fn is_stream(response: &Response<ReplyBody>) -> bool {
    let kind = response.headers().get(http::header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// The next bytes; `None` at the end and where the body breaks.
async fn next(body: &mut ReplyBody) -> Option<Bytes> {
    let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
    frame.ok()?.into_data().ok()
}

/// Logs the events of a stream under our id, up to the one that says what became of the response.
async fn read_events(run: &Run, mut body: ReplyBody) -> End {
    let mut splitter = SseSplitter::default();
    let mut told = None;
    while let Some(piece) = next(&mut body).await {
        splitter.push(piece);
        while let Ok(Some(frame)) = splitter.next_frame() {
            // The body is read to its end, so that the call is settled as it would be for a client.
            if told.is_none() {
                told = event(run, &frame);
            }
        }
    }
    told.map_or_else(|| End::Failed(500, "The stream broke off.".to_owned()), End::Told)
}

/// Logs one event; gives the response that it ends with. That event is logged when the end is written down.
fn event(run: &Run, frame: &tianji_wire::Frame) -> Option<Bytes> {
    let mut object = RawObject::parse(frame.data.clone()).ok()?;
    let kind = object.str("type")?.into_owned();
    if let Some(response) = object.raw("response").and_then(|response| run.ours(response)) {
        if ENDS.contains(&kind.as_str()) {
            return Some(response);
        }
        object.set_raw("response", response);
    }
    let mut out = BytesMut::with_capacity(frame.raw.len() + 64);
    write_event(&mut out, Some(&kind), &object.to_bytes());
    run.log.add(object.u64("sequence_number"), out.freeze());
    None
}

const UNREADABLE: &str = "The reply could not be read.";
const ENDS: &[&str] = &["response.completed", "response.incomplete", "response.failed", "response.cancelled"];
/// For how long a process vouches for a response that it makes.
pub(super) const LEASE: Duration = Duration::from_secs(45);
/// How often it does: also how long a response that was cancelled at another replica may go on.
const RENEWAL: Duration = Duration::from_secs(5);
/// How long the events of a response can be read again after its end.
const READABLE: Duration = Duration::from_secs(300);

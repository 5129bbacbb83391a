//! From a prediction that was created to its output (Replicate, "Prediction lifecycle", "Streaming output").

use crate::follow::{Followed, Following, Taken};
use crate::kinds::same_site;
use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::time::Duration;
use tianji_core::{Error, Exchange, Kind, Payload, Reply, Step, WireRequest};

/// Opens the prediction's stream where one is wanted and there is one; otherwise asks until it has ended.
pub(super) fn follow(taken: Taken<'_>) -> Following {
    let mut headers = taken.headers.clone();
    for name in [HOST, CONTENT_TYPE, CONTENT_LENGTH, ACCEPT] {
        headers.remove(name);
    }
    let created = serde_json::from_slice::<Prediction>(&taken.reply.body).ok();
    let base = taken.connection.base.clone();
    let reply = Some(taken.reply);
    let waiting = Waiting { base, headers, stream: taken.stream, created: reply, asked: 0, lost: 0, question: None };
    let cancel = created.and_then(|prediction| waiting.cancel(&prediction));
    Following { exchange: Box::new(waiting), cancel }
}

struct Waiting {
    base: String,
    headers: HeaderMap,
    stream: bool,
    /// The reply to its creation, until it was read.
    created: Option<Reply>,
    /// Questions so far.
    asked: u32,
    /// Questions without an answer since the last one that had one.
    lost: u32,
    question: Option<WireRequest>,
}

impl Exchange for Waiting {
    type Output = Followed;

    fn next(&mut self, reply: Option<Reply>) -> Step<Followed> {
        let Some(reply) = self.created.take().or(reply) else { return Step::Fail(malformed()) };
        self.lost = 0;
        let prediction: Prediction = match serde_json::from_slice(&reply.body) {
            Ok(prediction) => prediction,
            Err(cause) => return Step::Fail(malformed().with_source(cause)),
        };
        if ENDED.contains(&prediction.status.as_str()) {
            return Step::Done(Followed::Whole(reply.body));
        }
        if let Some(request) = self.stream_of(&prediction) {
            return Step::Done(Followed::Stream(request));
        }
        match self.ask(&prediction) {
            Ok(request) => self.wait(request),
            Err(error) => Step::Fail(error),
        }
    }

    /// The prediction goes on whether or not it was seen: a lost question is asked again, before another is paid for.
    fn failed(&mut self, error: Error) -> Step<Followed> {
        self.lost += 1;
        match self.question.take().filter(|_| self.lost <= MOST_LOST) {
            Some(request) => self.wait(request),
            None => Step::Fail(error),
        }
    }
}

impl Waiting {
    fn wait(&mut self, request: WireRequest) -> Step<Followed> {
        let time = (FIRST_POLL * 2_u32.saturating_pow(self.asked.min(8))).min(LONGEST_POLL);
        self.asked = self.asked.saturating_add(1);
        self.question = Some(request.clone());
        Step::Wait(time, request)
    }

    /// The vendor streams from other hosts of its own; the key goes to no one else's.
    fn stream_of(&self, prediction: &Prediction) -> Option<WireRequest> {
        let url = prediction.urls.stream.as_deref().filter(|url| self.stream && same_site(&self.base, url))?;
        let mut request = self.get(url.parse().ok()?);
        request.headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        request.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Some(request)
    }

    /// The address that the vendor names, if it is its own; behind a proxy, the proxy's.
    fn ask(&self, prediction: &Prediction) -> Result<WireRequest, Error> {
        let uri = self.uri(prediction, prediction.urls.get.as_deref(), "").ok_or_else(malformed)?;
        Ok(self.get(uri))
    }

    /// Predictions that have ended cannot be given up.
    fn cancel(&self, prediction: &Prediction) -> Option<WireRequest> {
        if ENDED.contains(&prediction.status.as_str()) {
            return None;
        }
        let uri = self.uri(prediction, prediction.urls.cancel.as_deref(), "/cancel")?;
        Some(WireRequest { method: Method::POST, ..self.get(uri) })
    }

    fn uri(&self, prediction: &Prediction, named: Option<&str>, verb: &str) -> Option<Uri> {
        address(&self.base, &prediction.id, named, verb)
    }

    fn get(&self, uri: Uri) -> WireRequest {
        WireRequest { method: Method::GET, uri, headers: self.headers.clone(), body: Payload::from(Bytes::new()) }
    }
}

/// Where to ask about a prediction, or what else a verb says: the address that the vendor names, if it is on its own
/// hosts, else the one that the prediction's id makes.
pub(crate) fn address(base: &str, id: &str, named: Option<&str>, verb: &str) -> Option<Uri> {
    let own = || {
        let id = Some(id).filter(|id| !id.is_empty())?;
        Some(format!("{base}/predictions/{}{verb}", utf8_percent_encode(id, NON_ALPHANUMERIC)))
    };
    let named = named.filter(|url| same_site(base, url)).map(str::to_owned);
    named.or_else(own)?.parse().ok()
}

fn malformed() -> Error {
    Error::provider(Kind::MalformedReply, "the provider's reply is no prediction")
}

#[derive(Deserialize)]
struct Prediction {
    #[serde(default)]
    id: String,
    status: String,
    #[serde(default)]
    urls: Urls,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Urls {
    get: Option<String>,
    cancel: Option<String>,
    stream: Option<String>,
}

/// Statuses that never change again.
const ENDED: &[&str] = &["succeeded", "failed", "canceled", "aborted"];
/// Time before the first question.
const FIRST_POLL: Duration = Duration::from_millis(250);
/// Longest time between two questions: the reference proxy's.
const LONGEST_POLL: Duration = Duration::from_secs(1);
/// Questions in a row that may be lost.
const MOST_LOST: u32 = 3;

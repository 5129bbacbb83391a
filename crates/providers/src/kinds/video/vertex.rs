//! Veo by Vertex AI (Google Cloud, "Vertex AI: Veo video generation API"): `:predictLongRunning`,
//! `:fetchPredictOperation`; the film is in the reply, or in Cloud Storage if the order named a bucket (`storageUri`).

use super::super::compat::malformed;
use super::super::given::{from_base64, json};
use super::super::google::model_url;
use super::super::{Ask, Flow, Link, Relay, Sought, Told, Translator};
use super::{Errand, Filming, filming, not_offered, not_ready, veo};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json as value;
use std::borrow::Cow;
use tianji_core::{Error, Losses, Payload, Reply, WireRequest};

#[derive(Debug)]
pub(super) struct Vertex;

impl Translator for Vertex {
    fn begin(&self, ask: &Ask<'_>, losses: &mut Losses) -> Result<Flow, Error> {
        let call = filming(ask)?;
        match call.errand {
            Errand::Create => veo::create(ask, &call, &model_url(ask, "predictLongRunning")?, losses),
            Errand::Status => Ok(Flow::chain(Link::last(operation(ask, &call)?, veo::status(&call, ask.model)))),
            Errand::Content => {
                let question = operation(ask, &call)?;
                let headers = question.headers.clone();
                Ok(Flow::seek(Link::last(question, move |reply| located(reply, headers))))
            }
            errand => Err(not_offered(ask, errand)),
        }
    }
}

fn operation(ask: &Ask<'_>, call: &Filming<'_>) -> Result<WireRequest, Error> {
    let body = json(&value!({ "operationName": call.film.id }))?;
    ask.request_to(&model_url(ask, "fetchPredictOperation")?, body)
}

fn located(reply: Reply, mut headers: HeaderMap) -> Result<Sought, Error> {
    let operation = veo::Operation::read(&reply)?;
    let film = operation.film().ok_or_else(|| not_ready(&operation.card()))?;
    if let Some(address) = &film.gcs_uri {
        headers.remove(CONTENT_TYPE);
        let request = WireRequest { method: Method::GET, uri: stored(address)?, headers, body: Payload::default() };
        return Ok(Sought::PassedOn(Relay::of(request)));
    }
    let quoted = film.bytes_base64_encoded.ok_or_else(malformed)?.get();
    let body = from_base64(quoted.trim_matches('"'))?;
    let content_type = film.mime_type.clone().map_or(Cow::Borrowed(MP4), Cow::Owned);
    Ok(Sought::Whole(Told { content_type, ..Told::json(body, reply.headers, None) }))
}

/// An object of Cloud Storage (Google Cloud, "Cloud Storage: Objects: get").
fn stored(address: &str) -> Result<Uri, Error> {
    let (bucket, object) = address.strip_prefix("gs://").and_then(|rest| rest.split_once('/')).ok_or_else(malformed)?;
    let (bucket, object) = (utf8_percent_encode(bucket, ESCAPED), utf8_percent_encode(object, ESCAPED));
    format!("{STORAGE}/b/{bucket}/o/{object}?alt=media").parse().map_err(|_| malformed())
}

const STORAGE: &str = "https://storage.googleapis.com/storage/v1";
const MP4: &str = "video/mp4";
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

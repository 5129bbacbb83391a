//! fal (fal, "Queue API"): an order at `queue.fal.run`, a question by its status, the film's address in its result. An
//! order is known by the path of its result, which names the app as well (`fal-ai/veo3/requests/{id}`).

use super::super::compat::malformed;
use super::super::given::{json, parsed, same_site};
use super::super::hosts::model_path;
use super::super::{Ask, Flow, Link, Relay, Sought, Translator};
use super::card::Card;
use super::reference::{Reference, given, with_picture};
use super::{Errand, Film, Filming, KNOWN, filming, length, not_offered, not_ready};
use http::{HeaderMap, Method, Uri};
use serde::Deserialize;
use serde_json::{Map, Value, json as value};
use tianji_core::egress::is_public_site;
use tianji_core::{Error, Kind, Losses, Payload, Reply, WireRequest};

#[derive(Debug)]
pub(super) struct FalAi;

impl Translator for FalAi {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        let call = filming(ask)?;
        match call.errand {
            Errand::Create => create(ask, &call),
            Errand::Status => {
                let (id, model, film) = (call.id.to_owned(), ask.model.to_owned(), call.film.clone());
                let read = move |reply: Reply| Ok(card(&parsed(&reply)?).told(&id, &model, &film, reply.headers));
                Ok(Flow::chain(Link::last(below(ask, &call, "/status")?, read)))
            }
            Errand::Content => {
                let result = below(ask, &call, "")?;
                Ok(Flow::seek(Link::send(below(ask, &call, "/status")?, move |reply| {
                    let status: Status = parsed(&reply)?;
                    if status.status != "COMPLETED" {
                        return Err(not_ready(&card(&status)));
                    }
                    Ok(Link::last(result, |reply| located(&reply)))
                })))
            }
            errand => Err(not_offered(ask, errand)),
        }
    }
}

fn create(ask: &Ask<'_>, call: &Filming<'_>) -> Result<Flow, Error> {
    let (mut body, film) = order_of(ask)?;
    let queue = ask.base(QUEUE).to_owned();
    let mut request = ask.request_to(&format!("{queue}/{}", model_path(ask, ask.target.model)?), Payload::default())?;
    let (names, model) = (call.names.clone(), ask.model.to_owned());
    let complete = move |picture: Option<Reference>| {
        body.extend(picture.map(|picture| ("image_url".to_owned(), picture.url().into())));
        request.body = json(&body)?;
        Ok(request)
    };
    let read = move |reply: Reply| {
        let film = Film { id: path_of(&queue, &parsed::<Ticket>(&reply)?.response_url)?, ..film };
        Ok(Card::ordered(&names.of(&film)?, &model, &film, 1, reply.headers))
    };
    Ok(Flow::chain(with_picture(given(ask)?, complete, read)?))
}

/// The path of an order's result, if it is the vendor's.
fn path_of(queue: &str, url: &str) -> Result<String, Error> {
    if !same_site(queue, url) {
        return Err(Error::provider(Kind::MalformedReply, "the provider's address of a result is not its own"));
    }
    let uri: Uri = url.parse().map_err(|_| malformed())?;
    let path = url.strip_prefix(queue).unwrap_or_else(|| uri.path());
    Ok(path.trim_matches('/').to_owned())
}

fn order_of(ask: &Ask<'_>) -> Result<(Map<String, Value>, Film), Error> {
    let mut body = ask.extras(KNOWN);
    let prompt = ask.text("prompt").ok_or_else(|| ask.missing("prompt"))?;
    body.insert("prompt".to_owned(), prompt.into());
    let seconds = length::seconds(ask)?;
    if let Some(seconds) = seconds {
        body.entry("duration").or_insert_with(|| duration(ask.target.model, seconds));
    }
    let size = ask.text("size");
    if let Some((width, height)) = size.as_deref().and_then(length::pixels) {
        let shape = match width.cmp(&height) {
            std::cmp::Ordering::Greater => "16:9",
            std::cmp::Ordering::Less => "9:16",
            std::cmp::Ordering::Equal => "1:1",
        };
        body.entry("aspect_ratio").or_insert_with(|| shape.into());
    }
    let class = size.as_deref().and_then(length::resolution);
    if let Some(class) = class.filter(|class| RESOLUTIONS.contains(&class.as_str())) {
        body.entry("resolution").or_insert_with(|| class.into());
    }
    let said =
        body.get("duration").and_then(|own| own.as_u64().or_else(|| own.as_str()?.trim_end_matches('s').parse().ok()));
    let seconds = seconds.or(said).map(|seconds| seconds.to_string());
    Ok((body, Film { created_at: ask.now, seconds, size, ..Film::default() }))
}

/// A length as the app's schema has it: Veo and Luma write the unit, Sora a number, the others digits.
fn duration(model: &str, seconds: u64) -> Value {
    if ["veo", "luma"].iter().any(|word| model.contains(word)) {
        value!(format!("{seconds}s"))
    } else if model.contains("sora") {
        value!(seconds)
    } else {
        value!(seconds.to_string())
    }
}

fn below(ask: &Ask<'_>, call: &Filming<'_>, tail: &str) -> Result<WireRequest, Error> {
    ask.get(&format!("{}/{}{tail}", ask.base(QUEUE), model_path(ask, &call.film.id)?))
}

fn located(reply: &Reply) -> Result<Sought, Error> {
    let told: Answer = parsed(reply)?;
    let film = told.video.or_else(|| told.videos.into_iter().next()).ok_or_else(malformed)?;
    let uri: Uri = film.url.parse().map_err(|_| malformed())?;
    if !is_public_site(&uri) {
        return Err(Error::provider(Kind::MalformedReply, "the provider's address of a video is not a public one"));
    }
    let request = WireRequest { method: Method::GET, uri, headers: HeaderMap::new(), body: Payload::default() };
    Ok(Sought::PassedOn(Relay { foreign: true, ..Relay::of(request) }))
}

fn card(told: &Status) -> Card {
    match (told.status.as_str(), &told.error) {
        ("COMPLETED", Some(words)) => Card::failed(told.error_type.as_deref().unwrap_or("failed"), words.as_str()),
        ("COMPLETED", None) => Card::completed(),
        ("IN_PROGRESS", _) => Card::in_progress(0),
        _ => Card::queued(),
    }
}

#[derive(Deserialize)]
struct Ticket {
    response_url: String,
}

#[derive(Deserialize)]
struct Status {
    status: String,
    error: Option<String>,
    error_type: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    video: Option<Named>,
    #[serde(default)]
    videos: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    url: String,
}

/// Where orders are taken; `fal.run` answers when all is done.
const QUEUE: &str = "https://queue.fal.run";
/// Classes that apps have words for.
const RESOLUTIONS: &[&str] = &["480p", "540p", "580p", "720p", "768p", "1080p", "4k"];

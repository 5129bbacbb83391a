//! Runway (Runway, "API reference": text to video, image to video, tasks; `runwayml` SDK): an order becomes a task, and
//! a finished task names an address that anyone may fetch for a while.

use super::super::compat::malformed;
use super::super::given::{json, parsed, segment};
use super::super::hosts::runwayml::Task;
use super::super::{Ask, Flow, Link, Relay, Sought, Translator};
use super::card::{Card, deleted};
use super::reference::{Reference, given, with_picture};
use super::{Errand, Film, Filming, KNOWN, filming, length, not_offered, not_ready};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Uri};
use serde_json::{Map, Value};
use tianji_core::{Error, Losses, Payload, Reply, WireRequest};

#[derive(Debug)]
pub(super) struct RunwayMl;

impl Translator for RunwayMl {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        let call = filming(ask)?;
        match call.errand {
            Errand::Create => create(ask, &call),
            Errand::Status => {
                let (id, model, film) = (call.id.to_owned(), ask.model.to_owned(), call.film.clone());
                let read = move |reply: Reply| Ok(card(&parsed(&reply)?).told(&id, &model, &film, reply.headers));
                Ok(Flow::chain(Link::last(task(ask, &call, Method::GET)?, read)))
            }
            Errand::Content => Ok(Flow::seek(Link::last(task(ask, &call, Method::GET)?, |reply| located(&reply)))),
            Errand::Delete => {
                let (request, id) = (task(ask, &call, Method::DELETE)?, call.id.to_owned());
                Ok(Flow::chain(Link::last(request, move |reply| Ok(deleted(&id, reply.headers)))))
            }
            errand => Err(not_offered(ask, errand)),
        }
    }
}

fn create(ask: &Ask<'_>, call: &Filming<'_>) -> Result<Flow, Error> {
    let picture = given(ask)?;
    let (mut body, film) = order_of(ask)?;
    let way = if picture.is_some() { "image_to_video" } else { "text_to_video" };
    let mut request = ask.request_to(&format!("{}/{way}", ask.connection.base), Payload::default())?;
    let (names, model) = (call.names.clone(), ask.model.to_owned());
    let complete = move |picture: Option<Reference>| {
        body.extend(picture.map(|picture| ("promptImage".to_owned(), picture.url().into())));
        request.body = json(&body)?;
        Ok(request)
    };
    let read = move |reply: Reply| {
        let id = parsed::<Task>(&reply)?.id.ok_or_else(malformed)?;
        let film = Film { id, ..film };
        Ok(Card::ordered(&names.of(&film)?, &model, &film, 1, reply.headers))
    };
    Ok(Flow::chain(with_picture(picture, complete, read)?))
}

fn order_of(ask: &Ask<'_>) -> Result<(Map<String, Value>, Film), Error> {
    let mut body = ask.extras(KNOWN);
    let prompt = ask.text("prompt").ok_or_else(|| ask.missing("prompt"))?;
    body.insert("model".to_owned(), ask.target.model.into());
    body.entry("promptText").or_insert(prompt.into());
    let seconds = match body.get("duration").map(|own| own.as_u64().or_else(|| own.as_str()?.parse().ok())) {
        Some(own) => own.ok_or_else(|| ask.invalid("duration", "`duration` must be a whole number of seconds"))?,
        None => length::seconds(ask)?.unwrap_or(if ask.target.model.starts_with("veo") { 8 } else { 5 }),
    };
    body.insert("duration".to_owned(), seconds.into());
    let ratio = ask.text("ratio").or_else(|| ask.text("size")).unwrap_or_else(|| DEFAULT_RATIO.to_owned());
    // Some models are told a shape instead of pixels, which goes up as it came.
    let pixels = length::pixels(&ratio).filter(|(width, height)| width.min(height) > &100);
    let ratio = pixels.map_or(ratio, |(width, height)| format!("{width}:{height}"));
    body.insert("ratio".to_owned(), ratio.into());
    let size = pixels.map(|(width, height)| format!("{width}x{height}"));
    Ok((body, Film { created_at: ask.now, seconds: Some(seconds.to_string()), size, ..Film::default() }))
}

fn task(ask: &Ask<'_>, call: &Filming<'_>, method: Method) -> Result<WireRequest, Error> {
    let id = segment(&call.film.id);
    let mut request = ask.request_to(&format!("{}/tasks/{id}", ask.connection.base), Payload::default())?;
    request.headers.remove(CONTENT_TYPE);
    request.method = method;
    Ok(request)
}

fn located(reply: &Reply) -> Result<Sought, Error> {
    let task: Task = parsed(reply)?;
    let address = task.output.first().ok_or_else(|| not_ready(&card(&task)))?;
    let uri: Uri = address.parse().map_err(|_| malformed())?;
    let request = WireRequest { method: Method::GET, uri, headers: HeaderMap::new(), body: Payload::default() };
    Ok(Sought::PassedOn(Relay { foreign: true, ..Relay::of(request) }))
}

fn card(task: &Task) -> Card {
    let progress = (task.progress.unwrap_or(0.0).clamp(0.0, 1.0) * 100.0).round() as u64;
    match task.status.as_str() {
        "SUCCEEDED" => Card::completed(),
        "RUNNING" => Card::in_progress(progress),
        "CANCELLED" => Card::failed("cancelled", "The task was cancelled."),
        "FAILED" => {
            let words = task.failure.as_deref().unwrap_or("The provider made no video.");
            Card::failed(task.failure_code.as_deref().unwrap_or("failed"), words)
        }
        _ => Card::queued(),
    }
}

const DEFAULT_RATIO: &str = "1280:720";

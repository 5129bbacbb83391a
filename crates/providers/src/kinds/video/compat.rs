//! Vendors that speak OpenAI's form (OpenAI, "Videos"; Microsoft Learn, "Sora video generation"): only ids and the
//! model's name are exchanged.

use super::super::compat::{fields, in_band, json_body, malformed};
use super::super::given::json;
use super::super::{Ask, Flow, Link, Told, Translator, multipart};
use super::{Errand, Film, Filming, Names, filming, length};
use http::header::CONTENT_TYPE;
use http::{Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json as value;
use std::borrow::Cow;
use tianji_core::{Error, Losses, Payload, Reply, Usage, WireRequest};
use tianji_wire::RawObject;

/// How vendors take an order without a picture.
#[derive(Debug)]
pub(super) struct Compat {
    /// As a form in any case.
    form: bool,
}

/// OpenAI's own way.
pub(super) static OPENAI: Compat = Compat { form: false };
/// vLLM-Omni, "Videos API": forms only.
pub(super) static VLLM: Compat = Compat { form: true };

impl Translator for Compat {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        let call = filming(ask)?;
        match call.errand {
            Errand::Create => create(ask, &call, self.form),
            Errand::Status => Ok(shown(ask, &call, below(ask, &call, "", Method::GET)?)),
            Errand::Remix => {
                let mut request = below(ask, &call, "/remix", Method::POST)?;
                request.body = json(&value!({ "prompt": ask.text("prompt").ok_or_else(|| ask.missing("prompt"))? }))?;
                Ok(begun(ask, &call, request))
            }
            Errand::Delete => {
                let (request, id) = (below(ask, &call, "", Method::DELETE)?, call.id.to_owned());
                Ok(Flow::chain(Link::last(request, move |reply| Ok(super::card::deleted(&id, reply.headers)))))
            }
            Errand::Content => {
                let mut request = below(ask, &call, "/content", Method::GET)?;
                asked_as(&mut request, ask, &["variant"])?;
                Ok(Flow::relay(request, Usage::default()))
            }
            Errand::List => list(ask, &call),
        }
    }
}

fn create(ask: &Ask<'_>, call: &Filming<'_>, form: bool) -> Result<Flow, Error> {
    length::seconds(ask)?;
    if ask.files.is_empty() && !form {
        return Ok(begun(ask, call, ask.request(json_body(ask))?));
    }
    let mut body = ask.body.clone();
    body.set("model", ask.target.model);
    let files: Vec<_> = ask.files.iter().map(|file| (file.field.clone(), file)).collect();
    let (form, kind) = multipart(&fields(&body), &files, ask.unique);
    let mut request = ask.request(form)?;
    request.headers.insert(CONTENT_TYPE, kind);
    Ok(begun(ask, call, request))
}

/// A request below the film's own address.
fn below(ask: &Ask<'_>, call: &Filming<'_>, tail: &str, method: Method) -> Result<WireRequest, Error> {
    let id = utf8_percent_encode(&call.film.id, ESCAPED).to_string();
    let mut request = ask.request(Payload::default())?;
    request.uri = beneath(&request.uri, &format!("/{id}{tail}"))?;
    if method != Method::POST {
        request.headers.remove(CONTENT_TYPE);
    }
    request.method = method;
    Ok(request)
}

/// An address below another one; its query stays.
fn beneath(uri: &Uri, tail: &str) -> Result<Uri, Error> {
    let (scheme, authority) = uri.scheme_str().zip(uri.authority()).ok_or_else(malformed)?;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{authority}{}{tail}{query}", uri.path()).parse().map_err(|_| malformed())
}

/// Puts members of the call into a request's query.
fn asked_as(request: &mut WireRequest, ask: &Ask<'_>, names: &[&str]) -> Result<(), Error> {
    let mut text = request.uri.to_string();
    for name in names {
        if let Some(value) = ask.text(name).or_else(|| ask.whole(name).map(|count| count.to_string())) {
            let mark = if text.contains('?') { '&' } else { '?' };
            text.push_str(&format!("{mark}{name}={}", utf8_percent_encode(&value, ESCAPED)));
        }
    }
    request.uri = text.parse().map_err(|_| malformed())?;
    Ok(())
}

/// A film that is begun gets a name.
fn begun(ask: &Ask<'_>, call: &Filming<'_>, request: WireRequest) -> Flow {
    let (names, model, source) = (call.names.clone(), ask.model.to_owned(), call.id.to_owned());
    let asked = Film {
        created_at: ask.now,
        seconds: ask.whole("seconds").map(|seconds| seconds.to_string()).or_else(|| call.film.seconds.clone()),
        size: ask.text("size").or_else(|| call.film.size.clone()),
        ..Film::default()
    };
    Flow::chain(Link::last(request, move |reply| {
        let mut body = object(reply.body)?;
        let film = film_of(&body, asked)?;
        let id = names.of(&film)?;
        dress(&mut body, &id, &model, Some(&source));
        let resolution = film.size.as_deref().and_then(length::resolution);
        let usage = length::usage(&film, 1);
        Ok(Told { id: Some(film.id), resolution, ..Told::json(body.to_bytes(), reply.headers, usage) })
    }))
}

/// A film that has a name already.
fn shown(ask: &Ask<'_>, call: &Filming<'_>, request: WireRequest) -> Flow {
    let (id, model) = (call.id.to_owned(), ask.model.to_owned());
    Flow::chain(Link::last(request, move |reply| {
        let mut body = object(reply.body)?;
        dress(&mut body, &id, &model, None);
        Ok(Told::json(body.to_bytes(), reply.headers, None))
    }))
}

fn list(ask: &Ask<'_>, call: &Filming<'_>) -> Result<Flow, Error> {
    let mut request = ask.request(Payload::default())?;
    request.method = Method::GET;
    request.headers.remove(CONTENT_TYPE);
    // What the client had as the last one is a name of ours.
    if !call.film.id.is_empty() {
        let mark = if request.uri.query().is_some() { '&' } else { '?' };
        let after = utf8_percent_encode(&call.film.id, ESCAPED);
        request.uri = format!("{}{mark}after={after}", request.uri).parse().map_err(|_| malformed())?;
    }
    asked_as(&mut request, ask, &["limit", "order"])?;
    let (names, model) = (call.names.clone(), ask.model.to_owned());
    Ok(Flow::chain(Link::last(request, move |reply| listed(reply, &names, &model))))
}

fn listed(reply: Reply, names: &Names, model: &str) -> Result<Told, Error> {
    let mut body = object(reply.body)?;
    let films = body.read::<Vec<Box<serde_json::value::RawValue>>>("data").and_then(Result::ok).unwrap_or_default();
    let mut shown = Vec::with_capacity(films.len());
    for film in films {
        let mut film = object(bytes::Bytes::copy_from_slice(film.get().as_bytes()))?;
        let id = names.of(&film_of(&film, Film::default())?)?;
        dress(&mut film, &id, model, None);
        shown.push((id, film.to_bytes()));
    }
    for (name, entry) in [("first_id", shown.first()), ("last_id", shown.last())] {
        match entry {
            Some((id, _)) => body.set(name, id),
            None => body.set(name, &()),
        }
    }
    let mut list = b"[".to_vec();
    for (place, (_, film)) in shown.iter().enumerate() {
        list.extend_from_slice(if place == 0 { b"" } else { b"," });
        list.extend_from_slice(film);
    }
    list.push(b']');
    body.set_raw("data", list.into());
    Ok(Told::json(body.to_bytes(), reply.headers, None))
}

fn object(body: bytes::Bytes) -> Result<RawObject, Error> {
    let body = RawObject::parse(body).map_err(|cause| malformed().with_source(cause))?;
    // A film that failed says so in its own `error` member and is an answer all the same.
    match in_band(&body) {
        Some(error) if !body.contains("id") => Err(error),
        _ => Ok(body),
    }
}

/// What the vendor says of a film, or else what was asked for.
fn film_of(body: &RawObject, asked: Film) -> Result<Film, Error> {
    let said = |name: &str| body.str(name).map(Cow::into_owned).filter(|text| !text.is_empty());
    let seconds = said("seconds")
        .or_else(|| body.read::<serde_json::Number>("seconds").and_then(Result::ok).map(|seconds| seconds.to_string()));
    Ok(Film {
        id: said("id").ok_or_else(malformed)?,
        created_at: body.read("created_at").and_then(Result::ok).unwrap_or(asked.created_at),
        seconds: seconds.or(asked.seconds).or_else(|| Some(DEFAULT_SECONDS.to_owned())),
        size: said("size").or(asked.size),
    })
}

/// The client's names in place of the vendor's. `source` is the film that was remixed.
fn dress(body: &mut RawObject, id: &str, model: &str, source: Option<&str>) {
    body.set("id", id);
    body.set("model", model);
    if body.str("remixed_from_video_id").is_some() {
        match source.filter(|source| !source.is_empty()) {
            Some(source) => body.set("remixed_from_video_id", source),
            // It is the vendor's id, under which the client does not know it.
            None => body.set("remixed_from_video_id", &()),
        }
    }
}

/// OpenAI, "Create video": the length of a film that nobody said.
const DEFAULT_SECONDS: &str = "4";
/// All but the unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

//! The inbound edge: from a raw request to a route's handler and back.
//!
//! The order is fixed: path, route, method, caller, permission, body, handler. A caller who is refused never has its
//! body read.

use crate::form;
use crate::gateway::Gateway;
use crate::path;
use crate::respond::{self, Reply};
use crate::routes::{Hit, KeyPlace, Route};
use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Request};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use std::cell::Cell;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tianji_auth::{BARE_HEADERS, CredentialSources, Denial, Permission, route_allowed};
use tianji_core::{DialectId, Error, Kind, Upload};
use tianji_pipeline::{Asking, Caller, Snapshot, authenticate, error_response, refused};
use tianji_wire::{Inflate, InflateError};

/// Serves one request. Never fails: what goes wrong becomes a reply.
pub(crate) async fn serve(gateway: Gateway, peer: Arc<str>, request: Request<Incoming>) -> Result<Reply, Infallible> {
    let entered = gateway.enter();
    let head_only = request.method() == Method::HEAD;
    let mut reply = answer(&gateway, peer, request).await;
    respond::guard(reply.headers_mut());
    if gateway.is_draining() {
        reply.headers_mut().insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    }
    if head_only {
        *reply.body_mut() = tianji_pipeline::ReplyBody::empty();
    }
    drop(entered);
    Ok(reply)
}

async fn answer(gateway: &Gateway, peer: Arc<str>, request: Request<Incoming>) -> Reply {
    let started = gateway.shared.clock.now();
    let (mut head, body) = request.into_parts();
    let ambiguous = || respond::error(&Error::client(Kind::BadRequest, "The path is ambiguous.").as_detail());
    let Some(path) = path::normal(head.uri.path()) else { return ambiguous() };
    let Some((entry, params)) = gateway.table.find(&path) else { return respond::not_found() };
    let Some(params) = path::params(params) else { return ambiguous() };
    let route = match entry.route(&head.method) {
        Some(route) => route,
        None if head.method == Method::OPTIONS => return respond::options(&entry.methods()),
        None => return respond::method_not_allowed(&entry.methods()),
    };
    let snapshot = gateway.live.snapshot();
    let caller = match admit(gateway, &snapshot, route, &path, &head, started).await {
        Ok(caller) => caller,
        Err(error) => return error_response(route.dialect, &error),
    };
    let (body, files) = match read(body, &head.headers, &snapshot).await {
        Ok(read) => read,
        Err(error) => return error_response(route.dialect, &error),
    };
    head.headers.remove(http::header::CONTENT_ENCODING);
    strip_credentials(&mut head.headers, &snapshot);
    let hit = Hit { gateway: gateway.clone(), snapshot, caller, route, params, head, body, files, started, peer };
    (route.handler)(hit).await
}

/// The caller and its right to the matched route; none on public routes.
async fn admit(
    gateway: &Gateway,
    snapshot: &Snapshot,
    route: &Route,
    path: &str,
    head: &Parts,
    started: Instant,
) -> Result<Option<Caller>, Error> {
    let scrape = route.permission == Permission::Scrape && snapshot.settings.open_metrics;
    if route.permission == Permission::Public || scrape {
        return Ok(None);
    }
    let key = (route.keys == KeyPlace::Query).then(|| query_key(head.uri.query())).flatten();
    let aws_signature = route.keys == KeyPlace::AwsSignature;
    let sources = CredentialSources { custom_header: None, query_key: key.as_deref(), aws_signature };
    let calls_models = route.permission == Permission::Infer;
    let asking = Asking { route: route.path, calls_models, started };
    let caller = authenticate(&gateway.shared, snapshot, &head.headers, sources, asking).await?;
    if let Some(key) = caller.principal.key()
        && !route_allowed(&key.allowed_routes, path, route.path, route.name, route.groups)
    {
        let denial = Denial::Route { allowed: key.allowed_routes.clone(), tried: path.to_owned() };
        return Err(refused(&gateway.shared, snapshot, &caller, asking, denial));
    }
    caller.check(route.permission, route.path)?;
    Ok(Some(caller))
}

/// The value of `?key=`.
fn query_key(query: Option<&str>) -> Option<String> {
    let raw = query?.split('&').find_map(|pair| pair.strip_prefix("key="))?;
    let key = percent_encoding::percent_decode_str(raw).decode_utf8().ok()?;
    Some(key.into_owned()).filter(|key| !key.is_empty())
}

/// A body, or a form as its fields and files.
async fn read(body: Incoming, headers: &HeaderMap, snapshot: &Snapshot) -> Result<(Bytes, Vec<Upload>), Error> {
    match form::boundary(headers) {
        Some(boundary) => {
            // Boxed, as everything rare: calls without a form do not carry the room for it.
            let form = Box::pin(form::read(body.into_data_stream(), boundary, snapshot.settings.max_form)).await?;
            Ok((form.fields, form.files))
        }
        None => Ok((read_body(body, headers, snapshot.settings.max_body).await?, Vec::new())),
    }
}

/// The whole body, bounded in length and in idle time. One piece is not copied.
async fn read_body(mut body: Incoming, headers: &HeaderMap, limit: usize) -> Result<Bytes, Error> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if let Some(inflate) = coding(headers)? {
        return Box::pin(read_coded(body, inflate, limit)).await;
    }
    let announced = headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(too_large(limit));
    }
    let Some(first) = piece(&mut body).await? else { return Ok(Bytes::new()) };
    if body.is_end_stream() || announced == Some(first.len()) {
        return if first.len() > limit { Err(too_large(limit)) } else { Ok(first) };
    }
    let mut whole = ROOM.take();
    // Does not allocate if nobody has the last body any more.
    whole.reserve(announced.unwrap_or(first.len() * 2).min(FIRST_ROOM));
    whole.extend_from_slice(&first);
    // Each piece goes before the next is read: then it is read into the same memory, which is still in the cache.
    drop(first);
    while let Some(more) = piece(&mut body).await? {
        if whole.len() + more.len() > limit {
            return Err(too_large(limit));
        }
        whole.extend_from_slice(&more);
    }
    let body = whole.split().freeze();
    if body.len() <= MOST_ROOM {
        ROOM.set(whole);
    }
    Ok(body)
}

/// The decoder of a compressed body.
fn coding(headers: &HeaderMap) -> Result<Option<Inflate>, Error> {
    let Some(coded) = headers.get(http::header::CONTENT_ENCODING) else { return Ok(None) };
    Inflate::of(coded.to_str().unwrap_or("(no text)"), MOST_GROWTH).map_err(|cause| {
        let status = http::StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Error::client(Kind::BadRequest, format!("The request body cannot be read: {cause}.")).with_status(status)
    })
}

async fn read_coded(mut body: Incoming, mut inflate: Inflate, limit: usize) -> Result<Bytes, Error> {
    let damaged = |cause: InflateError| {
        let kind = match cause {
            InflateError::Bomb(_) => Kind::PayloadTooLarge,
            InflateError::Damaged(_) => Kind::BadRequest,
        };
        Error::client(kind, format!("The request body cannot be read: {cause}.")).with_source(cause)
    };
    let mut whole = BytesMut::new();
    while let Some(more) = piece(&mut body).await? {
        whole.extend_from_slice(&inflate.push(&more).map_err(damaged)?);
        if whole.len() > limit {
            return Err(too_large(limit));
        }
    }
    whole.extend_from_slice(&inflate.finish().map_err(damaged)?);
    if whole.len() > limit { Err(too_large(limit)) } else { Ok(whole.freeze()) }
}

async fn piece(body: &mut Incoming) -> Result<Option<Bytes>, Error> {
    loop {
        let frame = tokio::time::timeout(BODY_IDLE, body.frame());
        let frame = frame.await.map_err(|_| Error::client(Kind::Timeout, "The request body stalled."))?;
        match frame {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(cause)) => {
                return Err(Error::client(Kind::BadRequest, "The request body could not be read.").with_source(cause));
            }
        }
    }
}

fn too_large(limit: usize) -> Error {
    Error::client(Kind::PayloadTooLarge, format!("The request body is larger than {} MiB.", limit >> 20))
}

/// Nothing behind the door may see the caller's key.
fn strip_credentials(headers: &mut HeaderMap, snapshot: &Snapshot) {
    let custom = snapshot.settings.key_header.as_ref();
    // A call has few headers: to look at them is cheaper than to look for each of these.
    let secret = |name: &&HeaderName| {
        CREDENTIALS.contains(name) || BARE_HEADERS.contains(name) || custom.is_some_and(|custom| custom == *name)
    };
    while let Some(name) = headers.keys().find(secret).cloned() {
        headers.remove(name);
    }
}

/// The dialect of errors where no route is known.
pub(crate) const DEFAULT_DIALECT: DialectId = DialectId::OpenAiChat;

thread_local! {
    /// Where the last long body of this thread was put together. Fresh memory for every one of them would be mapped,
    /// cleared and given back page by page, which costs more than the copying.
    static ROOM: Cell<BytesMut> = Cell::default();
}

/// Longest body whose room is kept, in bytes.
const MOST_ROOM: usize = 2 << 20;
/// Longest silence within a request body.
const BODY_IDLE: Duration = Duration::from_secs(30);
/// How many times longer than what came a compressed body may be.
const MOST_GROWTH: u64 = 100;
/// Most bytes reserved ahead of what has arrived.
const FIRST_ROOM: usize = 4 << 20;
/// Headers that carry credentials, besides those that carry a bare key.
static CREDENTIALS: [HeaderName; 3] =
    [http::header::AUTHORIZATION, http::header::COOKIE, http::header::PROXY_AUTHORIZATION];

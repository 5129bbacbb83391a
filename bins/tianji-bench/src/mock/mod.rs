//! A mock upstream that costs so little that it is never the bottleneck.
//!
//! The ending of a `POST`'s path says who it is: `chat/completions` OpenAI, `messages` Anthropic, `:generateContent`
//! and `:streamGenerateContent` Gemini, `/converse` and `/converse-stream` Bedrock, `v2/chat` Cohere. How it answers is chosen by the URL (see [`behaviour`]), so that a
//! gateway's `api_base` can select it. `GET /stats` and `GET /stats/ids` tell what it saw.

mod behaviour;
mod plan;
mod replies;
mod reply_body;
mod request;
mod stats;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use behaviour::Fault;
use plan::{Dialect, Plan, Plans};
use reply_body::ReplyBody;
use stats::{Stats, Ticket};

#[derive(Debug, clap::Args)]
pub(crate) struct MockArgs {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:9100")]
    listen: SocketAddr,
}

/// Listens until the process is ended.
///
/// # Errors
/// When the address cannot be bound.
#[expect(clippy::disallowed_methods, reason = "a mock has nothing to save when it is ended")]
pub(crate) async fn serve(args: MockArgs) -> anyhow::Result<()> {
    let listener = TcpListener::bind(args.listen).await.with_context(|| format!("listening on {}", args.listen))?;
    let mock = Arc::new(Mock { plans: Plans::default(), stats: Arc::default() });
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // The peer has gone already, or no descriptor is free and one must be given back first.
            tokio::time::sleep(PAUSE_AFTER_FAILED_ACCEPT).await;
            continue;
        };
        tokio::spawn(connection(stream, Arc::clone(&mock)));
    }
}

struct Mock {
    plans: Plans,
    stats: Arc<Stats>,
}

async fn connection(stream: TcpStream, mock: Arc<Mock>) {
    // Without this, chunks of a stream wait for the peer's delayed acknowledgement.
    drop(stream.set_nodelay(true));
    let service = service_fn(move |request| {
        let mock = Arc::clone(&mock);
        async move { Ok::<_, Infallible>(mock.answer(request).await) }
    });
    // An error here is a client that went away or a `cut` fault: both are expected and counted
    // by the ticket of the call.
    drop(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}

impl Mock {
    async fn answer(&self, request: Request<Incoming>) -> Response<ReplyBody> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/stats") => json(StatusCode::OK, self.stats.to_json()),
            (&Method::GET, "/stats/ids") => json(StatusCode::OK, self.stats.ids_to_json()),
            (&Method::POST, _) => match self.plans.find(request.uri()) {
                Ok(Some(plan)) => self.generate(plan, request).await,
                Ok(None) => json(StatusCode::NOT_FOUND, NOT_FOUND.into()),
                Err(error) => json(StatusCode::BAD_REQUEST, replies::error_body(Dialect::OpenAi, &error.to_string())),
            },
            _ => json(StatusCode::NOT_FOUND, NOT_FOUND.into()),
        }
    }

    async fn generate(&self, plan: Arc<Plan>, request: Request<Incoming>) -> Response<ReplyBody> {
        let mut ticket = Ticket::open(&self.stats);
        let header_id = call_id(request.headers());
        let asked = match request::read(request.into_body()).await {
            Ok(asked) => asked,
            Err(error) => {
                let body = replies::error_body(plan.dialect, &error.to_string());
                return failure(StatusCode::BAD_REQUEST, APPLICATION_JSON, body, ticket);
            }
        };
        ticket.received(asked.bytes);
        if let Some(id) = header_id.or(asked.user) {
            ticket.name(id);
        }
        if !plan.behaviour.head_delay.is_zero() {
            tokio::time::sleep(plan.behaviour.head_delay).await;
        }
        let cut_after = match plan.next_fault() {
            None => None,
            Some(Fault::Cut { after_chunks }) => Some(after_chunks),
            Some(Fault::Silent) => std::future::pending().await,
            Some(Fault::Garbage) => {
                return failure(StatusCode::OK, TEXT_HTML, GARBAGE.into(), ticket);
            }
            Some(Fault::Status(status)) => {
                return failure(status, APPLICATION_JSON, plan.replies.error.clone(), ticket);
            }
        };
        if asked.stream || plan.streams {
            let kind = if plan.dialect == Dialect::Bedrock { AWS_EVENT_STREAM } else { EVENT_STREAM };
            let mut response =
                reply(StatusCode::OK, kind, ReplyBody::stream(plan, asked.include_usage, cut_after, ticket));
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            response
        } else if cut_after.is_some() {
            reply(StatusCode::OK, APPLICATION_JSON, ReplyBody::half(plan.replies.json.clone(), ticket))
        } else {
            reply(StatusCode::OK, APPLICATION_JSON, ReplyBody::counted(plan.replies.json.clone(), ticket))
        }
    }
}

fn call_id(headers: &HeaderMap) -> Option<String> {
    let value = CALL_ID_HEADERS.iter().find_map(|name| headers.get(*name))?;
    value.to_str().ok().map(str::to_owned)
}

fn json(status: StatusCode, body: Bytes) -> Response<ReplyBody> {
    reply(status, APPLICATION_JSON, ReplyBody::plain(body))
}

fn failure(status: StatusCode, content_type: HeaderValue, body: Bytes, ticket: Ticket) -> Response<ReplyBody> {
    reply(status, content_type, ReplyBody::counted(body, ticket.into_failure()))
}

fn reply(status: StatusCode, content_type: HeaderValue, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// Where a gateway writes the id of its call, the first found wins.
const CALL_ID_HEADERS: [&str; 2] = ["x-litellm-call-id", "x-request-id"];

const PAUSE_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(10);
const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");
const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream; charset=utf-8");
const AWS_EVENT_STREAM: HeaderValue = HeaderValue::from_static("application/vnd.amazon.eventstream");
const TEXT_HTML: HeaderValue = HeaderValue::from_static("text/html");
const GARBAGE: &str = "<html><body>this is no JSON";
const NOT_FOUND: &str = r#"{"error":{"message":"no such route in the mock","type":"not_found_error"}}"#;

//! Sending a request: a pooled connection or a new one, under deadlines.

use crate::authorities::Authorities;
use crate::body::UpstreamBody;
use crate::connect::{Connector, Sender};
use crate::deadlines::Deadlines;
use crate::error::HttpError;
use crate::origin::Origin;
use crate::out_body::OutBody;
use crate::pool::{Pool, Pooled};
use crate::proxy::ProxySettings;
use http::{HeaderValue, Request, Response, Uri, header};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use std::sync::Arc;
use std::time::Duration;
use tianji_core::WireRequest;
use tianji_core::egress::Egress;
use tokio::time::timeout_at;

/// How a client keeps its connections.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Threads that will send; each has its own pool.
    pub threads: usize,
    /// How long an idle connection is kept.
    pub idle: Duration,
    /// Outbound proxies.
    pub proxies: ProxySettings,
    /// Whom servers are believed by; `None` = the system's roots.
    pub authorities: Option<Authorities>,
    /// Rules for the addresses that are called; `None` = the operator has set them all, anything goes.
    pub egress: Option<Arc<Egress>>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let idle = Duration::from_secs(90);
        Self { threads: threads + 1, idle, proxies: ProxySettings::default(), authorities: None, egress: None }
    }
}

/// An outbound HTTP client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpClient(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pool: Arc<Pool>,
    connector: Connector,
    proxies: ProxySettings,
}

impl HttpClient {
    /// A client without connections.
    pub fn new(settings: HttpSettings) -> Self {
        let pool = Arc::new(Pool::new(settings.threads, settings.idle));
        let connector = Connector::new(&settings.proxies, settings.authorities, settings.egress);
        Self(Arc::new(Shared { pool, connector, proxies: settings.proxies }))
    }

    /// The outbound proxies that it was made with.
    pub fn proxies(&self) -> &ProxySettings {
        &self.0.proxies
    }

    /// Sends a request and waits for the reply's head. The body is read by the caller.
    ///
    /// A pooled connection that turns out to be closed before anything was written is replaced silently; anything
    /// later is the caller's to retry.
    pub async fn send(
        &self,
        request: Request<OutBody>,
        deadlines: &Deadlines,
    ) -> Result<Response<UpstreamBody>, HttpError> {
        // A request that came back unsent may have lost its address to the request line's form.
        let address = request.uri().clone();
        let origin = Origin::of(&address)?;
        let mut request = request;
        for _ in 0..STALE_CONNECTIONS {
            match self.0.pool.take(&origin) {
                Some(Pooled::H1(sender)) => match self.over_h1(sender, request, &origin, deadlines).await {
                    Sent::Done(reply) => return *reply,
                    Sent::Unsent(returned) => request = *returned,
                },
                Some(Pooled::H2(mut sender)) => {
                    let sent = within(sender.send_request(request), deadlines).await?;
                    return received(sent, None, deadlines);
                }
                None => break,
            }
        }
        // Boxed: connections are rarely made, and the future of making one is larger than all the rest of a call.
        match Box::pin(self.0.connector.connect(&origin, &address, deadlines.connect)).await? {
            Sender::H1(sender) => match self.over_h1(sender, request, &origin, deadlines).await {
                Sent::Done(reply) => *reply,
                Sent::Unsent(_) => Err(HttpError::Connect {
                    origin: origin.to_string(),
                    source: "the peer closed a new connection at once".into(),
                }),
            },
            Sender::H2(mut sender) => {
                self.0.pool.share(&origin, sender.clone());
                let sent = within(sender.send_request(request), deadlines).await?;
                received(sent, None, deadlines)
            }
        }
    }

    /// The same for a request that was put together without knowing who sends it.
    pub async fn send_wire(
        &self,
        request: WireRequest,
        deadlines: &Deadlines,
    ) -> Result<Response<UpstreamBody>, HttpError> {
        let mut out = Request::new(OutBody::from(request.body));
        *out.method_mut() = request.method;
        *out.uri_mut() = request.uri;
        *out.headers_mut() = request.headers;
        self.send(out, deadlines).await
    }

    /// The request line as the peer wants it: a proxy gets the whole address, a server the path.
    fn form(&self, mut request: Request<OutBody>) -> Result<Request<OutBody>, HttpError> {
        let Some(proxy) = self.0.connector.plain_proxy(request.uri()) else { return origin_form(request) };
        if let Some(value) = proxy.authorization() {
            request.headers_mut().insert(header::PROXY_AUTHORIZATION, value);
        }
        with_host(&mut request)?;
        Ok(request)
    }

    async fn over_h1(
        &self,
        mut sender: http1::SendRequest<OutBody>,
        request: Request<OutBody>,
        origin: &Origin,
        deadlines: &Deadlines,
    ) -> Sent {
        // A connection comes back to the pool a moment before its task has noticed that it is free again.
        if sender.ready().await.is_err() {
            return Sent::Unsent(Box::new(request));
        }
        let request = match self.form(request) {
            Ok(request) => request,
            Err(cause) => return Sent::Done(Box::new(Err(cause))),
        };
        let until = deadlines.until(deadlines.first_byte);
        match timeout_at(until, sender.try_send_request(request)).await {
            Err(_) => Sent::Done(Box::new(Err(late(deadlines)))),
            Ok(Ok(reply)) => {
                let lease = Lease { pool: Arc::clone(&self.0.pool), origin: origin.clone(), sender: Some(sender) };
                Sent::Done(Box::new(received(reply, Some(lease), deadlines)))
            }
            Ok(Err(mut cause)) => match cause.take_message() {
                Some(returned) => Sent::Unsent(Box::new(returned)),
                None => Sent::Done(Box::new(Err(HttpError::Broken(cause.into_error())))),
            },
        }
    }
}

/// An HTTP/1 connection on loan; it goes home when the reply was read to its end.
#[derive(Debug)]
pub(crate) struct Lease {
    pool: Arc<Pool>,
    origin: Origin,
    sender: Option<http1::SendRequest<OutBody>>,
}

impl Lease {
    pub(crate) fn release(mut self) {
        if let Some(sender) = self.sender.take() {
            self.pool.put(&self.origin, sender);
        }
    }
}

enum Sent {
    Done(Box<Result<Response<UpstreamBody>, HttpError>>),
    /// Nothing was written; here is the request again.
    Unsent(Box<Request<OutBody>>),
}

fn received(
    reply: Response<Incoming>,
    lease: Option<Lease>,
    deadlines: &Deadlines,
) -> Result<Response<UpstreamBody>, HttpError> {
    let (head, body) = reply.into_parts();
    let body = UpstreamBody::new(body, lease, *deadlines).decoded(&head.headers)?;
    Ok(Response::from_parts(head, body))
}

async fn within<T>(sending: impl Future<Output = hyper::Result<T>>, deadlines: &Deadlines) -> Result<T, HttpError> {
    match timeout_at(deadlines.until(deadlines.first_byte), sending).await {
        Err(_) => Err(late(deadlines)),
        Ok(sent) => sent.map_err(HttpError::Broken),
    }
}

fn late(deadlines: &Deadlines) -> HttpError {
    if deadlines.over() { HttpError::Total } else { HttpError::FirstByte(deadlines.first_byte) }
}

/// HTTP/1.1 wants the path in the request line and the authority in `Host` (RFC 9112 §3.2).
fn origin_form(mut request: Request<OutBody>) -> Result<Request<OutBody>, HttpError> {
    if request.uri().authority().is_none() {
        return Ok(request);
    }
    with_host(&mut request)?;
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = Uri::from(path.unwrap_or_else(|| http::uri::PathAndQuery::from_static("/")));
    Ok(request)
}

fn with_host(request: &mut Request<OutBody>) -> Result<(), HttpError> {
    if request.headers().contains_key(header::HOST) {
        return Ok(());
    }
    let uri = request.uri();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let host = HeaderValue::try_from(authority).map_err(|_| HttpError::Address(uri.to_string()))?;
    request.headers_mut().insert(header::HOST, host);
    Ok(())
}

/// How many closed connections are tried before a new one is made.
const STALE_CONNECTIONS: usize = 3;

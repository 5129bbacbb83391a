//! Making connections: TCP, through a proxy or not, TLS by rustls, HTTP/1.1 or HTTP/2 by ALPN.

use crate::authorities::Authorities;
use crate::error::HttpError;
use crate::origin::Origin;
use crate::out_body::OutBody;
use crate::proxy::{Proxies, Proxy, ProxySettings};
use crate::tcp::Tcp;
use hyper::Uri;
use hyper::client::conn::{http1, http2};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::Connection;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tianji_core::egress::{Egress, EgressError};
use tokio::net::TcpStream;
use tower_service::Service;

/// A connection that stands.
#[derive(Debug)]
pub(crate) enum Sender {
    /// One request at a time.
    H1(http1::SendRequest<OutBody>),
    /// Many at once; cloned for each.
    H2(http2::SendRequest<OutBody>),
}

/// Makes connections. The TLS half is built when the first `https` address is called: it reads the system's roots.
#[derive(Debug)]
pub(crate) struct Connector {
    plain: Tcp,
    secure: OnceLock<HttpsConnector<Tcp>>,
    authorities: Option<Authorities>,
    proxies: Option<Proxies>,
}

impl Connector {
    pub(crate) fn new(proxies: &ProxySettings, authorities: Option<Authorities>, egress: Option<Arc<Egress>>) -> Self {
        Self { plain: Tcp::new(egress), secure: OnceLock::new(), authorities, proxies: Proxies::new(proxies) }
    }

    /// The proxy that an `http` address is asked of in absolute form.
    pub(crate) fn plain_proxy(&self, uri: &Uri) -> Option<Proxy> {
        self.proxies.as_ref().filter(|_| uri.scheme_str() == Some("http"))?.of(uri)
    }

    /// Connects within `timeout` and shakes hands.
    pub(crate) async fn connect(&self, origin: &Origin, uri: &Uri, timeout: Duration) -> Result<Sender, HttpError> {
        let work = async {
            let proxy = self.proxies.as_ref().and_then(|proxies| proxies.of(uri));
            if proxy.is_some() {
                // The proxy resolves the name again: what it may reach is its own to decide besides.
                self.plain.check(uri).await.map_err(HttpError::Egress)?;
            }
            if uri.scheme_str() == Some("https") {
                if let Some(proxy) = proxy {
                    let io = self.tunnel(&proxy, uri).await.map_err(|source| failed(origin, source))?;
                    let h2 = io.connected().is_negotiated_h2();
                    return if h2 { h2_sender(io, origin).await } else { h1_sender(io, origin).await };
                }
                let mut connector = self.secure.get_or_init(|| self.secured(self.plain.clone())).clone();
                let io = connector.call(uri.clone()).await.map_err(|source| failed(origin, source))?;
                let h2 = io.connected().is_negotiated_h2();
                return if h2 { h2_sender(io, origin).await } else { h1_sender(io, origin).await };
            }
            let io: TokioIo<TcpStream> = match proxy {
                Some(proxy) => {
                    let connecting = self.plain.unguarded().call(proxy.uri().clone());
                    connecting.await.map_err(|source| failed(origin, source.into()))?
                }
                None => self.plain.clone().call(uri.clone()).await.map_err(|source| failed(origin, source))?,
            };
            h1_sender(io, origin).await
        };
        match tokio::time::timeout(timeout, work).await {
            Ok(done) => done,
            Err(_) => Err(HttpError::ConnectTimeout { origin: origin.to_string(), after: timeout }),
        }
    }
}

impl Connector {
    /// TLS to an address through a proxy.
    async fn tunnel(
        &self,
        proxy: &Proxy,
        uri: &Uri,
    ) -> Result<MaybeHttpsStream<TokioIo<TcpStream>>, Box<dyn std::error::Error + Send + Sync>> {
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.plain.unguarded());
        if let Some(value) = proxy.authorization() {
            tunnel = tunnel.with_auth(value);
        }
        self.secured(tunnel).call(uri.clone()).await
    }

    /// TLS over another connector, by the operator's authorities or the system's.
    fn secured<C>(&self, below: C) -> HttpsConnector<C> {
        match &self.authorities {
            Some(authorities) => {
                let builder = HttpsConnectorBuilder::new().with_tls_config(authorities.config());
                builder.https_or_http().enable_http1().enable_http2().wrap_connector(below)
            }
            None => secure(below),
        }
    }
}

fn failed(origin: &Origin, source: Box<dyn std::error::Error + Send + Sync>) -> HttpError {
    if let Some(refused) = source.downcast_ref::<EgressError>() {
        return HttpError::Egress(*refused);
    }
    HttpError::Connect { origin: origin.to_string(), source }
}

/// The system's roots, or Mozilla's where the system has none (images built from scratch).
fn secure<C>(below: C) -> HttpsConnector<C> {
    let builder = HttpsConnectorBuilder::new();
    let builder = match builder.clone_with_native_roots() {
        Some(builder) => builder,
        None => HttpsConnectorBuilder::new().with_webpki_roots(),
    };
    builder.https_or_http().enable_http1().enable_http2().wrap_connector(below)
}

trait NativeRoots {
    fn clone_with_native_roots(self) -> Option<HttpsConnectorBuilder<hyper_rustls::builderstates::WantsSchemes>>;
}

impl NativeRoots for HttpsConnectorBuilder<hyper_rustls::builderstates::WantsTlsConfig> {
    fn clone_with_native_roots(self) -> Option<HttpsConnectorBuilder<hyper_rustls::builderstates::WantsSchemes>> {
        self.with_native_roots().ok()
    }
}

async fn h1_sender<T>(io: T, origin: &Origin) -> Result<Sender, HttpError>
where
    T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_BUFFER)
        .handshake(io)
        .await
        .map_err(|source| failed(origin, source.into()))?;
    drive(connection);
    Ok(Sender::H1(sender))
}

async fn h2_sender<T>(io: T, origin: &Origin) -> Result<Sender, HttpError>
where
    T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .adaptive_window(true)
        .keep_alive_interval(H2_PING)
        .keep_alive_timeout(H2_PING_TIMEOUT)
        .handshake(io)
        .await
        .map_err(|source| failed(origin, source.into()))?;
    drive(connection);
    Ok(Sender::H2(sender))
}

/// A connection's own task. It ends when the last sender is dropped or the peer closes, so nothing needs to track it.
#[expect(clippy::disallowed_methods, reason = "bound to the life of its senders, holds no request of its own")]
fn drive(connection: impl Future<Output = hyper::Result<()>> + Send + 'static) {
    tokio::spawn(async move {
        if let Err(cause) = connection.await {
            tracing::debug!(%cause, "upstream connection ended");
        }
    });
}

/// HTTP/2 connections are pinged this often.
const H2_PING: Duration = Duration::from_secs(30);
/// … and given up after this.
const H2_PING_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest read buffer of an HTTP/1 connection; also bounds the reply's head.
const MAX_BUFFER: usize = 256 * 1024;

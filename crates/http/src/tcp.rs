//! TCP connections. Where rules for addresses are set, a name is resolved once, all that it stands for is judged, and
//! the connection goes to those very addresses: a second answer of the name server changes nothing.

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tianji_core::egress::{Egress, EgressError};
use tokio::net::TcpStream;
use tower_service::Service;

/// Makes connections.
#[derive(Clone, Debug)]
pub(crate) struct Tcp {
    free: HttpConnector,
    egress: Option<Arc<Egress>>,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Tcp {
    /// With rules for the addresses that are called, if given.
    pub(crate) fn new(egress: Option<Arc<Egress>>) -> Self {
        Self { free: tuned(HttpConnector::new()), egress }
    }

    /// Connections to addresses that the operator has set, such as a proxy's.
    pub(crate) fn unguarded(&self) -> HttpConnector {
        self.free.clone()
    }

    /// Judges an address that a proxy will connect to: what is written in it and what its name stands for here.
    pub(crate) async fn check(&self, uri: &Uri) -> Result<(), EgressError> {
        match &self.egress {
            Some(egress) => resolve(egress, uri).await.map(drop),
            None => Ok(()),
        }
    }
}

impl Service<Uri> for Tcp {
    type Response = TokioIo<TcpStream>;
    type Error = Cause;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Cause>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Some(egress) = self.egress.clone() else {
            let connecting = self.free.call(uri);
            return Box::pin(async move { connecting.await.map_err(Into::into) });
        };
        Box::pin(async move {
            let addresses = resolve(&egress, &uri).await?;
            tuned(HttpConnector::new_with_resolver(Pinned(addresses))).call(uri).await.map_err(Into::into)
        })
    }
}

/// All addresses of a host, if every single one may be called.
async fn resolve(egress: &Egress, uri: &Uri) -> Result<Vec<SocketAddr>, EgressError> {
    let admitted = egress.admit(uri)?;
    let found = tokio::net::lookup_host((admitted.host, admitted.port)).await;
    let found: Vec<SocketAddr> = found.map_err(|_| EgressError::Unknown)?.collect();
    if found.is_empty() {
        return Err(EgressError::Unknown);
    }
    let all = found.iter().all(|address| egress.may_reach(&admitted, address.ip()));
    if all { Ok(found) } else { Err(EgressError::Private) }
}

fn tuned<R>(mut connector: HttpConnector<R>) -> HttpConnector<R> {
    connector.set_nodelay(true);
    connector.set_keepalive(Some(TCP_KEEPALIVE));
    connector.set_happy_eyeballs_timeout(Some(HAPPY_EYEBALLS));
    connector.enforce_http(false);
    connector
}

/// A resolver that knows the answer.
#[derive(Clone, Debug)]
struct Pinned(Vec<SocketAddr>);

impl Service<Name> for Pinned {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        ready(Ok(std::mem::take(&mut self.0).into_iter()))
    }
}

/// Idle connections are probed by the kernel after this.
const TCP_KEEPALIVE: Duration = Duration::from_secs(60);
/// Head start of the first address family.
const HAPPY_EYEBALLS: Duration = Duration::from_millis(250);

//! Listeners: one single-threaded runtime per core, each with a socket of its own on the same address.

use crate::edge;
use crate::gateway::Gateway;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;

/// When a worker stops.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    /// Take no more connections, finish what is running.
    pub(crate) close: CancellationToken,
    /// Stop waiting.
    pub(crate) now: CancellationToken,
    /// How long running requests may take after `close`.
    pub(crate) grace: Duration,
}

/// Opens a socket that shares its address with the other workers'.
pub(crate) fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    #[cfg(unix)]
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

/// Serves on a socket until told to stop. Runs on a thread of its own.
pub(crate) fn worker(gateway: Gateway, socket: std::net::TcpListener, stop: Stop) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(socket)?;
        accept(gateway, listener, stop).await;
        Ok(())
    })
}

async fn accept(gateway: Gateway, listener: TcpListener, stop: Stop) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_headers(MOST_HEADERS)
        .max_buf_size(BUFFER);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(H2_STREAMS).max_header_list_size(H2_HEADERS);
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.close.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => connection(&gateway, &builder, &graceful, stream, peer),
            // Out of descriptors or a client that left at once: neither is a reason to stop, both to wait a little.
            Err(cause) => {
                tracing::warn!(%cause, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(stop.grace) => tracing::warn!("requests still running at the end of the grace time"),
        () = stop.now.cancelled() => {}
    }
}

fn connection(
    gateway: &Gateway,
    builder: &Builder<TokioExecutor>,
    graceful: &GracefulShutdown,
    stream: TcpStream,
    peer: SocketAddr,
) {
    if let Err(cause) = stream.set_nodelay(true) {
        tracing::debug!(%cause, "TCP_NODELAY could not be set");
    }
    let gateway_of = gateway.clone();
    // Written once, since every call's record holds it.
    let ip: Arc<str> = peer.ip().to_string().into();
    let service = service_fn(move |request| edge::serve(gateway_of.clone(), Arc::clone(&ip), request));
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    let watched = graceful.watch(connection);
    gateway.tasks.spawn(async move {
        if let Err(cause) = watched.await {
            tracing::debug!(%cause, %peer, "a connection ended in an error");
        }
    });
}

/// Connections that wait to be accepted.
const BACKLOG: u32 = 4096;
/// A request's head must be here within this.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Most headers of a request.
const MOST_HEADERS: usize = 128;
/// Most bytes that are read of a connection at once; a request's head may not be longer. It fits the processor's cache, so
/// that a long body is copied from there, and bounds what an idle connection holds.
const BUFFER: usize = 128 << 10;
/// Most streams of an HTTP/2 connection.
const H2_STREAMS: u32 = 250;
/// Longest header list of an HTTP/2 request in bytes.
const H2_HEADERS: u32 = 64 * 1024;
/// Wait after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

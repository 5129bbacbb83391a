//! One keep-alive connection and the calls over it.

use std::time::Instant;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::sse::SseCounter;
use super::target::Target;

pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

/// How a call went that was answered with success.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) bytes: u64,
    pub(crate) frames: u64,
    /// When the first data frame of a stream, or the first byte of another body, was there.
    pub(crate) first: Option<Instant>,
    /// Whether the call was dropped on purpose.
    pub(crate) aborted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    #[error("connect")]
    Connect,
    /// The connection broke before the head of the answer.
    #[error("send")]
    Send,
    #[error("status_{}", .0.as_u16())]
    Status(StatusCode),
    /// The connection broke within the body.
    #[error("body")]
    Body,
    /// The stream ended in good form, but without its terminal event.
    #[error("unterminated")]
    Unterminated,
    #[error("timeout")]
    Timeout,
}

impl Connection {
    /// # Errors
    /// [`CallError::Connect`] when the peer cannot be reached.
    pub(crate) async fn open(target: &Target) -> Result<Self, CallError> {
        let stream = TcpStream::connect((target.host.as_str(), target.port)).await.map_err(|_| CallError::Connect)?;
        stream.set_nodelay(true).map_err(|_| CallError::Connect)?;
        let (sender, driver) = handshake(TokioIo::new(stream)).await.map_err(|_| CallError::Connect)?;
        drive(driver);
        Ok(Self { sender })
    }

    /// Whether another call can be sent. Resolves when the former answer is out of the way.
    pub(crate) async fn is_ready(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    /// Sends one request and reads its answer to the end, or only to its first bytes when it is
    /// to be aborted. The connection must be dropped after an error or an abort.
    pub(crate) async fn call(&mut self, target: &Target, number: u64, abort: bool) -> Result<Answer, CallError> {
        let response = self.sender.send_request(target.request(number)).await.map_err(|_| CallError::Send)?;
        let status = response.status();
        let mut body = response.into_body();
        let mut answer = Answer { bytes: 0, frames: 0, first: None, aborted: false };
        let mut events = SseCounter::default();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| CallError::Body)?.into_data() else { continue };
            answer.bytes += data.len() as u64;
            if target.stream {
                events.push(&data);
            }
            if answer.first.is_none() && (!target.stream || events.frames() > 0) {
                answer.first = Some(Instant::now());
            }
            if abort {
                answer.aborted = true;
                break;
            }
        }
        if !status.is_success() {
            return Err(CallError::Status(status));
        }
        if target.stream && !answer.aborted && !events.is_terminated() {
            return Err(CallError::Unterminated);
        }
        answer.frames = events.frames();
        Ok(answer)
    }
}

#[expect(clippy::disallowed_methods, reason = "the task ends with its connection's sender")]
fn drive(connection: http1::Connection<TokioIo<TcpStream>, Full<Bytes>>) {
    // An error also reaches the call that it interrupts.
    tokio::spawn(async move { drop(connection.await) });
}

//! A conversation with a remote service as a pure function: given the replies so far, what next?
//!
//! Token swaps, polling providers and vault logins are all written so, tested with canned replies,
//! and driven by one loop in the `http` crate.

use crate::Payload;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use std::path::PathBuf;
use std::time::Duration;

/// A request to send, free of any HTTP library.
#[derive(Clone, Debug)]
pub struct WireRequest {
    /// Verb.
    pub method: Method,
    /// Absolute address.
    pub uri: Uri,
    /// Headers; credential values are marked sensitive.
    pub headers: HeaderMap,
    /// Body.
    pub body: Payload,
}

/// A whole reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, bounded by the driver.
    pub body: Bytes,
}

/// What an exchange wants next.
#[derive(Debug)]
pub enum Step<T> {
    /// Send this and come back with the reply.
    Send(WireRequest),
    /// Wait so long, then send this.
    Wait(Duration, WireRequest),
    /// Read this file and come back with it as a reply's body (a token that the platform renews on disk). A file that
    /// cannot be read comes back as status 404.
    Read(PathBuf),
    /// Finished.
    Done(T),
    /// Failed for good.
    Fail(crate::Error),
}

/// A multi-step conversation.
pub trait Exchange: Send {
    /// What it yields in the end.
    type Output;

    /// The next step; `reply` is `None` at the start and the answer to the last request after.
    fn next(&mut self, reply: Option<Reply>) -> Step<Self::Output>;

    /// The next step after a request that brought no reply: the service could not be reached, was too slow, or refused
    /// in a driver that takes refusals for errors. A
    /// conversation that knows another way goes on, or says in its own words what is wrong.
    fn failed(&mut self, error: crate::Error) -> Step<Self::Output> {
        Step::Fail(error)
    }
}

//! Generations whose first reply is not yet the reply: a job was taken, and its result is somewhere else.

use crate::connection::Connection;
use crate::provider::Provider;
use bytes::Bytes;
use http::HeaderMap;
use tianji_core::{Exchange, Reply, WireRequest};

/// A generation that was asked for, and the first reply to it.
#[derive(Debug)]
pub struct Taken<'a> {
    /// Where it was asked for. What was sent there may not go to another party's host.
    pub connection: &'a Connection,
    /// Headers as they were sent, but for a credential that signs each request.
    pub headers: &'a HeaderMap,
    /// Whether a stream was asked for.
    pub stream: bool,
    /// The first reply; its status is 2xx.
    pub reply: Reply,
}

/// Where the reply is.
#[derive(Debug)]
pub enum Followed {
    /// Here, as a whole reply. For a client that wants a stream it is the one frame of one, and edited as such.
    Whole(Bytes),
    /// Behind this request, as the dialect's stream.
    Stream(WireRequest),
}

/// How it goes on.
pub struct Following {
    /// Leads from the first reply to the reply. Replies that are not 2xx never reach it: the driver makes errors of them.
    pub exchange: Box<dyn Exchange<Output = Followed>>,
    /// Gives the job up, for when nobody waits for it any more.
    pub cancel: Option<WireRequest>,
}

/// Says how a generation goes on after its first reply.
pub type Follow = fn(Taken<'_>) -> Following;

impl Provider {
    /// How a generation goes on after its first reply; `None` = that is the reply.
    pub const fn follow(&self) -> Option<Follow> {
        self.hooks.follow
    }
}

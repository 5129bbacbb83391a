//! Conversations as chains: each step says what is to be done with the reply to it.

use super::Told;
use super::compat::malformed;
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;
use tianji_core::{Error, Exchange, Reply, Segment, Step, Upload, WireRequest};

/// What becomes of a reply.
type Next<T> = Box<dyn FnOnce(Reply) -> Result<Link<T>, Error> + Send>;

/// One step of a conversation.
pub(super) enum Link<T = Told> {
    /// Send this, then go on.
    Send(Box<WireRequest>, Next<T>),
    /// Wait, send this, then go on.
    Wait(Duration, Box<WireRequest>, Next<T>),
    /// Read a file, then go on.
    Read(PathBuf, Next<T>),
    /// Send this, whose reply does not matter, then go on.
    Aside(Box<WireRequest>, Box<Self>),
    /// The end.
    Done(Box<T>),
    /// Another end.
    Fail(Error),
}

impl<T: 'static> Link<T> {
    /// A request and what its reply leads to.
    pub(super) fn send(request: WireRequest, next: impl FnOnce(Reply) -> Result<Self, Error> + Send + 'static) -> Self {
        Self::Send(Box::new(request), Box::new(next))
    }

    /// A request that may fail, and what comes after it in any case.
    pub(super) fn aside(request: WireRequest, then: Self) -> Self {
        Self::Aside(Box::new(request), Box::new(then))
    }

    /// A request whose reply is the outcome.
    pub(super) fn last(request: WireRequest, read: impl FnOnce(Reply) -> Result<T, Error> + Send + 'static) -> Self {
        Self::send(request, |reply| read(reply).map(|told| Self::Done(Box::new(told))))
    }
}

impl Link {
    /// Asks again and again with the same request until `read` says what comes next. The time between two questions
    /// grows from half a second to five.
    pub(super) fn poll(
        request: WireRequest,
        read: impl FnMut(&Reply) -> Result<Option<Self>, Error> + Send + 'static,
    ) -> Self {
        poll_after(FIRST_POLL, request, read)
    }

    /// Brings files into memory, in order.
    pub(super) fn with_files(
        files: &[Upload],
        then: impl FnOnce(Vec<Bytes>) -> Result<Self, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let mut segments = VecDeque::new();
        for (file, upload) in files.iter().enumerate() {
            segments.extend(upload.content.segments.iter().map(|segment| (file, segment.clone())));
        }
        collect(segments, vec![BytesMut::new(); files.len()], Box::new(then))
    }
}

fn poll_after(
    time: Duration,
    request: WireRequest,
    mut read: impl FnMut(&Reply) -> Result<Option<Link>, Error> + Send + 'static,
) -> Link {
    let again = request.clone();
    let next = move |reply: Reply| match read(&reply)? {
        Some(link) => Ok(link),
        None => Ok(poll_after((time * 3 / 2).min(LONGEST_POLL), again, read)),
    };
    Link::Wait(time, Box::new(request), Box::new(next))
}

type Collected = Box<dyn FnOnce(Vec<Bytes>) -> Result<Link, Error> + Send>;

fn collect(mut left: VecDeque<(usize, Segment)>, mut contents: Vec<BytesMut>, then: Collected) -> Result<Link, Error> {
    while let Some((file, segment)) = left.pop_front() {
        match segment {
            Segment::Bytes(bytes) => append(&mut contents, file, &bytes),
            Segment::File(spooled, _) => {
                let path = spooled.path().to_owned();
                return Ok(Link::Read(
                    path,
                    Box::new(move |reply| {
                        // The handle keeps the file until it was read.
                        drop(spooled);
                        if !reply.status.is_success() {
                            return Err(lost());
                        }
                        append(&mut contents, file, &reply.body);
                        collect(left, contents, then)
                    }),
                ));
            }
        }
    }
    then(contents.into_iter().map(BytesMut::freeze).collect())
}

fn append(contents: &mut [BytesMut], file: usize, bytes: &[u8]) {
    if let Some(content) = contents.get_mut(file) {
        content.extend_from_slice(bytes);
    }
}

fn lost() -> Error {
    Error::gateway(tianji_core::Kind::InternalServer, "an uploaded file could not be read again")
}

/// A chain as it is driven.
pub(super) struct Chain<T = Told> {
    begin: Option<Link<T>>,
    next: Option<Next<T>>,
    /// What comes after a request whose reply does not matter.
    after: Option<Link<T>>,
}

impl<T> Chain<T> {
    /// A conversation that begins so.
    pub(super) const fn new(begin: Link<T>) -> Self {
        Self { begin: Some(begin), next: None, after: None }
    }
}

impl<T: Send> Exchange for Chain<T> {
    type Output = T;

    fn next(&mut self, reply: Option<Reply>) -> Step<T> {
        let known = self.begin.take().or_else(|| self.after.take());
        let link = match (known, self.next.take(), reply) {
            (Some(link), _, _) => Ok(link),
            (None, Some(next), Some(reply)) => next(reply),
            _ => Err(malformed()),
        };
        match link {
            Ok(Link::Send(request, next)) => {
                self.next = Some(next);
                Step::Send(*request)
            }
            Ok(Link::Wait(time, request, next)) => {
                self.next = Some(next);
                Step::Wait(time, *request)
            }
            Ok(Link::Read(path, next)) => {
                self.next = Some(next);
                Step::Read(path)
            }
            Ok(Link::Aside(request, then)) => {
                self.after = Some(*then);
                Step::Send(*request)
            }
            Ok(Link::Done(told)) => Step::Done(*told),
            Ok(Link::Fail(error)) | Err(error) => Step::Fail(error),
        }
    }

    fn failed(&mut self, error: Error) -> Step<T> {
        if self.after.is_some() { self.next(None) } else { Step::Fail(error) }
    }
}

/// Time before the first question whether something is ready.
const FIRST_POLL: Duration = Duration::from_millis(500);
/// Longest time between two questions.
const LONGEST_POLL: Duration = Duration::from_secs(5);

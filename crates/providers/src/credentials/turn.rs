//! Conversations as chains of turns: ask, and with the answer decide what comes next.

use std::path::PathBuf;
use tianji_core::{Error, Exchange, Reply, Step, WireRequest};

/// Where a conversation stands.
pub(super) enum Turn<T> {
    /// Something is asked; the answer leads to the next turn.
    Ask(Question, Answer<T>),
    /// It is over.
    End(Result<T, Error>),
}

/// What is asked.
pub(super) enum Question {
    /// A request to a service.
    Send(Box<WireRequest>),
    /// The text of a file.
    Read(PathBuf),
}

/// What follows from an answer, or from its absence.
type Answer<T> = Box<dyn FnOnce(Result<Reply, Error>) -> Turn<T> + Send>;

impl Turn<Reply> {
    /// Sends a request, if it could be made.
    pub(super) fn send(request: Result<WireRequest, Error>) -> Self {
        match request {
            Ok(request) => Self::Ask(Question::Send(Box::new(request)), Box::new(Turn::End)),
            Err(error) => Self::End(Err(error)),
        }
    }

    /// Reads a file; one that cannot be read is a reply with status 404.
    pub(super) fn read(path: PathBuf) -> Self {
        Self::Ask(Question::Read(path), Box::new(Turn::End))
    }
}

impl<T: 'static> Turn<T> {
    /// Goes on from the end, good or bad.
    pub(super) fn then<U: 'static>(self, next: impl FnOnce(Result<T, Error>) -> Turn<U> + Send + 'static) -> Turn<U> {
        match self {
            Self::End(end) => next(end),
            Self::Ask(question, answer) => Turn::Ask(question, Box::new(move |reply| answer(reply).then(next))),
        }
    }

    /// Goes on from a good end.
    pub(super) fn and_then<U: 'static>(self, next: impl FnOnce(T) -> Turn<U> + Send + 'static) -> Turn<U> {
        self.then(|end| match end {
            Ok(value) => next(value),
            Err(error) => Turn::End(Err(error)),
        })
    }

    /// Reads the result at a good end.
    pub(super) fn map<U: 'static>(self, read: impl FnOnce(T) -> Result<U, Error> + Send + 'static) -> Turn<U> {
        self.and_then(|value| Turn::End(read(value)))
    }
}

/// The conversation from its first turn on, for the driver.
pub(super) struct Conversation<T> {
    first: Option<Turn<T>>,
    waiting: Option<Answer<T>>,
}

impl<T> Conversation<T> {
    pub(super) fn new(first: Turn<T>) -> Self {
        Self { first: Some(first), waiting: None }
    }

    fn take(&mut self, turn: Option<Turn<T>>) -> Step<T> {
        match turn {
            Some(Turn::Ask(question, answer)) => {
                self.waiting = Some(answer);
                match question {
                    Question::Send(request) => Step::Send(*request),
                    Question::Read(path) => Step::Read(path),
                }
            }
            Some(Turn::End(Ok(value))) => Step::Done(value),
            Some(Turn::End(Err(error))) => Step::Fail(error),
            None => Step::Fail(Error::gateway(tianji_core::Kind::InternalServer, "the conversation is over")),
        }
    }

    fn answered(&mut self, reply: Result<Reply, Error>) -> Step<T> {
        let turn = self.waiting.take().map(|answer| answer(reply));
        self.take(turn)
    }
}

impl<T: Send + 'static> Exchange for Conversation<T> {
    type Output = T;

    fn next(&mut self, reply: Option<Reply>) -> Step<T> {
        match reply {
            Some(reply) => self.answered(Ok(reply)),
            None => {
                let first = self.first.take();
                self.take(first)
            }
        }
    }

    fn failed(&mut self, error: Error) -> Step<T> {
        self.answered(Err(error))
    }
}

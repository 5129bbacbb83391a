//! What a programmed upstream answers.

use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A reply as a list of steps.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) head: Option<(u16, Vec<(String, String)>)>,
    pub(crate) steps: Vec<Step>,
    /// Whether the body comes in chunks although nothing else makes it so.
    open: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Sends bytes.
    Write(Vec<u8>),
    /// Waits until the test opens the gate.
    Hold(Gate),
    /// Waits.
    Pause(Duration),
    /// Closes the connection without ending the body.
    Cut,
}

impl Reply {
    /// A JSON body.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::body(status, "application/json", body.to_string())
    }

    /// Any body.
    #[must_use]
    pub fn body(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { head: Some((status, headers)), steps: vec![Step::Write(body.into())], open: false }
    }

    /// A stream of server-sent events; each text is one whole event without the empty line behind it.
    #[must_use]
    pub fn events<T: AsRef<str>>(events: impl IntoIterator<Item = T>) -> Self {
        let headers = vec![("content-type".to_owned(), "text/event-stream".to_owned())];
        Self { head: Some((200, headers)), steps: Vec::new(), open: false }.then_events(events)
    }

    /// The head of a body that comes in pieces; see [`Self::then_bytes`].
    #[must_use]
    pub fn streamed(status: u16, content_type: &str) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { head: Some((status, headers)), steps: Vec::new(), open: true }
    }

    /// Takes the request and never answers.
    #[must_use]
    pub fn silence() -> Self {
        Self { head: None, steps: vec![Step::Hold(Gate::new())], open: false }
    }

    /// Bytes that are no HTTP.
    #[must_use]
    pub fn garbage(bytes: impl Into<Vec<u8>>) -> Self {
        Self { head: None, steps: vec![Step::Write(bytes.into()), Step::Cut], open: false }
    }

    /// Adds a header field.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Some((_, headers)) = &mut self.head {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// More events.
    #[must_use]
    pub fn then_events<T: AsRef<str>>(mut self, events: impl IntoIterator<Item = T>) -> Self {
        self.steps.extend(events.into_iter().map(|event| Step::Write(format!("{}\n\n", event.as_ref()).into_bytes())));
        self
    }

    /// More bytes of a body whose length is not known at the start.
    #[must_use]
    pub fn then_bytes(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.steps.push(Step::Write(bytes.into()));
        self
    }

    /// Waits here until the gate is open.
    #[must_use]
    pub fn then_hold(mut self, gate: &Gate) -> Self {
        self.steps.push(Step::Hold(gate.clone()));
        self
    }

    /// Closes the connection here, in the middle of the body.
    #[must_use]
    pub fn then_cut(mut self) -> Self {
        self.steps.push(Step::Cut);
        self
    }

    /// Waits before each further step, and before the first.
    #[must_use]
    pub fn slowly(mut self, pause: Duration) -> Self {
        self.steps = self.steps.into_iter().flat_map(|step| [Step::Pause(pause), step]).collect();
        self
    }

    /// Whether the body's length is known at the start.
    pub(crate) fn whole(&self) -> Option<usize> {
        let streamed = self.head.as_ref().is_some_and(|(_, headers)| {
            headers.iter().any(|(name, value)| name == "content-type" && value == "text/event-stream")
        });
        let cut = self.steps.iter().any(|step| matches!(step, Step::Cut));
        let length = self.steps.iter().map(|step| if let Step::Write(bytes) = step { bytes.len() } else { 0 }).sum();
        (!streamed && !cut && !self.open).then_some(length)
    }
}

/// Holds a reply back until a test lets it go on.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<AtomicBool>);

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets everything pass from now on.
    pub fn open(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

//! The events of a stream that is one answer of one text.

use tianji_core::Usage;
use tianji_core::generate::{Delta, Finish, PartKind, StreamEvent};

/// How far such a stream has come.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    started: bool,
    open: bool,
    ended: bool,
}

impl Answer {
    /// The stream begins; later calls change nothing.
    pub(crate) fn start(&mut self, id: &str, model: &str, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.started, true) {
            let (id, model) = (id.to_owned(), model.to_owned());
            events.push(StreamEvent::Start { id, model, created: None, usage: None });
        }
    }

    /// More text.
    pub(crate) fn text(&mut self, text: String, events: &mut Vec<StreamEvent>) {
        if text.is_empty() || self.ended {
            return;
        }
        self.start("", "", events);
        if !std::mem::replace(&mut self.open, true) {
            events.push(StreamEvent::PartStart { choice: 0, index: 0, kind: PartKind::Text });
        }
        events.push(StreamEvent::Delta { choice: 0, index: 0, delta: Delta::Text(text) });
    }

    /// The answer is over; later calls change nothing.
    pub(crate) fn end(&mut self, finish: Finish, usage: Option<Usage>, events: &mut Vec<StreamEvent>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        self.start("", "", events);
        if std::mem::take(&mut self.open) {
            events.push(StreamEvent::PartEnd { choice: 0, index: 0 });
        }
        events.extend(usage.map(StreamEvent::Usage));
        events.push(StreamEvent::Finish { choice: 0, finish });
    }

    /// Whether anything came.
    pub(crate) const fn has_started(&self) -> bool {
        self.started
    }

    /// Whether it is over.
    pub(crate) const fn has_ended(&self) -> bool {
        self.ended
    }
}

//! Numbers and beginnings that an upstream's stream forgot, or said twice: events come in the order that
//! [`StreamEvent`] promises whatever the upstream does.

use tianji_core::generate::StreamEvent;

/// Gives parts numbers that ascend: the upstream's own where they do.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Numbers {
    next: u32,
}

impl Numbers {
    /// The number of a part that begins, which the upstream calls `index`.
    pub(crate) fn give(&mut self, index: u32) -> u32 {
        let number = self.next.max(index);
        self.next = number.saturating_add(1);
        number
    }
}

/// Puts the beginning before what was added to the events since there were `before`, if the upstream said none.
pub(crate) fn begin_late(started: &mut bool, before: usize, events: &mut Vec<StreamEvent>) {
    let first = events.get(before);
    if !*started && first.is_some_and(|event| !matches!(event, StreamEvent::Error(_))) {
        *started = true;
        let (id, model) = (String::new(), String::new());
        events.insert(before, StreamEvent::Start { id, model, created: None, usage: None });
    }
}

//! Counts the events of a server-sent event stream that arrives in arbitrary pieces.
//!
//! Source: HTML Living Standard, "Server-sent events", "Interpreting an event stream": lines end
//! in LF, CR LF or CR; an empty line dispatches the event; an event without data is none.

/// Counts events with data and notices the terminal one: OpenAI's `[DONE]`, which is not counted
/// as a frame, or Anthropic's `message_stop`, which is.
#[derive(Debug, Default)]
pub(crate) struct SseCounter {
    /// The beginning of the line at hand, as much as is needed to tell what it is.
    line: Vec<u8>,
    last_was_cr: bool,
    event: Event,
    frames: u64,
    terminated: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct Event {
    has_data: bool,
    is_done_mark: bool,
    is_message_stop: bool,
}

impl SseCounter {
    pub(crate) fn push(&mut self, mut data: &[u8]) {
        while let Some(&first) = data.first() {
            if first == b'\n' && self.last_was_cr {
                self.last_was_cr = false;
                data = data.get(1..).unwrap_or_default();
                continue;
            }
            let Some(end) = data.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.keep(data);
                self.last_was_cr = false;
                return;
            };
            let (line, rest) = data.split_at(end);
            self.keep(line);
            self.last_was_cr = rest.first() == Some(&b'\r');
            self.end_line();
            data = rest.get(1..).unwrap_or_default();
        }
    }

    /// Events with data so far.
    pub(crate) fn frames(&self) -> u64 {
        self.frames
    }

    /// Whether the vendor's terminal event was seen.
    pub(crate) fn is_terminated(&self) -> bool {
        self.terminated
    }

    fn keep(&mut self, part: &[u8]) {
        let room = LINE_PREFIX.saturating_sub(self.line.len()).min(part.len());
        self.line.extend_from_slice(part.get(..room).unwrap_or_default());
    }

    fn end_line(&mut self) {
        if self.line.is_empty() {
            self.dispatch();
        } else if let Some(value) = field(&self.line, b"data") {
            self.event.has_data = true;
            self.event.is_done_mark |= value.starts_with(b"[DONE]");
        } else if field(&self.line, b"event") == Some(b"message_stop") {
            self.event.is_message_stop = true;
        }
        self.line.clear();
    }

    fn dispatch(&mut self) {
        let event = std::mem::take(&mut self.event);
        if !event.has_data {
            return;
        }
        self.terminated |= event.is_done_mark || event.is_message_stop;
        self.frames += u64::from(!event.is_done_mark);
    }
}

/// The value of a line if its field has this name. One space after the colon is no part of it.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(name)?;
    if rest.is_empty() {
        return Some(rest);
    }
    let value = rest.strip_prefix(b":")?;
    Some(value.strip_prefix(b" ").unwrap_or(value))
}

/// Longer than `event: message_stop`, so that a longer name is not taken for it.
const LINE_PREFIX: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn count(stream: &str, piece: usize) -> (u64, bool) {
        let mut counter = SseCounter::default();
        for piece in stream.as_bytes().chunks(piece) {
            counter.push(piece);
        }
        (counter.frames(), counter.is_terminated())
    }

    #[test]
    fn streams_count_the_same_in_any_pieces() {
        let cases: [(&str, u64, bool); 12] = [
            ("data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n", 2, true),
            ("data:{}\r\n\r\ndata:{}\r\n\r\ndata:[DONE]\r\n\r\n", 2, true),
            ("data: {}\r\rdata: {}\r\r", 2, false),
            ("event: message_start\ndata: {}\n\nevent: message_stop\ndata: {}\n\n", 2, true),
            (": keep-alive\n\ndata: {}\n\n: keep-alive\n\n", 1, false),
            ("data: one\ndata: two\n\n", 1, false),
            ("event: ping\n\n", 0, false),
            ("event: message_stop\n\n", 0, false),
            ("event: message_stopped_early\ndata: {}\n\n", 1, false),
            ("data: {\"text\":\"data: [DONE]\"}\n\n", 1, false),
            ("datum: {}\n\ndata\n\n", 1, false),
            ("data: {} without its empty line\n", 0, false),
        ];
        for (stream, frames, terminated) in cases {
            for piece in 1..=stream.len() {
                assert_eq!(count(stream, piece), (frames, terminated), "{stream:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_long_line_is_not_kept() {
        let mut counter = SseCounter::default();
        counter.push(b"data: ");
        for _ in 0..1000 {
            counter.push(&[b'x'; 1000]);
        }
        assert!(counter.line.capacity() <= 4 * LINE_PREFIX);
        counter.push(b"\n\n");
        assert_eq!(counter.frames(), 1);
    }
}

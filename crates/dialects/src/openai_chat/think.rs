//! Splits `<think>…</think>` at the start of an answer from the answer, also where a tag is cut by a frame.
//!
//! Servers without a reasoning parser send a reasoning model's thoughts this way (DeepSeek-R1 model card, "Usage
//! recommendations"; vLLM docs, "Reasoning outputs").

/// A piece of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Thought.
    Thinking(String),
    /// Answer.
    Text(String),
}

/// The splitter of one answer.
#[derive(Debug, Default)]
pub(crate) struct ThinkSplitter {
    state: State,
    held: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing but white space and perhaps the start of a tag has come.
    #[default]
    Start,
    Inside,
    /// Behind the closing tag; line breaks before the answer are dropped.
    Behind,
    /// The answer has begun: everything passes.
    Answer,
}

impl ThinkSplitter {
    /// Takes more text; emits what is certain.
    pub(crate) fn feed(&mut self, text: String, emit: &mut dyn FnMut(Piece)) {
        if self.state == State::Answer {
            return emit(Piece::Text(text));
        }
        self.held.push_str(&text);
        if self.state == State::Start && !self.open(emit) {
            return;
        }
        if self.state == State::Inside && !self.close(emit) {
            return;
        }
        if self.state == State::Behind {
            let answer = self.held.trim_start_matches(['\r', '\n']);
            if !answer.is_empty() {
                emit(Piece::Text(answer.to_owned()));
                self.state = State::Answer;
            }
            self.held.clear();
        }
    }

    /// The answer ended: what was held back is emitted.
    pub(crate) fn finish(&mut self, emit: &mut dyn FnMut(Piece)) {
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            emit(if self.state == State::Inside { Piece::Thinking(held) } else { Piece::Text(held) });
        }
        self.state = State::Answer;
    }

    /// Looks for the opening tag; `false` while it is not decided.
    fn open(&mut self, emit: &mut dyn FnMut(Piece)) -> bool {
        let begun = self.held.trim_start();
        if let Some(inside) = begun.strip_prefix(OPEN) {
            self.held = inside.to_owned();
            self.state = State::Inside;
            return true;
        }
        if OPEN.starts_with(begun) {
            return false;
        }
        self.state = State::Answer;
        emit(Piece::Text(std::mem::take(&mut self.held)));
        true
    }

    /// Emits thought up to the closing tag; `false` while that has not come.
    fn close(&mut self, emit: &mut dyn FnMut(Piece)) -> bool {
        if let Some((thought, rest)) = self.held.split_once(CLOSE) {
            let (thought, rest) = (thought.to_owned(), rest.to_owned());
            if !thought.is_empty() {
                emit(Piece::Thinking(thought));
            }
            self.held = rest;
            self.state = State::Behind;
            return true;
        }
        let kept = (1..CLOSE.len()).rev().find(|length| {
            let (begin, _) = CLOSE.split_at(*length);
            self.held.ends_with(begin)
        });
        let certain = self.held.len() - kept.unwrap_or(0);
        let maybe = self.held.split_off(certain);
        let thought = std::mem::replace(&mut self.held, maybe);
        if !thought.is_empty() {
            emit(Piece::Thinking(thought));
        }
        false
    }
}

/// Splits a whole answer; the thought is `None` if there is no tag at its start.
pub(crate) fn split(text: &str) -> (Option<String>, String) {
    if !text.trim_start().starts_with(OPEN) {
        return (None, text.to_owned());
    }
    let (mut thought, mut answer) = (String::new(), String::new());
    let mut splitter = ThinkSplitter::default();
    let mut collect = |piece| match piece {
        Piece::Thinking(text) => thought.push_str(&text),
        Piece::Text(text) => answer.push_str(&text),
    };
    splitter.feed(text.to_owned(), &mut collect);
    splitter.finish(&mut collect);
    (Some(thought), answer)
}

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pieces: &[&str]) -> (String, String) {
        let (mut thought, mut answer) = (String::new(), String::new());
        let mut splitter = ThinkSplitter::default();
        let mut collect = |piece| match piece {
            Piece::Thinking(text) => thought.push_str(&text),
            Piece::Text(text) => answer.push_str(&text),
        };
        for piece in pieces {
            splitter.feed((*piece).to_owned(), &mut collect);
        }
        splitter.finish(&mut collect);
        (thought, answer)
    }

    #[test]
    fn every_cut_gives_the_same_split() {
        for (whole, thought, answer) in [
            ("<think>a < b</think>\n\nyes", "a < b", "yes"),
            ("\n<think></think>yes", "", "yes"),
            ("<think>never ends </thin", "never ends </thin", ""),
            ("<thing> no tag", "", "<thing> no tag"),
            ("plain <think>x</think>", "", "plain <think>x</think>"),
            ("<think>ä</think>ö <think>kept</think>", "ä", "ö <think>kept</think>"),
            ("  spaces", "", "  spaces"),
            ("<thi", "", "<thi"),
        ] {
            let chars: Vec<String> = whole.chars().map(String::from).collect();
            for size in 1..=chars.len() {
                let pieces: Vec<String> = chars.chunks(size).map(|piece| piece.concat()).collect();
                let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
                assert_eq!(run(&pieces), (thought.to_owned(), answer.to_owned()), "{whole:?} by {size}");
            }
        }
    }
}

//! Thoughts that arrive in the text, between `<think>` and `</think>` at its start. The tags may be cut anywhere by the
//! frames of a stream.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use std::collections::HashMap;

/// Splits thoughts out of the text.
#[derive(Debug, Default)]
pub(super) struct ThinkTags {
    choices: HashMap<u64, Splitter>,
}

impl ReplyRule for ThinkTags {
    fn wants(&self, text: &str) -> bool {
        let settled = !self.choices.is_empty() && self.choices.values().all(|choice| choice.place == Place::After);
        (!settled && text.contains("\"choices\"")) || text.contains(OPEN)
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        let stream = frame.stream;
        frame.each_choice(|index, choice, part| {
            let Some(mut message) = choice.member::<tianji_core::Extra>(part) else { return false };
            let splitter = self.choices.entry(index).or_default();
            let content = message.member::<String>("content");
            let ends = !stream || choice.get("finish_reason").is_some_and(|reason| !reason.is_null());
            let (mut thoughts, mut text) = splitter.feed(content.as_deref().unwrap_or_default());
            if ends {
                let (last_thoughts, last_text) = splitter.flush();
                thoughts.push_str(&last_thoughts);
                text.push_str(&last_text);
            }
            if thoughts.is_empty() && text == content.as_deref().unwrap_or_default() {
                return false;
            }
            message.put("content", &text);
            if !thoughts.is_empty() {
                message.put("reasoning_content", &thoughts);
            }
            choice.put(part, &message);
            true
        })
    }
}

/// Where in the text the splitter is.
#[derive(Debug, Default, PartialEq, Eq)]
enum Place {
    /// Perhaps before the opening tag.
    #[default]
    Before,
    /// Between the tags.
    Between,
    /// Behind the closing tag, or there is none.
    After,
}

#[derive(Debug, Default)]
struct Splitter {
    place: Place,
    /// Text that may be the start of a tag.
    held: String,
}

impl Splitter {
    /// Takes the next piece of text; returns the thoughts and the text that are certain.
    fn feed(&mut self, piece: &str) -> (String, String) {
        let mut thoughts = String::new();
        if self.place == Place::After {
            return (thoughts, piece.to_owned());
        }
        self.held.push_str(piece);
        if self.place == Place::Before {
            let start = self.held.trim_start();
            if let Some(rest) = start.strip_prefix(OPEN) {
                self.held = rest.to_owned();
                self.place = Place::Between;
            } else if OPEN.starts_with(start) {
                return (thoughts, String::new());
            } else {
                self.place = Place::After;
                return (thoughts, std::mem::take(&mut self.held));
            }
        }
        let held = std::mem::take(&mut self.held);
        if let Some((before, after)) = held.split_once(CLOSE) {
            self.place = Place::After;
            thoughts.push_str(before);
            return (thoughts, after.to_owned());
        }
        let kept = (1..CLOSE.len()).rev().find(|length| CLOSE.get(..*length).is_some_and(|tag| held.ends_with(tag)));
        let (certain, open) = held.split_at(held.len() - kept.unwrap_or(0));
        thoughts.push_str(certain);
        self.held = open.to_owned();
        (thoughts, String::new())
    }

    /// What was held back, now that no more comes.
    fn flush(&mut self) -> (String, String) {
        let held = std::mem::take(&mut self.held);
        match std::mem::replace(&mut self.place, Place::After) {
            Place::Between => (held, String::new()),
            Place::Before | Place::After => (String::new(), held),
        }
    }
}

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

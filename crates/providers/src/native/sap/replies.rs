//! Replies: the model's own stand in `final_result`, beside what the modules did before. Frames of a stream that tell of
//! modules only become chunks without a choice.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use serde::Deserialize;
use tianji_core::{Extra, Json};

/// The rule.
#[derive(Debug)]
pub(super) struct Orchestrated {
    id: String,
}

impl Orchestrated {
    /// For a reply that is given this id if it has none.
    pub(super) fn new(minted: &str) -> Self {
        Self { id: minted.to_owned() }
    }
}

impl ReplyRule for Orchestrated {
    fn wants(&self, text: &str) -> bool {
        ["\"final_result\"", "\"intermediate_results\"", "\"request_id\""].iter().any(|name| text.contains(name))
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        if frame.root.contains_key("error") {
            return false;
        }
        let found = frame.root.member::<Extra>("final_result");
        if found.is_none() && (!frame.stream || frame.root.contains_key("choices")) {
            return false;
        }
        // The template's own event has the form of a chunk, but nothing in it.
        let hollow = |root: &Extra| root.member::<String>("object").is_some_and(|object| object.is_empty());
        frame.root = found.filter(|root| !hollow(root)).unwrap_or_else(|| self.empty());
        frame.each_choice(|_, choice, _| {
            let open = choice.member::<String>("finish_reason").is_some_and(|reason| reason.is_empty());
            if open {
                choice.put("finish_reason", &None::<String>);
            }
            open
        });
        frame.each_message(|_, message| {
            let thoughts = message.member::<Vec<Thought>>("reasoning_content");
            let Some(thoughts) = thoughts else { return false };
            let text: String = thoughts.into_iter().map(|thought| thought.content).collect();
            message.put("reasoning_content", &text);
            true
        });
        true
    }
}

impl Orchestrated {
    /// A chunk that says nothing.
    fn empty(&self) -> Extra {
        let mut root = Extra::new();
        root.put("id", &self.id);
        root.put("object", "chat.completion.chunk");
        root.put("choices", &Vec::<Json>::new());
        root
    }
}

/// `ReasoningBlock` of the API: the signature is good on the vendor's side only.
#[derive(Deserialize)]
struct Thought {
    #[serde(default)]
    content: String,
}

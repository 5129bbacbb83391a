//! Bringing replies into OpenAI's form where a quirk says that they are not.

use crate::body::Members;
use crate::endpoint::EndpointKind;
use crate::provider::Provider;
use crate::quirks::Quirk;
use bytes::Bytes;
use tianji_core::Extra;
use tianji_wire as wire;

/// Edits the frames of a stream.
pub trait StreamEdit: Send {
    /// Whether it may do something to a frame; cheap. Other frames need not be handed over.
    fn concerns(&self, _frame: &wire::Frame) -> bool {
        true
    }

    /// Takes one frame and appends what is to go on in its place. An edited frame has no raw form of its own any more
    /// (`raw` is empty).
    fn edit(&mut self, frame: wire::Frame, out: &mut Vec<wire::Frame>);

    /// The stream is over: appends what was held back.
    fn end(&mut self, _out: &mut Vec<wire::Frame>) {}
}

/// What a quirk does to replies. The same rule serves whole replies and the frames of one stream in order.
pub(crate) trait ReplyRule: Send {
    /// Whether a text can be of interest; cheap, since it is asked for every frame.
    fn wants(&self, text: &str) -> bool;
    /// Edits a reply or frame; says whether it did.
    fn edit(&mut self, frame: &mut Frame) -> bool;
}

/// A whole reply, or one frame of a stream.
pub(crate) struct Frame {
    /// Its members.
    pub(crate) root: Extra,
    /// Whether it is a frame.
    pub(crate) stream: bool,
}

impl Frame {
    /// Edits each choice. The arguments: its index, its members, the name of the member with the message.
    pub(crate) fn each_choice(&mut self, mut edit: impl FnMut(u64, &mut Extra, &'static str) -> bool) -> bool {
        let Some(mut choices) = self.root.member::<Vec<Extra>>("choices") else { return false };
        let part = if self.stream { "delta" } else { "message" };
        let mut changed = false;
        for choice in &mut choices {
            let index = choice.member::<u64>("index").unwrap_or(0);
            changed |= edit(index, choice, part);
        }
        if changed {
            self.root.put("choices", &choices);
        }
        changed
    }

    /// Edits the message or delta of each choice.
    pub(crate) fn each_message(&mut self, mut edit: impl FnMut(u64, &mut Extra) -> bool) -> bool {
        self.each_choice(|index, choice, part| {
            let Some(mut message) = choice.member::<Extra>(part) else { return false };
            let changed = edit(index, &mut message);
            if changed {
                choice.put(part, &message);
            }
            changed
        })
    }
}

impl Provider {
    /// A whole reply of an endpoint in OpenAI's form; `None` if it already is. `minted` is the id of replies that have
    /// none of their own.
    pub fn edit_reply(&self, kind: EndpointKind, minted: &str, body: &Bytes) -> Option<Bytes> {
        let spelled = |quirk: &Quirk| matches!(quirk, Quirk::ReasoningFieldInStreams(_));
        let universal = kind == EndpointKind::Chat && self.speaks_openai() && !self.quirks.iter().any(spelled);
        // Most rows look for the same member as everybody does: one look at the text serves both.
        let named = kind == EndpointKind::Chat && Quirk::names_reasoning(body);
        let mut rules = self.reply_rules(kind, minted, |quirk| named || !quirk.is_about_reasoning());
        if universal {
            rules.extend(Quirk::universal_reply_rules(body, named));
        }
        if rules.is_empty() { None } else { edited(&mut rules, body, false) }
    }

    /// An editor for one stream of an endpoint; `None` if this provider's streams need none. `minted` as for
    /// [`Provider::edit_reply`].
    pub fn stream_edit(&self, kind: EndpointKind, minted: &str) -> Option<Box<dyn StreamEdit>> {
        if kind == EndpointKind::Messages {
            return self.hooks.messages_stream.map(|editor| editor());
        }
        if let (EndpointKind::Chat, Some(editor)) = (kind, self.hooks.chat_stream) {
            return Some(editor());
        }
        let rules = self.reply_rules(kind, minted, |_| true);
        if rules.is_empty() { None } else { Some(Box::new(Rules(rules))) }
    }

    /// The vendor's own form goes first: quirks are about OpenAI's.
    fn reply_rules(
        &self,
        kind: EndpointKind,
        minted: &str,
        wanted: impl Fn(&Quirk) -> bool,
    ) -> Vec<Box<dyn ReplyRule>> {
        let native = self.hooks.replies.and_then(|rule| rule(kind, minted));
        let quirks = self.quirks.iter().chain(self.when.iter().flat_map(|when| &when.quirks));
        let quirks = quirks.filter(|quirk| kind == EndpointKind::Chat && wanted(quirk));
        native.into_iter().chain(quirks.filter_map(Quirk::reply_rule)).collect()
    }
}

struct Rules(Vec<Box<dyn ReplyRule>>);

impl StreamEdit for Rules {
    fn concerns(&self, frame: &wire::Frame) -> bool {
        std::str::from_utf8(&frame.data).is_ok_and(|text| self.0.iter().any(|rule| rule.wants(text)))
    }

    fn edit(&mut self, frame: wire::Frame, out: &mut Vec<wire::Frame>) {
        out.push(match edited(&mut self.0, &frame.data, true) {
            Some(data) => wire::Frame { raw: Bytes::new(), event: frame.event, data },
            None => frame,
        });
    }
}

fn edited(rules: &mut [Box<dyn ReplyRule>], data: &Bytes, stream: bool) -> Option<Bytes> {
    let text = std::str::from_utf8(data).ok()?;
    if !rules.iter().any(|rule| rule.wants(text)) {
        return None;
    }
    let mut frame = Frame { root: serde_json::from_str(text).ok()?, stream };
    let mut changed = false;
    for rule in rules.iter_mut().filter(|rule| rule.wants(text)) {
        changed |= rule.edit(&mut frame);
    }
    if changed { serde_json::to_vec(&frame.root).ok().map(Bytes::from) } else { None }
}

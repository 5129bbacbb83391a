//! Replies that spell usage, thoughts or endings in their own way.

use crate::body::Members;
use crate::reply::{Frame, ReplyRule};
use tianji_core::Extra;

/// Thoughts under another name.
#[derive(Debug)]
pub(super) struct ReasoningField {
    name: String,
    needle: String,
    wanted: Wanted,
}

/// Where thoughts are renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// In whole replies and in streams.
    Everywhere,
    /// In streams only.
    InStreams,
    /// Everywhere, but a stream keeps the vendor's member beside ours.
    BesideInStreams,
}

impl ReasoningField {
    pub(super) fn new(name: &str, wanted: Wanted) -> Self {
        Self { name: name.to_owned(), needle: format!("\"{name}\""), wanted }
    }
}

impl ReplyRule for ReasoningField {
    fn wants(&self, text: &str) -> bool {
        text.contains(&self.needle)
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        if !frame.stream && self.wanted == Wanted::InStreams {
            return false;
        }
        let renamed = !(frame.stream && self.wanted == Wanted::BesideInStreams);
        frame.each_message(|_, message| {
            let thoughts = message.member::<String>(&self.name).filter(|_| !message.contains_key("reasoning_content"));
            let Some(thoughts) = thoughts else { return false };
            if renamed {
                message.take(&self.name);
            }
            message.put("reasoning_content", &thoughts);
            true
        })
    }
}

/// Groq streams usage under `x_groq`; some vendors write counts as strings.
#[derive(Debug)]
pub(super) struct UsageVariants;

impl ReplyRule for UsageVariants {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"usage\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        let root = &mut frame.root;
        let mut changed = false;
        if let Some(mut group) = root.member::<Extra>("x_groq")
            && let Some(usage) = group.take("usage")
        {
            root.put("x_groq", &group);
            if root.get("usage").is_none_or(|usage| usage.is_null()) {
                root.put_json("usage", usage);
            }
            changed = true;
        }
        let Some(mut usage) = root.member::<Extra>("usage") else { return changed };
        let texts: Vec<(String, u64)> = usage
            .iter()
            .filter_map(|(name, count)| Some((name.clone(), count.read::<String>().ok()?.parse().ok()?)))
            .collect();
        for (name, count) in &texts {
            usage.put(name, count);
        }
        if !texts.is_empty() {
            root.put("usage", &usage);
        }
        changed || !texts.is_empty()
    }
}

/// xAI counts reasoning tokens beside `completion_tokens`; OpenAI counts them within.
#[derive(Debug)]
pub(super) struct ReasoningTokensApart;

impl ReplyRule for ReasoningTokensApart {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"reasoning_tokens\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        let Some(mut usage) = frame.root.member::<Extra>("usage") else { return false };
        let count = |name: &str| usage.member::<u64>(name).unwrap_or(0);
        let details = usage.member::<Extra>("completion_tokens_details").unwrap_or_default();
        let reasoning = details.member::<u64>("reasoning_tokens").unwrap_or(0);
        let (input, output) = (count("prompt_tokens"), count("completion_tokens"));
        let apart = reasoning > 0 && count("total_tokens") == input.saturating_add(output).saturating_add(reasoning);
        if apart {
            usage.put("completion_tokens", &output.saturating_add(reasoning));
            frame.root.put("usage", &usage);
        }
        apart
    }
}

/// Some vendors end with `stop` although the model calls tools.
#[derive(Debug, Default)]
pub(super) struct FinishOnTools {
    /// Choices that called a tool so far.
    called: Vec<u64>,
}

impl ReplyRule for FinishOnTools {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"tool_calls\"") || (!self.called.is_empty() && text.contains("\"stop\""))
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        frame.each_choice(|index, choice, part| {
            let message = choice.member::<Extra>(part).unwrap_or_default();
            if message.get("tool_calls").is_some_and(|calls| calls.text().contains('{')) {
                self.called.push(index);
            }
            let wrong = self.called.contains(&index)
                && choice.member::<String>("finish_reason").is_some_and(|reason| reason == "stop");
            if wrong {
                choice.put("finish_reason", "tool_calls");
            }
            wrong
        })
    }
}

/// Errors in streams that say nothing of their kind.
#[derive(Debug)]
pub(super) struct StreamErrorsOfServer;

impl ReplyRule for StreamErrorsOfServer {
    fn wants(&self, text: &str) -> bool {
        text.contains("\"error\"")
    }

    fn edit(&mut self, frame: &mut Frame) -> bool {
        let Some(mut error) = frame.root.member::<Extra>("error").filter(|_| frame.stream) else { return false };
        let says = |name: &str| error.get(name).is_some_and(|value| !value.is_null());
        if ["code", "status", "status_code"].into_iter().any(says) {
            return false;
        }
        error.put("code", &500);
        frame.root.put("error", &error);
        true
    }
}

//! The ways to ask a provider for a reply.

use crate::endpoint::{EndpointKind, Operation};
use crate::params::fits;
use crate::provider::Provider;
use tianji_core::DialectId;

/// One way to ask for a reply: a dialect and the endpoint that speaks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The dialect.
    pub dialect: DialectId,
    /// The endpoint.
    pub kind: EndpointKind,
}

impl Way {
    /// What to ask the provider for.
    pub const fn operation(self, stream: bool) -> Operation {
        match self.kind {
            EndpointKind::Responses => Operation::Responses { stream },
            EndpointKind::TextCompletion => Operation::TextCompletion { stream },
            EndpointKind::Messages => Operation::Messages { stream },
            _ => Operation::Chat { stream },
        }
    }
}

impl Provider {
    /// How a model of this provider can be asked for a reply; the usual way first. Empty = not at all.
    pub fn ways(&self, model: &str) -> Vec<Way> {
        (self.hooks.ways)(self, model)
    }

    /// Which of its ways a call takes: the client's own dialect if it is spoken, else the usual one.
    pub fn way(&self, ways: &[Way], client: DialectId, chat_for_messages: bool) -> Option<usize> {
        let by_responses = client == DialectId::AnthropicMessages && self.messages_by_responses && !chat_for_messages;
        let wanted = if by_responses { DialectId::OpenAiResponses } else { client };
        ways.iter().position(|way| way.dialect == wanted).or(if ways.is_empty() { None } else { Some(0) })
    }
}

/// Chat, Responses, Messages and text completions, where the row lists them. Models that only text completions serve have no other
/// way, and where a row names such models, its others have no text completions.
pub(crate) fn compat_ways(provider: &Provider, model: &str) -> Vec<Way> {
    let text = provider.endpoints.contains(&EndpointKind::TextCompletion);
    let text = Way { dialect: DialectId::OpenAiText, kind: EndpointKind::TextCompletion }.when(text);
    let patterns = provider.text_models.as_deref();
    if patterns.is_some_and(|patterns| patterns.iter().any(|pattern| fits(pattern, model))) {
        return text.into_iter().collect();
    }
    let chat = (provider.hooks.dialect)(provider, model).map(|dialect| Way { dialect, kind: EndpointKind::Chat });
    let responses = provider.endpoints.contains(&EndpointKind::Responses);
    let responses = Way { dialect: DialectId::OpenAiResponses, kind: EndpointKind::Responses }.when(responses);
    let messages = provider.endpoints.contains(&EndpointKind::Messages) && provider.messages.is_some();
    let messages = Way { dialect: DialectId::AnthropicMessages, kind: EndpointKind::Messages }.when(messages);
    chat.into_iter().chain(responses).chain(messages).chain(text.filter(|_| patterns.is_none())).collect()
}

impl Way {
    fn when(self, condition: bool) -> Option<Self> {
        condition.then_some(self)
    }
}

//! Editing an outgoing chat body.

use crate::connection::Connection;
use crate::messages;
use crate::params::{CHAT_PARAMS, ParamRules, allowed};
use crate::provider::Provider;
use crate::quirks::{Quirk, UNIVERSAL};
use crate::special::Special;
use http::HeaderMap;
use tianji_core::generate::Target;
use tianji_core::{DialectId, Losses};
use tianji_wire::RawObject;

/// A body that cannot be made fit for the provider.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EditError {
    /// A parameter has a form from which the vendor's own cannot be made.
    #[error("`{param}` must be {expected}")]
    Invalid {
        /// Where it stands in the request.
        param: &'static str,
        /// What was expected there.
        expected: &'static str,
    },
}

impl Provider {
    /// Edits a body in this provider's chat dialect: refusals, clamps, renames, quirks, then the native folder's own
    /// rules. What the provider does not take is removed and noted in `losses`, unless `target.allowed_params` names
    /// it.
    ///
    /// # Errors
    /// [`EditError`] when a parameter has a form from which the vendor's own form cannot be made.
    pub fn edit_chat(&self, body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) -> Result<(), EditError> {
        self.edit_chat_by(&self.special(target.model, target.capabilities), body, target, losses)
    }

    /// [`Provider::edit_chat`] by rules that were picked for the target before.
    ///
    /// # Errors
    /// As [`Provider::edit_chat`].
    pub fn edit_chat_by(
        &self,
        special: &Special,
        body: &mut RawObject,
        target: &Target<'_>,
        losses: &mut Losses,
    ) -> Result<(), EditError> {
        for rules in self.rules_by(special) {
            rules.apply(body, target, losses);
        }
        if self.speaks_openai() {
            for quirk in self.quirks_by(special) {
                quirk.edit_body(body, target, losses)?;
            }
            messages::edit(body, self.quirks_by(special).chain(UNIVERSAL), losses);
        }
        match self.hooks.edit {
            Some(edit) => edit(body, target, losses),
            None => Ok(()),
        }
    }

    /// Edits a body of text completions: of the quirks, those that are not about conversations.
    ///
    /// # Errors
    /// As [`Provider::edit_chat`].
    pub fn edit_text(&self, body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) -> Result<(), EditError> {
        let concerned = |quirk: &&Quirk| matches!(quirk, Quirk::AccountModelPrefix(_) | Quirk::NoStreamUsage);
        self.quirks_by(&self.special(target.model, target.capabilities))
            .filter(concerned)
            .try_for_each(|quirk| quirk.edit_body(body, target, losses))?;
        match self.hooks.edit_text {
            Some(edit) => edit(body, target, losses),
            None => Ok(()),
        }
    }

    /// Writes into a finished body of chat or of text completions what only the connection knows.
    pub fn bind(&self, body: &mut RawObject, connection: &Connection, target: &Target<'_>) {
        if let Some(bind) = self.hooks.bind {
            bind(body, connection, target);
        }
    }

    /// Whether [`Provider::edit_chat`] could do anything at all for a target, by the rules that were picked for it.
    pub fn edits_chat(&self, special: &Special) -> bool {
        self.hooks.edit.is_some()
            || self.hooks.bind.is_some()
            || self.rules_by(special).any(|rules| !rules.is_empty())
            || (self.speaks_openai() && self.quirks_by(special).any(Quirk::edits_requests))
    }

    /// Edits a body in Anthropic's form for an endpoint of kind [`EndpointKind::Messages`]. `features` are those that the
    /// body needs, as values of `anthropic-beta`.
    ///
    /// [`EndpointKind::Messages`]: crate::EndpointKind::Messages
    pub fn edit_messages(&self, body: &mut RawObject, from_client: &HeaderMap, features: &[&str]) {
        if let Some(edit) = self.hooks.edit_messages {
            edit(body, from_client, features);
        }
    }

    /// Edits a body in Anthropic's form whose tokens are to be counted, for a provider that [counts in][Self::counts_in] it
    /// or wraps it.
    pub fn edit_count(&self, body: &mut RawObject, model: &str, from_client: &HeaderMap) {
        (self.hooks.edit_count)(body, model, from_client);
    }

    /// The dialect in whose form it is asked to count tokens: Anthropic's Messages, or Bedrock's.
    pub const fn counts_in(&self) -> DialectId {
        self.hooks.counts_in
    }

    /// The parameters, by their OpenAI names, that a target takes. Sorted.
    pub fn supported_params(&self, target: &Target<'_>) -> Vec<&'static str> {
        let refused = (self.hooks.refuses)(target);
        let special = self.special(target.model, target.capabilities);
        let taken = |name: &str| {
            allowed(target, name)
                || (self.takes(name, &special)
                    && !refused.contains(&name)
                    && !self.rules_by(&special).any(|rules| rules.lacks(name)))
        };
        CHAT_PARAMS.iter().copied().filter(|name| taken(name)).collect()
    }

    pub(crate) fn speaks_openai(&self) -> bool {
        self.chat.as_ref().is_some_and(|chat| chat.dialect == DialectId::OpenAiChat)
    }
}

impl ParamRules {
    fn lacks(&self, name: &str) -> bool {
        self.unsupported.iter().chain(&self.ignored).any(|known| known == name)
    }
}

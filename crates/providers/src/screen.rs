//! What a client may ask for by OpenAI's names: asked of its own body, before it is translated for anybody.

use crate::body::Members;
use crate::params::{CHAT_PARAMS, allowed, refuse};
use crate::provider::Provider;
use crate::special::Special;
use tianji_core::generate::Target;
use tianji_core::{Json, LossClass, Losses};
use tianji_wire::RawObject;

impl Provider {
    /// Edits the body of a client that speaks OpenAI Chat Completions: parameters that the target does not take are
    /// removed and noted in `losses`, unless `target.allowed_params` names them.
    pub fn screen_chat(&self, body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) {
        self.screen_chat_by(&self.special(target.model, target.capabilities), body, target, losses);
    }

    /// [`Provider::screen_chat`] by rules that were picked for the target before.
    pub fn screen_chat_by(&self, special: &Special, body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) {
        few_stops(body, target, losses);
        let known = |name: &str| CHAT_PARAMS.binary_search(&name).ok().and_then(|at| CHAT_PARAMS.get(at).copied());
        let foreign: Vec<&str> = body.keys().filter_map(known).filter(|name| !self.takes(name, special)).collect();
        for name in foreign {
            match name {
                // How a stream is asked for is the encoder's to say.
                "stream" | "stream_options" => {}
                // Says who asks, not what for.
                "user" if allowed(target, name) => {}
                "user" => {
                    body.take(name);
                    losses.push(LossClass::Hint, name, "not known to the provider");
                }
                _ => refuse(body, name, target, losses),
            }
        }
    }

    /// Whether a parameter stands in the lists of what a model takes.
    pub(crate) fn takes(&self, name: &str, special: &Special) -> bool {
        let listed = |names: &[String]| names.iter().any(|known| known == name);
        let supported = self.whens(special).find_map(|when| when.supported.as_ref()).or(self.supported.as_ref());
        (supported.is_none_or(|names| listed(names)) || self.whens(special).any(|when| listed(&when.takes)))
            && !self.rules_by(special).any(|rules| listed(&rules.unsupported))
    }
}

/// At most four stop sequences (OpenAI, "Create chat completion").
pub(crate) fn few_stops(body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) {
    if allowed(target, "stop") {
        return;
    }
    if let Some(stops) = body.member::<Vec<Json>>("stop").filter(|stops| stops.len() > MOST_STOPS) {
        body.put("stop", stops.get(..MOST_STOPS).unwrap_or_default());
        losses.push(LossClass::Hint, "stop", "cut to four sequences");
    }
}

const MOST_STOPS: usize = 4;

//! What a row says about embeddings: batches, lists, parameters.

use crate::params::{allowed, refuse, rename};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use tianji_core::generate::Target;
use tianji_core::{LossClass, Losses};
use tianji_wire::RawObject;

/// A vendor's limits on embeddings. Parameters go by their OpenAI names.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddingRules {
    /// Most inputs in one request; more go into several. `None` = as the translator knows.
    pub batch: Option<NonZeroUsize>,
    /// A text alone is sent as a list of one.
    pub list_input: bool,
    /// OpenAI's name → the vendor's. A target name that the client set itself wins.
    pub rename: BTreeMap<String, String>,
    /// Not taken: removed and reported as losses, which stop the call unless dropping was allowed. `encoding_format` is
    /// no loss as long as the gateway can write the encoding itself.
    pub unsupported: Vec<String>,
    /// Not taken, and not worth stopping the call: removed with a note.
    pub ignored: Vec<String>,
    /// Sent where the client says nothing.
    pub defaults: BTreeMap<String, serde_json::Value>,
}

impl EmbeddingRules {
    /// Applies the rules. `encodable` says that the gateway can write the wanted encoding itself.
    pub(super) fn apply(&self, params: &mut RawObject, target: &Target<'_>, encodable: bool, losses: &mut Losses) {
        for name in &self.unsupported {
            if encodable && name == "encoding_format" && !allowed(target, name) {
                params.remove(name);
            }
            refuse(params, name, target, losses);
        }
        for name in self.ignored.iter().filter(|name| !allowed(target, name)) {
            if params.contains(name) {
                params.remove(name);
                losses.push(LossClass::Hint, name.as_str(), "not known to the provider");
            }
        }
        for (from, to) in self.rename.iter().filter(|(from, _)| !allowed(target, from)) {
            rename(params, from, to);
        }
        for (name, value) in &self.defaults {
            if !params.contains(name) {
                params.set(name, value);
            }
        }
    }
}

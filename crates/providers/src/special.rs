//! Rules that hold for some models only, picked once for each model.

use crate::params::{ParamRules, When};
use crate::provider::Provider;
use crate::quirks::Quirk;
use tianji_core::generate::Capabilities;

/// Which of a provider's rules for some models hold for one of them.
///
/// Names of models are matched with many patterns; a gateway does it once per model and not for every call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Special {
    /// Places in [`Provider::when`].
    places: Vec<usize>,
}

impl Provider {
    /// Picks the rules that hold for a model.
    pub fn special(&self, model: &str, capabilities: &Capabilities) -> Special {
        let holds = |(_, when): &(usize, &When)| when.condition.holds(model, capabilities);
        Special { places: self.when.iter().enumerate().filter(holds).map(|(place, _)| place).collect() }
    }

    pub(crate) fn whens<'a>(&'a self, special: &'a Special) -> impl Iterator<Item = &'a When> {
        special.places.iter().filter_map(|place| self.when.get(*place))
    }

    /// Special rules come first, so that a parameter that a model does not take is not clamped before.
    pub(crate) fn rules_by<'a>(&'a self, special: &'a Special) -> impl Iterator<Item = &'a ParamRules> {
        self.whens(special).map(|when| &when.rules).chain(std::iter::once(&self.rules))
    }

    pub(crate) fn quirks_by<'a>(&'a self, special: &'a Special) -> impl Iterator<Item = &'a Quirk> {
        self.quirks.iter().chain(self.whens(special).flat_map(|when| &when.quirks))
    }
}

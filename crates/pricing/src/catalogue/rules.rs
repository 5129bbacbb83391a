//! `fallback_generalizations`: what is known of models that the catalogue does not list, by the form of their names.

use super::pattern::Pattern;
use crate::field::Field;
use crate::members::Members;
use crate::overrides::object;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Rules in order; a later one adds to and replaces what an earlier one says. They never say prices.
#[derive(Debug, Default)]
pub(crate) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    fill_for: Vec<String>,
    info: BTreeMap<String, Box<RawValue>>,
}

#[derive(Deserialize)]
struct RawRules {
    rules: Vec<RawRule>,
}

#[derive(Deserialize)]
struct RawRule {
    pattern: String,
    #[serde(default)]
    fill_missing_for_providers: Vec<String>,
    model_info: BTreeMap<String, Box<RawValue>>,
}

impl Rules {
    /// Reads the catalogue's entry. Rules with a pattern that cannot be read are left out, and so are their prices.
    pub(crate) fn read(text: &str) -> Result<Self, serde_json::Error> {
        let raw: RawRules = serde_json::from_str(text)?;
        let compiled = raw.rules.into_iter().filter_map(|rule| {
            let info = rule.model_info.into_iter().filter(|(name, _)| !is_price(name)).collect();
            Some(Rule { pattern: Pattern::compile(&rule.pattern)?, fill_for: rule.fill_missing_for_providers, info })
        });
        Ok(Self(compiled.collect()))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What the rules say of any of these names, as an entry of a provider; `None` if nothing.
    pub(crate) fn inferred(&self, provider: &str, names: &[&str]) -> Option<String> {
        let mut info = BTreeMap::new();
        for rule in self.matching(names) {
            info.extend(rule.info.iter().map(|(name, value)| (name.as_str(), value.get())));
        }
        if info.is_empty() {
            return None;
        }
        let provider = serde_json::Value::from(provider).to_string();
        info.insert(PROVIDER, &provider);
        Some(object(info.into_iter()))
    }

    /// The provider that the rules give to a bare name.
    pub(crate) fn provider_of(&self, name: &str) -> Option<&str> {
        let said = self.matching(&[name]).filter_map(|rule| rule.info.get(PROVIDER));
        said.last().and_then(|value| crate::members::word(value.get()))
    }

    /// A listed entry with the members that rules for its provider add; `None` if none does.
    pub(crate) fn filled(&self, name: &str, entry: &Members<'_>) -> Option<String> {
        let provider = entry.word(PROVIDER)?;
        let mut added = BTreeMap::new();
        for rule in self.0.iter().filter(|rule| rule.fill_for.iter().any(|known| known == provider)) {
            let missing = || rule.info.iter().filter(|(name, _)| entry.text(name).is_none());
            if missing().next().is_some() && rule.pattern.matches(&name.to_ascii_lowercase()) {
                added.extend(missing().map(|(name, value)| (name.as_str(), value.get())));
            }
        }
        if added.is_empty() {
            return None;
        }
        let own = entry.0.iter().map(|(name, value)| (name.as_ref(), value.get()));
        Some(object(own.chain(added)))
    }

    fn matching(&self, names: &[&str]) -> impl Iterator<Item = &Rule> + use<'_> {
        let names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        self.0.iter().filter(move |rule| names.iter().any(|name| rule.pattern.matches(name)))
    }
}

fn is_price(name: &str) -> bool {
    !matches!(Field::of(name), Field::Other | Field::Fact)
}

/// Name of the entry that holds the rules.
pub(crate) const KEY: &str = "fallback_generalizations";

const PROVIDER: &str = "litellm_provider";

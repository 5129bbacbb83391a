//! Which provider a model name means.

use crate::catalogue::Catalogue;
use crate::native;
use crate::params::fits;
use crate::provider::Provider;
use std::sync::Arc;

/// A model name that leads to no provider.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ResolveError {
    /// `custom_llm_provider` names nothing that is known.
    #[error("unknown provider '{0}'")]
    Unknown(String),
    /// The provider is known, but this build cannot talk to it.
    #[error("provider '{0}' is not available in this build")]
    NotInThisBuild(String),
    /// There is no model name.
    #[error("the model name is empty")]
    EmptyModel,
}

impl Catalogue {
    /// The provider and its own name for a model.
    ///
    /// `custom_llm_provider` wins; then `provider/model` if the left side is a known name or alias; then a bare name is
    /// looked up by `priced_provider` (the price catalogue's `litellm_provider`), then by its form (`model_names` of
    /// rows), and is OpenAI's otherwise.
    ///
    /// # Errors
    /// [`ResolveError`] when the provider is unknown or not in this build, or when there is no model name.
    pub fn resolve(
        &self,
        model: &str,
        custom_llm_provider: Option<&str>,
        priced_provider: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(Arc<Provider>, String), ResolveError> {
        let (left, right) = model.split_once('/').unwrap_or(("", model));
        if let Some(name) = custom_llm_provider.filter(|name| !name.is_empty()) {
            let provider = self.known(name)?.ok_or_else(|| ResolveError::Unknown(name.to_owned()))?;
            let own = !left.is_empty() && self.get(left).is_some_and(|other| other.name == provider.name);
            return found(provider, if own { right } else { model });
        }
        if !left.is_empty()
            && let Some(provider) = self.known(left)?
        {
            return found(provider, right);
        }
        let priced = priced_provider(model).filter(|name| !name.is_empty());
        let provider = match priced.map(|name| self.priced(&name)).transpose()?.flatten() {
            Some(provider) => provider,
            None => {
                let name = self.by_form(model);
                self.known(name)?.ok_or_else(|| ResolveError::Unknown(name.to_owned()))?
            }
        };
        found(provider, model)
    }

    /// A provider by name or alias; `None` if it is not a provider's name at all.
    fn known(&self, name: &str) -> Result<Option<&Arc<Provider>>, ResolveError> {
        match self.get(name) {
            None if self.elsewhere.contains_key(name) => Err(ResolveError::NotInThisBuild(name.to_owned())),
            provider => Ok(provider),
        }
    }

    /// The provider whose models have names of this form.
    fn by_form(&self, model: &str) -> &str {
        let fitting = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, model));
        let here = self.iter().find(|provider| fitting(&provider.model_names)).map(|provider| provider.name.as_str());
        let there = || self.elsewhere.iter().find(|(_, patterns)| fitting(patterns)).map(|(name, _)| name.as_str());
        here.or_else(there).unwrap_or(native::FALLBACK)
    }

    /// A provider by its name in the price catalogue, which may add a family: `fireworks_ai-embedding-models`.
    fn priced(&self, name: &str) -> Result<Option<&Arc<Provider>>, ResolveError> {
        match self.known(name)? {
            Some(provider) => Ok(Some(provider)),
            None => self.known(name.split('-').next().unwrap_or(name)),
        }
    }
}

fn found(provider: &Arc<Provider>, model: &str) -> Result<(Arc<Provider>, String), ResolveError> {
    if model.is_empty() { Err(ResolveError::EmptyModel) } else { Ok((Arc::clone(provider), model.to_owned())) }
}

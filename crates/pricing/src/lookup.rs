//! Which entry of the catalogue prices a provider's model.

use crate::catalogue::Catalogue;
use crate::model_price::ModelPrice;
use std::sync::Arc;

impl Catalogue {
    /// The price of a model at a provider: by its base model if one is set, else by its names from exact to loose. An
    /// entry must be the same provider's; another vendor's price for the same name is none.
    pub fn lookup(&self, provider: &str, model: &str, base_model: Option<&str>) -> Option<Arc<ModelPrice>> {
        if let Some(base) = base_model {
            let found = self.entry(&format!("{provider}/{base}")).or_else(|| self.entry(base));
            if found.is_some() {
                return found;
            }
        }
        candidates(provider, model).iter().find_map(|name| {
            let price = self.entry(name)?;
            same_provider(price.provider()?, provider).then_some(price)
        })
    }

    /// Whose model a bare name is.
    pub fn provider_of(&self, model: &str) -> Option<String> {
        self.entry(model)?.provider().map(str::to_owned)
    }
}

fn candidates(provider: &str, model: &str) -> Vec<String> {
    let mut names = vec![format!("{provider}/{model}"), model.to_owned()];
    if let Some((_, bare)) = model.split_once('/') {
        names.push(bare.to_owned());
    }
    if let Some(bare) = GEOGRAPHIES.iter().find_map(|prefix| model.strip_prefix(prefix)) {
        names.push(bare.to_owned());
    }
    if let Some((bare, _)) = model.split_once('@') {
        names.push(format!("{provider}/{bare}"));
        names.push(bare.to_owned());
    }
    if let Some(bare) = without_date(model) {
        names.push(format!("{provider}/{bare}"));
        names.push(bare.to_owned());
    }
    if let Some(base) = model.strip_prefix("ft:").and_then(|rest| rest.split(':').next()) {
        names.push(format!("ft:{base}"));
    }
    names
}

/// `…-2024-08-06` and `…-20240806` without the date.
fn without_date(model: &str) -> Option<&str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (head, day) = model.rsplit_once('-')?;
    if day.len() == 8 && digits(day) {
        return Some(head);
    }
    let (head, month) = head.rsplit_once('-')?;
    let (head, year) = head.rsplit_once('-')?;
    (day.len() == 2 && month.len() == 2 && year.len() == 4 && [day, month, year].into_iter().all(digits))
        .then_some(head)
}

/// The same house: `vertex_ai-language-models` is `vertex_ai`, `bedrock_converse` is `bedrock`.
fn same_provider(entry: &str, provider: &str) -> bool {
    let family = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with(['-', '_']));
    entry == provider
        || family(entry, provider) && !UNRELATED.contains(&(entry, provider))
        || family(provider, entry) && !UNRELATED.contains(&(provider, entry))
        || TWINS.iter().any(|(one, other)| (entry, provider) == (*one, *other) || (entry, provider) == (*other, *one))
}

/// Prefixes of Bedrock's cross-region names.
const GEOGRAPHIES: &[&str] = &["us-gov.", "us.", "eu.", "apac.", "au.", "jp.", "global."];
/// Names that begin alike and are different houses.
const UNRELATED: &[(&str, &str)] = &[("azure_ai", "azure"), ("openai_like", "openai"), ("azure_text", "azure")];
/// Names of one house that do not begin alike.
const TWINS: &[(&str, &str)] = &[
    ("text-completion-openai", "openai"),
    ("text-completion-codestral", "codestral"),
    ("cohere_chat", "cohere"),
    ("together_ai", "together"),
    ("ollama_chat", "ollama"),
];

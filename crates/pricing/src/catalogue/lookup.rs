//! Which entry prices a model of a provider.

use super::family::{family, prefix};
use super::{Case, Catalogue, rules};
use crate::entry::ModelPrice;
use std::borrow::Cow;
use std::sync::Arc;

/// What an image's price may depend on, as entries are keyed: `hd/1024-x-1792/dall-e-3`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImageKey<'a> {
    /// `low`, `hd` …
    pub quality: Option<&'a str>,
    /// `1024x1024`.
    pub size: Option<&'a str>,
    /// Diffusion steps, `50`.
    pub steps: Option<&'a str>,
}

impl Catalogue {
    /// The price of a provider's model, `base_model` first. A name that is not listed but fits one of the catalogue's
    /// rules has capabilities and no prices: its calls cost 0 with status `UnknownPrice`. `None` if nothing is known.
    pub fn lookup(&self, provider: &str, model: &str, base_model: Option<&str>) -> Option<Arc<ModelPrice>> {
        let listed = self.position(provider, model, base_model).and_then(|at| self.read(at));
        let price = listed.or_else(|| self.inferred(provider, base_model.unwrap_or(model)))?;
        Some(Arc::new(price))
    }

    /// The key under which a provider's model is listed.
    pub fn key(&self, provider: &str, model: &str, base_model: Option<&str>) -> Option<&str> {
        self.record(self.position(provider, model, base_model)?).map(|(name, _)| name)
    }

    /// The price of images of one quality and size; the plain entry if there is none of their own.
    pub fn lookup_image(
        &self,
        provider: &str,
        model: &str,
        base_model: Option<&str>,
        image: ImageKey<'_>,
    ) -> Option<Arc<ModelPrice>> {
        let own = family(provider);
        let models = base_model.into_iter().chain([model]);
        let keys = models.flat_map(|model| image_keys(own, bare(provider, model), image));
        let found = keys.into_iter().find_map(|key| self.of_family(&key, own, Case::Folded));
        match found.and_then(|at| self.read(at)) {
            Some(price) => Some(Arc::new(price)),
            None => self.lookup(provider, model, base_model),
        }
    }

    /// The price of films above 720 lines, where a model has one of its own (`sora-2-pro-high-res`); else the plain one.
    pub fn lookup_film(
        &self,
        provider: &str,
        model: &str,
        base_model: Option<&str>,
        lines: Option<u64>,
    ) -> Option<Arc<ModelPrice>> {
        let named = base_model.unwrap_or(model);
        let high = || [Some(named), without_date(named)].into_iter().flatten().map(|name| format!("{name}{HIGH}"));
        let own = family(provider);
        let found = lines.filter(|lines| *lines > PLAIN_LINES).and_then(|_| {
            high().find_map(|name| {
                forms(own, bare(provider, &name)).iter().find_map(|key| self.of_family(key, own, Case::Exact))
            })
        });
        match found.and_then(|at| self.read(at)) {
            Some(price) => Some(Arc::new(price)),
            None => self.lookup(provider, model, base_model),
        }
    }

    /// The provider of a model that is named without one.
    pub fn provider_of(&self, model: &str) -> Option<String> {
        let listed = self.find(model, Case::Exact).and_then(|at| self.provider_at(at));
        listed.or_else(|| self.rules().provider_of(model)).map(|provider| family(provider).to_owned())
    }

    /// Number of rules for names that are not listed.
    pub fn rule_count(&self) -> usize {
        self.rules().len()
    }

    fn inferred(&self, provider: &str, model: &str) -> Option<ModelPrice> {
        let full = format!("{provider}/{model}");
        let text = self.rules().inferred(provider, &[model, &full])?;
        ModelPrice::from_json(&full, text).ok()
    }

    fn position(&self, provider: &str, model: &str, base_model: Option<&str>) -> Option<usize> {
        [Case::Exact, Case::Folded].into_iter().find_map(|case| {
            let base = base_model.and_then(|base| self.base(provider, base, case));
            base.or_else(|| self.search(provider, model, case))
        })
    }

    /// A `base_model` is the operator's word: it may name another provider's entry.
    fn base(&self, provider: &str, base: &str, case: Case) -> Option<usize> {
        let own = self.search(provider, base, case);
        let named = || self.find(base, case).filter(|at| self.provider_at(*at).is_some());
        let other = || base.split_once('/').and_then(|(other, model)| self.search(other, model, case));
        own.or_else(named).or_else(other)
    }

    fn search(&self, provider: &str, model: &str, case: Case) -> Option<usize> {
        let own = family(provider);
        let bare = bare(provider, model);
        if let Some(tune) = bare.strip_prefix("ft:") {
            return self.fine_tune(own, bare, tune, case);
        }
        // as given first: a name may begin like its provider (`perplexity/perplexity/glm-…`)
        [Some(model), Some(bare), without_date(bare)]
            .into_iter()
            .flatten()
            .find_map(|model| forms(own, model).iter().find_map(|key| self.of_family(key, own, case)))
    }

    /// `ft:<base>:<org>:<name>:<id>` is priced as `ft:<base>`, never as the base itself: tuned models cost more.
    fn fine_tune(&self, own: &str, model: &str, tune: &str, case: Case) -> Option<usize> {
        let base = tune.split(':').next().unwrap_or(tune);
        let bases = [Some(base), without_date(base)].into_iter().flatten().map(|base| Cow::Owned(format!("ft:{base}")));
        let tries: Vec<Cow<'_, str>> = std::iter::once(Cow::Borrowed(model)).chain(bases).collect();
        tries.iter().find_map(|tuned| forms(own, tuned).iter().find_map(|key| self.of_family(key, own, case)))
    }

    fn of_family(&self, key: &str, own: &str, case: Case) -> Option<usize> {
        self.find(key, case).filter(|at| self.provider_at(*at).is_some_and(|provider| family(provider) == own))
    }

    fn provider_at(&self, at: usize) -> Option<&str> {
        let (name, text) = self.record(at)?;
        if name == rules::KEY {
            return None;
        }
        crate::members::Members::read(text).ok()?.word("litellm_provider")
    }
}

/// A model's name without what the provider's own paths put before it.
fn bare<'a>(provider: &str, model: &'a str) -> &'a str {
    let own = family(provider);
    let mut model = model;
    for prefix in [provider, own, prefix(own)] {
        model = model.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')).unwrap_or(model);
    }
    match own {
        "bedrock" => bedrock_id(model),
        "gemini" => model.strip_prefix("models/").unwrap_or(model),
        "vertex_ai" => model.rsplit_once("/models/").map_or(model, |(_, name)| name),
        _ => model,
    }
}

/// Without routes (`converse/…`) and ARNs (Amazon Bedrock User Guide, "Inference profiles": the id is the last part).
fn bedrock_id(model: &str) -> &str {
    let model = BEDROCK_ROUTES.iter().find_map(|route| model.strip_prefix(route)).unwrap_or(model);
    match model.strip_prefix("arn:") {
        Some(arn) => arn.rsplit_once('/').map_or(model, |(_, id)| id),
        None => model,
    }
}

/// Keys under which a family may list a model, best first.
fn forms<'a>(own: &str, model: &'a str) -> Vec<Cow<'a, str>> {
    let keyed = |model: &str| Cow::Owned(format!("{}/{model}", prefix(own)));
    let mut forms = vec![keyed(model), Cow::Borrowed(model)];
    match own {
        "bedrock" => {
            let id = model.rsplit_once('/').map_or(model, |(_, id)| id);
            let home = GEOS.iter().find_map(|geo| id.strip_prefix(geo)).unwrap_or(id);
            forms.extend([Cow::Borrowed(id), keyed(id), Cow::Borrowed(home), keyed(home)]);
        }
        "azure" => {
            let home =
                model.split_once('/').filter(|(region, _)| AZURE.contains(region)).map_or(model, |(_, home)| home);
            forms.push(keyed(home));
            forms.extend(AZURE.iter().map(|region| keyed(&format!("{region}/{home}"))));
        }
        "vertex_ai" => {
            let plain = model.split_once('@').map_or(model, |(plain, _)| plain);
            forms.extend([keyed(plain), Cow::Borrowed(plain), keyed(&format!("{plain}@default"))]);
        }
        _ => {}
    }
    forms
}

/// Without `-2024-08-06`, `-20240806` or `@20240806` at the end.
fn without_date(model: &str) -> Option<&str> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (rest, tail) = model.split_at_checked(model.len().checked_sub(9)?)?;
    if tail.strip_prefix(['-', '@']).is_some_and(digits) {
        return Some(rest);
    }
    let (rest, tail) = model.split_at_checked(model.len().checked_sub(11)?)?;
    let parts: Vec<&str> = tail.strip_prefix('-')?.split('-').collect();
    let dated = matches!(parts.as_slice(), [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2);
    (dated && parts.into_iter().all(digits)).then_some(rest)
}

fn image_keys(own: &str, model: &str, image: ImageKey<'_>) -> Vec<String> {
    let size = image.size.map(|size| size.replacen('x', "-x-", 1));
    let steps = image.steps.map(|steps| format!("{steps}-steps"));
    let paths = [
        [image.quality, size.as_deref(), None],
        [None, size.as_deref(), steps.as_deref()],
        [None, size.as_deref(), None],
        [image.quality, None, None],
    ];
    let paths = paths.iter().map(|parts| parts.iter().flatten().map(|part| format!("{part}/")).collect::<String>());
    let prefix = prefix(own);
    paths
        .filter(|path| !path.is_empty())
        .flat_map(|path| {
            [format!("{prefix}/{path}{model}"), format!("{path}{model}"), format!("{path}{prefix}/{model}")]
        })
        .collect()
}

/// End of keys for films of a high resolution (OpenAI, "Pricing": Sora 2 Pro at 1024x1792).
const HIGH: &str = "-high-res";
/// Lines of a film at its model's plain price.
const PLAIN_LINES: u64 = 720;

const BEDROCK_ROUTES: &[&str] =
    &["converse_like/", "converse/", "invoke/", "async_invoke/", "agentcore/", "openai/", "llama/", "deepseek_r1/"];

/// Geographies before a Bedrock model's id (Amazon Bedrock User Guide, "Cross-Region inference").
const GEOS: &[&str] = &["us-gov.", "us.", "eu.", "apac.", "au.", "jp.", "in.", "ca.", "global."];

/// Where Azure deploys (Azure OpenAI, "Deployment types"), cheapest first.
const AZURE: &[&str] = &["global", "global-standard", "us", "eu", "apac"];

//! What a call cost: the model's price under the circumstances of the call.

use crate::deployment::{Concrete, Deployment};
use http::Uri;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;
use tianji_core::{CallRecord, Micros, Usage};
use tianji_dialects::Observed;
use tianji_pricing::{
    Catalogue, Cost, CostAdjust, CostContext, ImageKey, Mode, ModelPrice, SearchContextSize, Units, cost,
};
use tianji_providers::{Connection, Provider};
use tianji_wire::RawObject;

/// What the price of a model's calls depends on besides the calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    /// Where the vendor keeps the data: `eu`, `us`.
    residency: Option<&'static str>,
    /// The calls go to an endpoint of a region.
    regional: bool,
    /// What the vendor says that a call cost is what it cost.
    trusts_reported: bool,
    /// Discount and margin.
    adjust: Option<CostAdjust>,
}

impl Terms {
    /// The terms of a model that is asked at a place.
    pub(crate) fn of(
        provider: &Provider,
        connection: &Connection,
        place: Option<&Uri>,
        adjust: Option<CostAdjust>,
    ) -> Self {
        let host = connection.base.split_once("://").map_or("", |(_, rest)| rest);
        let residency =
            RESIDENCIES.iter().find(|place| host.split_once('.').is_some_and(|(first, _)| first == **place));
        Self {
            residency: residency.copied(),
            regional: place.and_then(Uri::host).is_some_and(|host| provider.is_regional(host)),
            trusts_reported: provider.trust_reported_cost,
            adjust,
        }
    }
}

impl Terms {
    /// Discount and margin.
    pub(crate) const fn adjust(&self) -> Option<&CostAdjust> {
        self.adjust.as_ref()
    }
}

/// What a call asks for that its price depends on, unless the vendor says otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    service_tier: Option<String>,
    search_context_size: SearchContextSize,
}

impl Asked {
    /// From a body in OpenAI's form: `service_tier`, and how much of the web is read for a search (OpenAI, "Web search").
    pub(crate) fn of(body: &RawObject) -> Self {
        #[derive(Deserialize)]
        struct Search {
            search_context_size: Option<String>,
        }
        let options = body.read::<Search>("web_search_options").and_then(Result::ok);
        let named = body.may_hold("tools", SEARCH_SIZE);
        let tools = || body.read::<Vec<Search>>("tools").filter(|_| named).and_then(Result::ok);
        let size = options.and_then(|options| options.search_context_size);
        let size = size.or_else(|| tools()?.into_iter().find_map(|tool| tool.search_context_size));
        let search_context_size = match size.as_deref() {
            Some("low") => SearchContextSize::Low,
            Some("high") => SearchContextSize::High,
            _ => SearchContextSize::Medium,
        };
        Self { service_tier: body.str("service_tier").map(Cow::into_owned), search_context_size }
    }
}

/// The bill of a call; `None` = its model has no price. `duration_ms` is how long it took.
pub(crate) fn bill(
    concrete: &Concrete,
    usage: &Usage,
    (asked, seen): (&Asked, &Observed),
    record: &CallRecord,
    duration_ms: u64,
) -> Option<Cost> {
    let terms = &concrete.terms;
    let reported = seen.reported_cost.filter(|_| terms.trusts_reported);
    let unlisted;
    let price = match (&concrete.price, reported) {
        (Some(price), _) => price.as_ref(),
        (None, Some(_)) => {
            unlisted = ModelPrice::from_json("", "{}").ok()?;
            &unlisted
        }
        (None, None) => return None,
    };
    let resolution = seen.resolution.as_deref();
    let pixels = resolution.and_then(pixels).map_or(0, |pixels| pixels.saturating_mul(usage.counters.images));
    let context = CostContext {
        service_tier: seen.service_tier.as_deref().or(asked.service_tier.as_deref()),
        search_context_size: asked.search_context_size,
        resolution,
        started_at: Some(record.started_at).filter(|at| *at != Micros::default()),
        residency: terms.residency,
        regional_endpoint: terms.regional,
        units: Units { pixels, ..Units::default() },
        duration_ms,
        reported,
        adjust: terms.adjust.as_ref(),
        ..CostContext::default()
    };
    Some(cost(price, usage, &context))
}

/// The model under the price of what a call asks for: pictures may be priced by quality and size, films by lines. What
/// the entry itself says goes before either.
pub(crate) fn sized(
    deployment: &Deployment,
    concrete: &Arc<Concrete>,
    body: &RawObject,
    prices: &Catalogue,
) -> Arc<Concrete> {
    let Some(plain) = concrete.price.as_ref() else { return Arc::clone(concrete) };
    let (provider, base) = (deployment.provider.name.as_str(), deployment.base_model.as_deref());
    let (size, quality) = (body.str("size"), body.str("quality"));
    let found = match plain.mode() {
        Mode::ImageGeneration | Mode::ImageEdit if size.is_some() || quality.is_some() => {
            let key = ImageKey { quality: quality.as_deref(), size: size.as_deref(), steps: None };
            prices.lookup_image(provider, &concrete.model, base, key)
        }
        Mode::VideoGeneration if size.is_some() => {
            let lines = size.as_deref().and_then(sides).map(|(width, height)| width.min(height));
            prices.lookup_film(provider, &concrete.model, base, lines)
        }
        _ => None,
    };
    match found.filter(|found| found.name() != plain.name()) {
        Some(found) => {
            let price = deployment.overrides.over(deployment.custom.over(Some(found)));
            Arc::new(Concrete { price, ..Concrete::clone(concrete) })
        }
        None => Arc::clone(concrete),
    }
}

fn pixels(size: &str) -> Option<u64> {
    sides(size).map(|(width, height)| width.saturating_mul(height))
}

/// Width and height of `1024x1792`; vendors write other signs between them.
fn sides(size: &str) -> Option<(u64, u64)> {
    let (width, height) = size.split_once(['x', 'X', '*', ':'])?;
    Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
}

/// Name of the member that a search's price depends on.
const SEARCH_SIZE: &str = "search_context_size";
/// First labels of hosts that keep data in a place (OpenAI, "Your data: data residency").
const RESIDENCIES: &[&str] = &["eu", "us"];

#[cfg(test)]
mod tests {
    use super::{Asked, Terms, sides};
    use tianji_pricing::SearchContextSize;
    use tianji_providers::{Catalogue, Connection, ConnectionParams};
    use tianji_wire::RawObject;

    #[test]
    fn places_have_prices() {
        let catalogue = Catalogue::embedded().unwrap();
        for (provider, base, place, residency, regional) in [
            ("openai", Some("https://eu.api.openai.com/v1"), None, Some("eu"), false),
            ("openai", Some("https://us.api.openai.com/v1"), None, Some("us"), false),
            ("openai", None, None, None, false),
            ("openai", Some("https://europe.example.com"), None, None, false),
            ("vertex_ai", None, Some("https://us-east5-aiplatform.googleapis.com/v1"), None, true),
            ("vertex_ai", None, Some("https://aiplatform.eu.rep.googleapis.com/v1"), None, true),
            ("vertex_ai", None, Some("https://aiplatform.googleapis.com/v1"), None, false),
            ("vertex_ai", None, Some("https://proxy.example.com/v1"), None, false),
        ] {
            let provider = catalogue.get(provider).unwrap();
            let params = ConnectionParams { api_base: base, ..ConnectionParams::default() };
            let connection = Connection::new(provider, &params, &|_| None).unwrap();
            let place = place.map(|place| place.parse().unwrap());
            let terms = Terms::of(provider, &connection, place.as_ref(), None);
            assert_eq!((terms.residency, terms.regional), (residency, regional), "{base:?} {place:?}");
        }
    }

    #[test]
    fn a_call_says_what_its_price_depends_on() {
        for (body, tier, size) in [
            ("{}", None, SearchContextSize::Medium),
            (r#"{"service_tier": "flex", "tools": [{"type": "function"}]}"#, Some("flex"), SearchContextSize::Medium),
            (r#"{"web_search_options": {"search_context_size": "low"}}"#, None, SearchContextSize::Low),
            (r#"{"tools": [{"type": "web_search", "search_context_size": "high"}]}"#, None, SearchContextSize::High),
        ] {
            let asked = Asked::of(&RawObject::parse(body.into()).unwrap());
            assert_eq!((asked.service_tier.as_deref(), asked.search_context_size), (tier, size), "{body}");
        }
    }

    #[test]
    fn sizes_have_sides() {
        for (size, found) in [("1024x1792", Some((1024, 1792))), ("16:9", Some((16, 9))), ("auto", None), ("", None)] {
            assert_eq!(sides(size), found, "{size}");
        }
    }
}

//! One `model_list` entry, compiled: everything that an attempt needs, ready to use.

use crate::invoice::Terms;
use crate::shared::Shared;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, HOST};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tianji_core::generate::Capabilities;
use tianji_core::{DialectId, Framing};
use tianji_dialects::dialect;
use tianji_http::HttpClient;
use tianji_pricing::{CostAdjust, Mode, ModelPrice};
use tianji_providers::{Connection, ConnectionError, Outgoing, Provider, Special, Way};
use tianji_router::{Breaker, Health, Weights};

/// A deployment.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Stable id.
    pub id: Arc<str>,
    /// Group name as configured; may hold `*`.
    pub group: Arc<str>,
    /// Who serves it.
    pub provider: Arc<Provider>,
    /// Name of the provider, for records.
    pub provider_name: Arc<str>,
    /// Base address of the provider, for records.
    pub base: Arc<str>,
    /// Upstream model, perhaps with `*` to be filled.
    pub model: Arc<str>,
    /// The model that prompts are written for, where the upstream's name does not say it.
    pub prompt_model: Option<String>,
    /// Where and with which credential.
    pub connection: Connection,
    /// The client that reaches it, where the common one does not believe its certificate.
    pub http: Option<HttpClient>,
    /// Name under which it is priced, if not its own.
    pub base_model: Option<String>,
    /// Prices set on this entry.
    pub overrides: tianji_pricing::Overrides,
    /// Prices set for its model wherever it is used.
    pub custom: tianji_pricing::Overrides,
    /// Discount and margin on its provider's prices.
    pub adjust: Option<CostAdjust>,
    /// The model it stands for when it has no `*`.
    pub fixed: Option<Arc<Concrete>>,
    /// Models it stood for so far when it has one.
    pub(crate) filled: papaya::HashMap<String, Arc<Concrete>>,
    /// Request parameters for calls that do not set them, as raw JSON.
    pub defaults: Vec<(String, Bytes)>,
    /// Members merged into the upstream body last, as raw JSON.
    pub extra_body: Vec<(String, Bytes)>,
    /// Drop what cannot be said; `None` = as the settings say.
    pub drop_params: Option<bool>,
    /// Request members removed before anything else, by path.
    pub additional_drop_params: Vec<String>,
    /// Parameters sent verbatim although the target is not known to take them.
    pub allowed_params: Vec<String>,
    /// Whole call.
    pub timeout: Option<Duration>,
    /// First frame of a stream.
    pub stream_timeout: Option<Duration>,
    /// Attempts after the first.
    pub num_retries: Option<u32>,
    /// Time to be left alone after failures.
    pub cooldown: Option<Duration>,
    /// Calls in flight at most.
    pub max_parallel: Option<u64>,
    /// Share of the group's calls.
    pub weights: Weights,
    /// Only the lowest order is asked first.
    pub order: Option<i64>,
    /// Canned answer instead of an upstream.
    pub mock_response: Option<Arc<str>>,
    /// Failures and cooling; shared with earlier snapshots of the same deployment.
    pub breaker: Arc<Mutex<Breaker>>,
    /// Calls in flight; shared likewise.
    pub in_flight: Arc<std::sync::atomic::AtomicU64>,
}

/// A deployment's upstream model by its full name, with what follows from it.
#[derive(Clone, Debug)]
pub struct Concrete {
    /// The upstream's name of the model.
    pub model: Arc<str>,
    /// `provider/model`.
    pub full: Arc<str>,
    /// Price, if known.
    pub price: Option<Arc<ModelPrice>>,
    /// What else its calls' prices depend on.
    pub(crate) terms: Terms,
    /// What it can do.
    pub capabilities: Capabilities,
    /// Which of its provider's rules for some models hold for it.
    pub special: Special,
    /// The ways to ask it for a reply; the usual one first.
    pub ways: Vec<Way>,
    /// Where it is asked for a reply, one for each way.
    pub places: Vec<Places>,
    /// `full` as a header value.
    pub header: Option<HeaderValue>,
}

/// Where a reply is asked for in one way.
#[derive(Clone, Debug)]
pub struct Places {
    /// Where a whole reply is asked for.
    pub whole: Outgoing,
    /// Where a stream is asked for.
    pub streamed: Outgoing,
}

impl Concrete {
    /// The way that a call of a client takes, and its places. Models that only the Responses API serves are asked there.
    pub(crate) fn way(
        &self,
        provider: &Provider,
        client: DialectId,
        chat_for_messages: bool,
    ) -> Option<(Way, &Places)> {
        let by_responses = self.price.as_ref().is_some_and(|price| price.mode() == Mode::Responses);
        let wanted = if by_responses { DialectId::OpenAiResponses } else { client };
        let place = provider.way(&self.ways, wanted, chat_for_messages)?;
        Some((*self.ways.get(place)?, self.places.get(place)?))
    }
}

impl Deployment {
    /// The client that it is called with.
    pub(crate) fn client<'a>(&'a self, shared: &'a Shared) -> &'a HttpClient {
        self.http.as_ref().unwrap_or(&shared.http)
    }

    /// What the breaker says at a time (milliseconds since the start).
    pub fn health(&self, millis: u64) -> Health {
        // The breaker's changes are complete under the lock, so a panic elsewhere leaves it whole.
        self.breaker.lock().unwrap_or_else(std::sync::PoisonError::into_inner).health(millis)
    }

    /// The model for a call; `filled` is the upstream name with captures put in.
    pub fn concrete(
        &self,
        filled: Option<&str>,
        prices: &tianji_pricing::Catalogue,
    ) -> Result<Arc<Concrete>, ConnectionError> {
        let Some(filled) = filled else {
            return match &self.fixed {
                Some(fixed) => Ok(Arc::clone(fixed)),
                None => self.make(&self.model, prices).map(Arc::new),
            };
        };
        let known = self.filled.pin();
        if let Some(concrete) = known.get(filled) {
            return Ok(Arc::clone(concrete));
        }
        let concrete = Arc::new(self.make(filled, prices)?);
        if known.len() < MOST_FILLED {
            known.insert(filled.to_owned(), Arc::clone(&concrete));
        }
        Ok(concrete)
    }

    /// The same deployment under other prices. Breaker and calls in flight are shared with it.
    pub(crate) fn priced(&self, prices: &tianji_pricing::Catalogue) -> Self {
        // The connection was checked when the deployment was built, and prices do not change it.
        let made = |fixed| self.make(&self.model, prices).map_or_else(|_| Arc::clone(fixed), Arc::new);
        Self { fixed: self.fixed.as_ref().map(made), filled: papaya::HashMap::new(), ..self.clone() }
    }

    /// Works out what follows from an upstream model's name.
    pub(crate) fn make(&self, model: &str, prices: &tianji_pricing::Catalogue) -> Result<Concrete, ConnectionError> {
        let found = prices.lookup(&self.provider.name, model, self.base_model.as_deref());
        let price = self.overrides.over(self.custom.over(found));
        let full: Arc<str> = format!("{}/{model}", self.provider.name).into();
        let ways = self.provider.ways(model);
        let place = |way: &Way, stream| {
            let outgoing = self.provider.outgoing(&self.connection, way.operation(stream), model).map(with_host)?;
            let events = stream && dialect(way.dialect).framing() == Framing::Sse;
            Ok(if events { accepting_events(outgoing) } else { outgoing })
        };
        let places = ways.iter().map(|way| Ok(Places { whole: place(way, false)?, streamed: place(way, true)? }));
        let places: Vec<Places> = places.collect::<Result<_, ConnectionError>>()?;
        let place = places.first().map(|places| &places.whole.uri);
        let capabilities = price.as_ref().map(|price| price.capabilities()).unwrap_or_default();
        Ok(Concrete {
            model: model.into(),
            header: HeaderValue::try_from(&*full).ok(),
            full,
            special: self.provider.special(model, &capabilities),
            capabilities,
            price,
            terms: Terms::of(&self.provider, &self.connection, place, self.adjust),
            ways,
            places,
        })
    }
}

/// Some vendors stream in another form unless they are asked for events.
fn accepting_events(mut outgoing: Outgoing) -> Outgoing {
    outgoing.headers.entry(ACCEPT).or_insert(HeaderValue::from_static("text/event-stream"));
    outgoing
}

/// The `Host` header is the same for every call: it is made once, here.
fn with_host(mut outgoing: Outgoing) -> Outgoing {
    let host = outgoing.uri.authority().and_then(|authority| HeaderValue::try_from(authority.as_str()).ok());
    if let Some(host) = host {
        outgoing.headers.entry(HOST).or_insert(host);
    }
    outgoing
}

/// Most models that one wildcard entry remembers.
const MOST_FILLED: usize = 1000;

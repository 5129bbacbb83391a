//! SAP AI Core (SAP AI Core, "Use a service key"): the parts of a service key, or all of it as JSON. With the token comes
//! the address of the orchestration deployment, unless the entry names one (SAP AI Core, "Query deployments").

use super::Given;
use super::ask::{Issuer, text};
use super::iam::Swap;
use super::source::{self, Plan};
use super::turn::Turn;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value as Json;
use std::sync::Arc;
use tianji_core::{Credential, CredentialSource, Error, Granted, Micros, Reply, Secret, WireRequest};

/// The source, if client and secret are known.
pub(super) fn source(given: &Given<'_>) -> Option<Arc<dyn CredentialSource>> {
    let whole = service_key(given);
    let part = |variable, member| given.var(variable).or_else(|| text(&whole, member).map(str::to_owned));
    let id = given.params.client_id.map(str::to_owned).or_else(|| part("AICORE_CLIENT_ID", "clientid"))?;
    let secret = given.params.client_secret.cloned();
    let secret = secret.or_else(|| part("AICORE_CLIENT_SECRET", "clientsecret").map(Secret::new))?;
    let url = part("AICORE_AUTH_URL", "url")?;
    let url = url.trim_end_matches('/');
    let url = if url.ends_with("/oauth/token") { url.to_owned() } else { format!("{url}/oauth/token") };
    let named = given.base.contains("/deployments/");
    let api = given.base.strip_suffix("/v2").unwrap_or(given.base);
    let search = (!named).then(|| Search {
        url: format!("{api}/v2/lm/deployments?{ORCHESTRATION}"),
        group: given.project.unwrap_or(DEFAULT_GROUP).to_owned(),
    });
    let token = Swap::client("SAP's authorisation service", url, id, secret);
    Some(source::source("sap", Sap { token, search }))
}

/// The address that a service key names.
pub(super) fn address(given: &Given<'_>) -> Option<String> {
    text(service_key(given).get("serviceurls")?, "AI_API_URL").map(str::to_owned)
}

/// The entry's key, or the environment's, where it is a service key.
fn service_key(given: &Given<'_>) -> Json {
    let own = given.key.map(|key| key.expose().to_owned()).filter(|text| text.trim_start().starts_with('{'));
    own.or_else(|| given.var("AICORE_SERVICE_KEY"))
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// A token, and with it the deployment that is running.
#[derive(Clone, Debug, Hash)]
struct Sap {
    token: Swap,
    search: Option<Search>,
}

/// The question for deployments.
#[derive(Clone, Debug, Hash)]
struct Search {
    url: String,
    group: String,
}

impl Plan for Sap {
    fn begin(self, now: Micros) -> Turn<Granted> {
        let Some(search) = self.search else { return self.token.begin(now) };
        self.token.begin(now).and_then(move |granted| {
            let request = search.request(&granted);
            Turn::send(request).then(move |reply| Turn::End(search.found(granted, reply)))
        })
    }
}

impl Search {
    fn issuer() -> Issuer {
        Issuer::new("SAP AI Core, asked for its deployments,")
    }

    fn request(&self, granted: &Granted) -> Result<WireRequest, Error> {
        let issuer = Self::issuer();
        let Credential::Token(token) = &granted.credential else { return Err(issuer.misunderstood()) };
        let mut request = issuer.request(Method::GET, &self.url)?;
        issuer.header(&mut request, AUTHORIZATION, &format!("Bearer {}", token.expose()))?;
        let group = HeaderValue::try_from(&self.group).map_err(|_| issuer.unusable("the resource group is no name"))?;
        request.headers.insert(GROUP, group);
        Ok(request)
    }

    /// The deployment that was started last, as SAP's SDK has it.
    fn found(&self, granted: Granted, reply: Result<Reply, Error>) -> Result<Granted, Error> {
        let issuer = Self::issuer();
        let Credential::Token(token) = granted.credential else { return Err(issuer.misunderstood()) };
        let list = issuer.good_json(reply)?;
        let resources = list.get("resources").and_then(Json::as_array).ok_or_else(|| issuer.misunderstood())?;
        let started = |one: &&Json| text(one, "startTime").unwrap_or_default().to_owned();
        let latest = resources.iter().filter(|one| text(one, "deploymentUrl").is_some()).max_by_key(started);
        let base = latest.and_then(|one| text(one, "deploymentUrl")).ok_or_else(|| {
            issuer.unusable(&format!("no orchestration deployment is running in resource group '{}'", self.group))
        })?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Granted { credential: Credential::TokenAt { token, base }, expires_at: granted.expires_at })
    }
}

/// The name of the header with the resource group.
const GROUP: HeaderName = HeaderName::from_static("ai-resource-group");
/// SAP's own default.
const DEFAULT_GROUP: &str = "default";
/// Running deployments of the orchestration service.
const ORCHESTRATION: &str = "scenarioId=orchestration&executableIds=orchestration&status=RUNNING";

//! Where a deployment is called, and with which credential.

use crate::credentials::{CredentialKind, CredentialParams, Given, GoogleKey, project_in};
use crate::endpoint::Operation;
use crate::provider::Provider;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use std::sync::Arc;
use tianji_core::{CredentialSource, Secret};

/// What a deployment's entry says about the connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConnectionParams<'a> {
    /// `api_key`.
    pub api_key: Option<&'a Secret>,
    /// `api_base`.
    pub api_base: Option<&'a str>,
    /// `api_version`.
    pub api_version: Option<&'a str>,
    /// `organization`.
    pub organization: Option<&'a str>,
    /// `extra_headers`, always sent.
    pub extra_headers: &'a [(String, String)],
    /// `azure_ad_token`: sent as a bearer token in place of a key.
    pub azure_ad_token: Option<&'a Secret>,
    /// Region or location in the vendor's cloud (`aws_region_name`, `vertex_location`).
    pub region: Option<&'a str>,
    /// Project or account in the vendor's cloud (`vertex_project`).
    pub project: Option<&'a str>,
    /// Which of the models behind one address is meant (`model_id`).
    pub model_id: Option<&'a str>,
    /// Identities that credentials are asked for with.
    pub credentials: CredentialParams<'a>,
}

/// A checked connection.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// Scheme, host and path, without a slash or a query at the end. Empty where the address follows from region,
    /// project and model ([`Provider::base_of_place`]).
    pub base: String,
    /// Query that stood on the base.
    pub query: Option<String>,
    /// The key.
    pub key: Option<Secret>,
    /// A token that is sent as `Authorization: Bearer` whatever the provider's way of sending keys is; never set
    /// together with a key.
    pub bearer: Option<Secret>,
    /// If there is no credential although one is needed: words that name the environment variables.
    pub missing_key: Option<String>,
    /// API version, for providers that have versions.
    pub api_version: Option<String>,
    /// Organisation at the provider.
    pub organization: Option<String>,
    /// Region or location in the vendor's cloud.
    pub region: Option<String>,
    /// Project or account in the vendor's cloud.
    pub project: Option<String>,
    /// Which of the models behind one address is meant.
    pub model_id: Option<String>,
    /// Where a credential comes from that has to be asked for, or that signs each request.
    pub source: Option<Arc<dyn CredentialSource>>,
    /// Headers of the entry and of the environment.
    pub extra_headers: HeaderMap,
}

/// A connection that cannot be made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConnectionError {
    /// The provider has no address of its own and none was given.
    #[error("provider '{provider}' needs an `api_base` (or the environment variable {variables})")]
    MissingBase {
        /// Provider name.
        provider: String,
        /// Variables that could hold it.
        variables: String,
    },
    /// The address follows from a project, and none was given.
    #[error("provider '{provider}' needs a project (or the environment variable {variables})")]
    MissingProject {
        /// Provider name.
        provider: String,
        /// Variables that could hold it.
        variables: String,
    },
    /// The address is not one.
    #[error("`api_base` of provider '{provider}' {reason}")]
    InvalidBase {
        /// Provider name.
        provider: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A header has a name or value that HTTP does not allow.
    #[error("header '{name}' for provider '{provider}' has a name or value that HTTP does not allow")]
    InvalidHeader {
        /// Provider name.
        provider: String,
        /// Header name.
        name: String,
    },
    /// The credential holds characters that a header cannot carry. The credential is not shown.
    #[error("the credential for provider '{provider}' holds characters that a header cannot carry")]
    InvalidKey {
        /// Provider name.
        provider: String,
    },
    /// The provider does not do this.
    #[error("provider '{provider}' has no {operation:?} endpoint for model '{model}'")]
    NotOffered {
        /// Provider name.
        provider: String,
        /// What was wanted.
        operation: Operation,
        /// For which model.
        model: String,
    },
}

impl Connection {
    /// Works out a connection from an entry, the environment and the provider's own address, in this order.
    ///
    /// # Errors
    /// [`ConnectionError`] when there is no address, or an address or header that HTTP does not allow. A missing key is
    /// no error: the entry is kept, see [`Connection::missing_key`].
    pub fn new(
        provider: &Provider,
        params: &ConnectionParams<'_>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectionError> {
        let (base, query) = base(provider, params, env)?;
        // An entry's key wins over its token, and both win over the environment.
        let given = params.api_key.filter(|key| !key.is_empty()).cloned();
        let token =
            params.azure_ad_token.filter(|token| takes_tokens(provider) && !token.is_empty() && given.is_none());
        let of_env = |names: &[String], free: bool| if free { first(names, env).map(Secret::new) } else { None };
        let key = given.or_else(|| of_env(&provider.key_env, token.is_none()));
        let bearer = token.cloned().or_else(|| of_env(&provider.bearer_env, key.is_none()));
        let region = params.region.map(str::to_owned).or_else(|| first(&provider.region_env, env));
        let given =
            Given { params: &params.credentials, env, region: region.as_deref(), base: &base, key: key.as_ref() };
        let kind = provider.credential.filter(|kind| bearer.is_none() && (key.is_none() || kind.swaps_key()));
        let source = kind.and_then(|kind| given.source(kind));
        let needed = !provider.no_auth && key.is_none() && bearer.is_none() && source.is_none();
        let version = params.api_version.map(str::to_owned).or_else(|| version_in(query.as_deref()));
        Ok(Self {
            missing_key: needed.then(|| wanted(provider)),
            api_version: version
                .or_else(|| first(&provider.version_env, env))
                .or_else(|| provider.version_default.clone()),
            organization: params.organization.filter(|name| !name.is_empty()).map(str::to_owned),
            region,
            project: params
                .project
                .map(str::to_owned)
                .or_else(|| first(&provider.project_env, env))
                .or_else(|| project(params)),
            model_id: params.model_id.filter(|id| !id.is_empty()).map(str::to_owned),
            extra_headers: headers(provider, params, env)?,
            base,
            query,
            key: key.filter(|_| !provider.credential.is_some_and(CredentialKind::swaps_key)),
            bearer,
            source,
        })
    }
}

/// The project of a credential that the entry holds as text.
fn project(params: &ConnectionParams<'_>) -> Option<String> {
    match params.credentials.google? {
        GoogleKey::Text(text) => project_in(text.expose()),
        GoogleKey::File(_) => None,
    }
}

/// Whether tokens are a way of authorising at a provider. Where they are not, a token must not reach its host.
const fn takes_tokens(provider: &Provider) -> bool {
    !provider.bearer_env.is_empty()
}

/// The first variable of a list that is set and not empty.
fn first(names: &[String], env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    names.iter().filter_map(|name| env(name)).map(|value| value.trim().to_owned()).find(|value| !value.is_empty())
}

fn wanted(provider: &Provider) -> String {
    let names: Vec<&str> = provider.key_env.iter().chain(&provider.bearer_env).map(String::as_str).collect();
    let identity = match provider.credential {
        Some(CredentialKind::Azure) => ", or AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
        Some(CredentialKind::Databricks) => ", or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET",
        Some(CredentialKind::Sap) => ", or AICORE_CLIENT_ID, AICORE_CLIENT_SECRET and AICORE_AUTH_URL",
        _ => "",
    };
    format!("set the environment variable {}{identity}", names.join(" or "))
}

fn version_in(query: Option<&str>) -> Option<String> {
    query?.split('&').find_map(|pair| pair.strip_prefix("api-version=")).map(str::to_owned)
}

fn headers(
    provider: &Provider,
    params: &ConnectionParams<'_>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<HeaderMap, ConnectionError> {
    let mut headers = HeaderMap::new();
    let of_env = provider.header_env.iter().filter_map(|(name, variable)| Some((name.clone(), env(variable)?)));
    for (name, value) in of_env.chain(params.extra_headers.iter().cloned()) {
        let invalid = || ConnectionError::InvalidHeader { provider: provider.name.clone(), name: name.clone() };
        let mut value = HeaderValue::try_from(value).map_err(|_| invalid())?;
        let name = HeaderName::try_from(name.as_str()).map_err(|_| invalid())?;
        value.set_sensitive(is_credential(name.as_str()));
        headers.insert(name, value);
    }
    Ok(headers)
}

/// Whether a header of this name is likely to hold a credential.
fn is_credential(name: &str) -> bool {
    ["auth", "key", "token", "secret", "cookie", "password"].iter().any(|word| name.contains(word))
}

fn base(
    provider: &Provider,
    params: &ConnectionParams<'_>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<(String, Option<String>), ConnectionError> {
    let given = params.api_base.map(str::trim).filter(|base| !base.is_empty()).map(str::to_owned);
    let text = match given.or_else(|| first(&provider.base_env, env)) {
        Some(text) => text,
        None if provider.base_of_place => return Ok((String::new(), None)),
        None => own_base(provider, env)?,
    };
    let text = if text.contains("://") { text } else { format!("https://{text}") };
    let (address, query) = match text.split_once('?') {
        Some((address, query)) => (address, Some(query.to_owned()).filter(|query| !query.is_empty())),
        None => (text.as_str(), None),
    };
    check(provider, address)?;
    Ok((trimmed(provider, address), query))
}

/// The provider's own address with its variables filled in.
fn own_base(provider: &Provider, env: &dyn Fn(&str) -> Option<String>) -> Result<String, ConnectionError> {
    let missing = |variables: String| ConnectionError::MissingBase { provider: provider.name.clone(), variables };
    let mut rest = provider.base_url.as_deref().ok_or_else(|| missing(provider.base_env.join(" or ")))?;
    let mut text = String::new();
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        text.push_str(before);
        let value = env(name).filter(|value| !value.is_empty()).ok_or_else(|| missing(name.to_owned()))?;
        text.push_str(&value);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

fn check(provider: &Provider, address: &str) -> Result<(), ConnectionError> {
    let invalid = |reason| ConnectionError::InvalidBase { provider: provider.name.clone(), reason };
    if address.contains('#') {
        return Err(invalid("must not hold a fragment"));
    }
    let uri: Uri = address.parse().map_err(|_| invalid("is not a URL"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(invalid("must begin with http:// or https://"));
    }
    let authority = uri.authority().ok_or_else(|| invalid("has no host"))?;
    if authority.as_str().contains('@') {
        return Err(invalid("must not hold a user name or password"));
    }
    if authority.host().is_empty() { Err(invalid("has no host")) } else { Ok(()) }
}

/// The address without slashes and endpoint paths at its end, with the ending that the provider asks for.
fn trimmed(provider: &Provider, address: &str) -> String {
    let mut base = address.trim_end_matches('/');
    if let Some(shorter) = provider.base_trailing.iter().find_map(|ending| base.strip_suffix(ending.as_str())) {
        base = shorter.trim_end_matches('/');
    }
    let mut base = base.to_owned();
    for (from, to) in &provider.base_rewrites {
        if let Some(shorter) = base.strip_suffix(from.as_str()) {
            base = format!("{shorter}{to}");
        }
    }
    if let Some(suffix) = provider.base_suffix.as_deref()
        && !base.ends_with(suffix)
    {
        base.push_str(suffix);
    }
    base
}

//! One `model_list` entry, compiled.

use super::{identities, money};
use crate::deployment::Deployment;
use crate::shared::Shared;
use bytes::Bytes;
use std::path::Path;
use std::sync::Arc;
use tianji_auth::KeyHash;
use tianji_config::{LitellmSettings, ModelEntry, ModelParams};
use tianji_http::{Authorities, HttpClient, HttpSettings};
use tianji_providers::{Connection, ConnectionError, ConnectionParams, Provider, ResolveError};
use tianji_router::Weights;

/// What an entry is compiled against.
pub(super) struct Context<'a> {
    pub(super) shared: &'a Shared,
    pub(super) providers: &'a tianji_providers::Catalogue,
    pub(super) prices: &'a tianji_pricing::Catalogue,
    pub(super) env: &'a dyn Fn(&str) -> Option<String>,
    /// Shares by deployment id, before the entries' own.
    pub(super) weights: &'a indexmap::IndexMap<String, f64>,
    /// Discounts, margins and prices by model.
    pub(super) litellm: &'a LitellmSettings,
}

/// Why an entry cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum EntryError {
    /// No such provider.
    #[error(transparent)]
    Provider(#[from] ResolveError),
    /// A price of its own is none.
    #[error(transparent)]
    Price(#[from] tianji_pricing::EntryError),
    /// The bundle of certificate authorities is none.
    #[error("ssl_verify: {0} {1}")]
    Bundle(String, tianji_http::AuthoritiesError),
    /// A discount or margin is no decimal from 0.
    #[error("cost_discount_config or cost_margin_config: '{0}': {1}")]
    Adjust(String, tianji_pricing::PriceError),
    /// Its address makes no sense.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
}

/// Compiles an entry.
pub(super) fn build(entry: &ModelEntry, context: &Context<'_>) -> Result<Deployment, EntryError> {
    let params = &entry.params;
    let priced = |model: &str| context.prices.provider_of(model);
    let resolved = context.providers.resolve(&params.model, params.custom_llm_provider.as_deref(), &priced);
    let (provider, model, connection) = match resolved {
        Ok((provider, model)) => {
            let connection = connect(entry, &provider, context)?;
            (provider, model, connection)
        }
        // The rest of the configuration can serve: calls to this entry answer "not implemented".
        Err(cause @ ResolveError::NotInThisBuild(_)) => {
            tracing::warn!(model = %entry.model_name, "{cause}; its calls are answered with 501");
            let name = params.custom_llm_provider.as_deref().or_else(|| Some(params.model.split_once('/')?.0));
            let provider = Provider::absent(name.unwrap_or("unknown"));
            (Arc::new(provider), params.model.clone(), Connection::default())
        }
        Err(cause) => return Err(cause.into()),
    };
    let id = entry.info.id.clone().unwrap_or_else(|| derived_id(entry));
    let (breaker, in_flight) = context.shared.breakers.of(&id);
    let weight = context.weights.get(&id).copied().or(params.weight);
    let mut deployment = Deployment {
        id: id.into(),
        group: entry.model_name.as_str().into(),
        base_model: params.base_model.clone().or_else(|| entry.info.base_model.clone()),
        overrides: money::overrides(entry)?,
        custom: money::custom(context.litellm, &provider.name, &model)?,
        adjust: money::adjust(context.litellm, &provider.name)?,
        fixed: None,
        filled: papaya::HashMap::new(),
        defaults: raw(&params.params),
        extra_body: raw(&params.extra_body),
        drop_params: params.drop_params,
        additional_drop_params: params.additional_drop_params.clone(),
        allowed_params: params.allowed_openai_params.clone(),
        timeout: params.timeout,
        stream_timeout: params.stream_timeout,
        num_retries: params.num_retries,
        cooldown: params.cooldown_time.or(entry.info.cooldown_time),
        max_parallel: params.max_parallel_requests,
        weights: Weights { weight, rpm: params.rpm, tpm: params.tpm },
        order: params.order.map(i64::from),
        mock_response: params.mock_response.as_deref().map(Arc::from),
        model: model.into(),
        provider_name: provider.name.as_str().into(),
        base: connection.base.as_str().into(),
        provider,
        prompt_model: params.hf_model_name.clone(),
        http: own_client(entry, context)?,
        connection,
        breaker,
        in_flight,
    };
    if !deployment.group.contains('*') {
        deployment.fixed = Some(Arc::new(deployment.make(&deployment.model, context.prices)?));
    }
    Ok(deployment)
}

/// A client for an entry that names whom its provider is believed by.
fn own_client(entry: &ModelEntry, context: &Context<'_>) -> Result<Option<HttpClient>, EntryError> {
    if entry.params.ssl_off {
        tracing::warn!(
            model = %entry.model_name,
            "ssl_verify: false is not followed: a key is not for whoever answers; name the vendor's certificate authorities by their path"
        );
    }
    let Some(path) = &entry.params.ssl_bundle else { return Ok(None) };
    let authorities = Authorities::read(Path::new(path)).map_err(|cause| EntryError::Bundle(path.clone(), cause))?;
    let proxies = context.shared.http.proxies().clone();
    Ok(Some(HttpClient::new(HttpSettings { authorities: Some(authorities), proxies, ..HttpSettings::default() })))
}

fn connect(entry: &ModelEntry, provider: &Provider, context: &Context<'_>) -> Result<Connection, EntryError> {
    let params = &entry.params;
    let headers: Vec<(String, String)> =
        params.extra_headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect();
    let given = ConnectionParams {
        api_key: params.api_key.as_ref(),
        api_base: params
            .api_base
            .as_deref()
            .or(params.aws.bedrock_runtime_endpoint.as_deref())
            .or(params.aws.sagemaker_base_url.as_deref()),
        api_version: params.api_version.as_deref(),
        organization: params.organization.as_deref(),
        extra_headers: &headers,
        azure_ad_token: params.azure.ad_token.as_ref(),
        region: params
            .aws
            .region_name
            .as_deref()
            .or(params.vertex.location.as_deref())
            .or(params.oci.region.as_deref())
            .or(params.region_name.as_deref()),
        token: params.ibm.token.as_ref(),
        project: project(params, provider),
        space: params.ibm.space_id.as_deref(),
        model_id: params.aws.model_id.as_deref(),
        credentials: identities::of(params),
    };
    let mut connection = Connection::new(provider, &given, context.env)?;
    if connection.project.is_none() && connection.source.is_some() {
        connection.project = identities::project(provider, &given, context.env);
    }
    // A canned answer needs no credential; anything else without one answers 401 at every call.
    if let Some(missing) = connection.missing_key.as_ref().filter(|_| params.mock_response.is_none()) {
        tracing::warn!(model = %entry.model_name, "no credential: {missing}");
    }
    Ok(connection)
}

/// The project under the name that its cloud has for it. A tenant is one where it is not the directory of an identity.
fn project<'a>(params: &'a ModelParams, provider: &Provider) -> Option<&'a str> {
    let tenant = params.azure.tenant_id.as_deref().filter(|_| provider.credential.is_none());
    let names = [
        &params.vertex.project,
        &params.ibm.project_id,
        &params.oci.compartment_id,
        &params.resource_group,
        &params.predibase_tenant_id,
    ];
    names.into_iter().find_map(|name| name.as_deref()).or(tenant)
}

/// Members of an object as names and raw JSON.
fn raw(object: &serde_json::Map<String, serde_json::Value>) -> Vec<(String, Bytes)> {
    object.iter().map(|(name, value)| (name.clone(), Bytes::from(value.to_string()))).collect()
}

/// The same for the same entry after every restart; secrets do not count.
fn derived_id(entry: &ModelEntry) -> String {
    let params = &entry.params;
    let described = format!(
        "{}\n{}\n{:?}\n{:?}\n{:?}\n{:?}",
        entry.model_name, params.model, params.custom_llm_provider, params.api_base, params.api_version, params.params
    );
    KeyHash::of(&described).hex()
}

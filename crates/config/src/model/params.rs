//! `model_list[].litellm_params`.

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value as Json;
use tianji_core::Secret;

use super::{AwsParams, AzureParams, IbmParams, OciParams, Prices, VertexParams};
use crate::keys::{Kind, params_section};
use crate::raw::Value;
use crate::raw_object::RawObject;
use crate::read::Fields;

/// How a deployment is reached, limited and paid for.
///
/// `Option` means that a broader setting (model group, router, gateway) applies when it is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelParams {
    /// The upstream model, usually `provider/model`; never empty in a valid configuration.
    pub model: String,
    /// The provider, when `model` does not name it.
    pub custom_llm_provider: Option<String>,
    /// The model whose price and abilities count, when the upstream name says nothing (Azure deployments).
    pub base_model: Option<String>,
    /// The entry of `credential_list` whose values have been filled in.
    pub credential_name: Option<String>,

    /// The provider's key.
    pub api_key: Option<Secret>,
    /// The provider's base URL (`api_base`, else `base_url`).
    pub api_base: Option<String>,
    /// The API's version, for providers that want one.
    pub api_version: Option<String>,
    /// The provider's organisation id.
    pub organization: Option<String>,
    /// The region, for providers that have regions.
    pub region_name: Option<String>,
    /// Headers added to every upstream request.
    pub extra_headers: IndexMap<String, Secret>,
    /// Members added to every upstream body.
    pub extra_body: RawObject,
    /// Amazon Web Services.
    pub aws: AwsParams,
    /// Google Cloud.
    pub vertex: VertexParams,
    /// Microsoft Azure.
    pub azure: AzureParams,
    /// IBM watsonx.ai.
    pub ibm: IbmParams,
    /// Oracle Cloud Infrastructure.
    pub oci: OciParams,
    /// Resource group of SAP AI Core.
    pub resource_group: Option<String>,
    /// Tenant at Predibase (`predibase_tenant_id`).
    pub predibase_tenant_id: Option<String>,

    /// Requests per minute.
    pub rpm: Option<u64>,
    /// Tokens per minute.
    pub tpm: Option<u64>,
    /// Input tokens per minute.
    pub itpm: Option<u64>,
    /// Output tokens per minute.
    pub otpm: Option<u64>,
    /// Calls in flight at once.
    pub max_parallel_requests: Option<u64>,
    /// Dollars per `budget_duration`, as decimal text.
    pub max_budget: Option<String>,
    /// The budget's period, such as `30d`.
    pub budget_duration: Option<String>,

    /// Share of the group's traffic.
    pub weight: Option<f64>,
    /// Rank within the group: lower ones are used first.
    pub order: Option<u32>,
    /// Tags for tag routing.
    pub tags: Vec<String>,
    /// Patterns for tag routing.
    pub tag_regex: Vec<String>,
    /// The whole call.
    pub timeout: Option<Duration>,
    /// Until a stream's first token.
    pub stream_timeout: Option<Duration>,
    /// Between two frames of a stream.
    pub stream_idle_timeout: Option<Duration>,
    /// Retries (`num_retries`, else `max_retries`).
    pub num_retries: Option<u32>,
    /// How long a failing deployment rests.
    pub cooldown_time: Option<Duration>,

    /// Bundle of certificate authorities that the provider is believed by (`ssl_verify` as a path).
    pub ssl_bundle: Option<String>,
    /// Certificates are not to be looked at (`ssl_verify: false`), which is not done.
    pub ssl_off: bool,
    /// The model that a server of prompts has, where its own name does not say so: prompts are written in its form.
    pub hf_model_name: Option<String>,

    /// Whether parameters that the provider does not know are dropped.
    pub drop_params: Option<bool>,
    /// Parameters (paths) that are always dropped.
    pub additional_drop_params: Vec<String>,
    /// Parameters that are sent although the provider is not known to take them.
    pub allowed_openai_params: Vec<String>,
    /// The answer to give instead of asking the provider.
    pub mock_response: Option<String>,
    /// Prices of this deployment alone.
    pub prices: Prices,
    /// Keys of the gateway that have no field here.
    pub options: RawObject,
    /// Everything else: defaults for request parameters, and parameters of the provider.
    pub params: RawObject,
}

impl ModelParams {
    pub(super) fn read(mut fields: Fields) -> Self {
        let mut params = Self {
            custom_llm_provider: fields.text("custom_llm_provider"),
            hf_model_name: fields.text("hf_model_name"),
            base_model: fields.text("base_model"),
            credential_name: fields.text("litellm_credential_name"),
            aws: AwsParams::read(&mut fields),
            vertex: VertexParams::read(&mut fields),
            azure: AzureParams::read(&mut fields),
            ibm: IbmParams::read(&mut fields),
            oci: OciParams::read(&mut fields),
            resource_group: fields.text("resource_group"),
            predibase_tenant_id: fields.text("predibase_tenant_id"),
            prices: Prices::read(&mut fields),
            drop_params: fields.flag("drop_params"),
            additional_drop_params: fields.texts("additional_drop_params"),
            allowed_openai_params: fields.texts("allowed_openai_params"),
            mock_response: fields.text("mock_response"),
            ..Self::connection(&mut fields)
        };
        match fields.node("ssl_verify").map(|node| node.value) {
            Some(Value::Text(path)) => params.ssl_bundle = Some(path),
            Some(Value::Bool(false)) => params.ssl_off = true,
            _ => {}
        }
        params.limits(&mut fields);
        params.routing(&mut fields);
        let options = fields.drain(is_option);
        params.options = Fields::new(options).rest();
        params.params = fields.rest();
        params
    }

    fn connection(fields: &mut Fields) -> Self {
        let api_base = fields.text("api_base");
        let base_url = fields.text("base_url");
        Self {
            model: fields.text("model").unwrap_or_default(),
            api_key: fields.secret("api_key"),
            api_base: api_base.or(base_url),
            api_version: fields.text("api_version"),
            organization: fields.text("organization"),
            region_name: fields.text("region_name"),
            extra_headers: fields.secrets("extra_headers"),
            extra_body: fields.object("extra_body"),
            ..Self::default()
        }
    }

    fn limits(&mut self, fields: &mut Fields) {
        self.rpm = fields.count("rpm");
        self.tpm = fields.count("tpm");
        self.itpm = fields.count("itpm");
        self.otpm = fields.count("otpm");
        self.max_parallel_requests = fields.count("max_parallel_requests");
        self.max_budget = fields.digits("max_budget");
        self.budget_duration = fields.text("budget_duration");
    }

    fn routing(&mut self, fields: &mut Fields) {
        let num_retries = fields.small("num_retries");
        let max_retries = fields.small("max_retries");
        self.num_retries = num_retries.or(max_retries);
        self.weight = fields.number("weight");
        self.order = fields.small("order");
        self.tags = fields.texts("tags");
        self.tag_regex = fields.texts("tag_regex");
        self.timeout = fields.seconds("timeout");
        self.stream_timeout = fields.seconds("stream_timeout");
        self.stream_idle_timeout = fields.seconds("stream_idle_timeout");
        self.cooldown_time = fields.seconds("cooldown_time");
    }

    /// A parameter's default, for calls that do not set it.
    pub fn param(&self, name: &str) -> Option<&Json> {
        self.params.get(name)
    }
}

/// Whether a key is the gateway's own business, not the provider's.
fn is_option(name: &str) -> bool {
    params_section().key(name).is_some_and(|key| !matches!(key.kind, Kind::Param))
}

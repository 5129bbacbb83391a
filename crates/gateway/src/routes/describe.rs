//! Deployments and groups in the words of `/model/info` and `/model_group/info`. No secret has a place here.

use serde_json::{Map, Value, json};
use tianji_core::generate::{Capabilities, EffortBudgets, Target};
use tianji_pipeline::{Concrete, Deployment, Group};
use tianji_providers::{AuthStyle, Provider};

/// A deployment: its parameters without secrets, and what the catalogue and its entry say about the model.
pub(super) fn deployment(deployment: &Deployment, admin: bool) -> Value {
    let mut params = Map::new();
    params.insert("model".into(), json!(format!("{}/{}", deployment.provider.name, deployment.model)));
    params.insert("custom_llm_provider".into(), json!(deployment.provider.name));
    if admin {
        params.insert("api_base".into(), json!(deployment.connection.base));
    }
    let optional = [
        ("api_version", deployment.connection.api_version.as_deref().map(Value::from)),
        ("region_name", deployment.connection.region.as_deref().map(Value::from)),
        ("rpm", deployment.weights.rpm.map(Value::from)),
        ("tpm", deployment.weights.tpm.map(Value::from)),
        ("weight", deployment.weights.weight.map(Value::from)),
        ("order", deployment.order.map(Value::from)),
        ("timeout", deployment.timeout.map(|time| json!(time.as_secs_f64()))),
        ("max_parallel_requests", deployment.max_parallel.map(Value::from)),
    ];
    params.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    for (name, raw) in &deployment.defaults {
        params.insert(name.clone(), serde_json::from_slice(raw).unwrap_or(Value::Null));
    }
    json!({
        "model_name": deployment.group,
        "litellm_params": params,
        "model_info": info(deployment),
    })
}

/// What is known of a deployment's model: every member of its catalogue entry, prices of its own over it.
pub(super) fn info(deployment: &Deployment) -> Value {
    let mut info = json!({"id": deployment.id, "db_model": false});
    let Some(fields) = info.as_object_mut() else { return info };
    let concrete = deployment.fixed.as_deref();
    if let Some(price) = concrete.and_then(|concrete| concrete.price.as_ref()) {
        fields.insert("key".into(), json!(price.name()));
        fields.extend(price.raw());
    }
    fields.entry("litellm_provider").or_insert_with(|| json!(deployment.provider.name));
    if let Some(concrete) = concrete {
        fields.insert("supported_openai_params".into(), json!(params(deployment, concrete)));
    }
    info
}

/// OpenAI parameters that a deployment's model takes.
pub(super) fn params(deployment: &Deployment, concrete: &Concrete) -> Vec<&'static str> {
    taken(&deployment.provider, &concrete.model, &concrete.capabilities, &deployment.allowed_params)
}

/// OpenAI parameters that a provider takes for a model with these abilities.
pub(super) fn taken(
    provider: &Provider,
    model: &str,
    capabilities: &Capabilities,
    allowed_params: &[String],
) -> Vec<&'static str> {
    let budgets = EffortBudgets::default();
    let name = &provider.name;
    let target =
        Target { provider: name, model, capabilities, allowed_params, budgets: &budgets, modify_params: false };
    provider.supported_params(&target)
}

/// A group: what holds for all of its deployments together.
pub(super) fn group(group: &Group) -> Value {
    let deployments = || group.deployments.iter();
    let mut providers: Vec<&str> = deployments().map(|deployment| deployment.provider.name.as_str()).collect();
    providers.sort_unstable();
    providers.dedup();
    let entries: Vec<Map<String, Value>> =
        deployments().filter_map(|deployment| Some(deployment.fixed.as_ref()?.price.as_ref()?.raw())).collect();
    let most = |name: &str| {
        let values = entries.iter().filter_map(|entry| entry.get(name)?.as_f64());
        values.reduce(f64::max).map_or(Value::Null, Value::from)
    };
    let any = |name: &str| entries.iter().any(|entry| entry.get(name) == Some(&Value::Bool(true)));
    let sum = |limit: fn(&Deployment) -> Option<f64>| {
        deployments().map(|deployment| limit(deployment)).sum::<Option<f64>>().map_or(Value::Null, Value::from)
    };
    let first = deployments().find_map(|deployment| Some((deployment, deployment.fixed.as_deref()?)));
    let mode = entries.first().and_then(|entry| entry.get("mode").cloned()).unwrap_or(Value::Null);
    let mut shown = json!({
        "model_group": group.name, "providers": providers, "mode": mode,
        "tpm": sum(|deployment| deployment.weights.tpm.map(|limit| limit as f64)),
        "rpm": sum(|deployment| deployment.weights.rpm.map(|limit| limit as f64)),
        "itpm": null, "otpm": null,
        "supported_reasoning_efforts": efforts(&entries),
        "supported_openai_params": first.map(|(deployment, concrete)| params(deployment, concrete)).unwrap_or_default(),
        "configurable_clientside_auth_params": null, "is_public_model_group": false,
        "health_status": null, "health_response_time": null, "health_checked_at": null,
    });
    if let Some(fields) = shown.as_object_mut() {
        fields.extend(NUMBERS.iter().map(|name| ((*name).to_owned(), most(name))));
        fields.extend(FLAGS.iter().map(|name| ((*name).to_owned(), Value::Bool(any(name)))));
    }
    shown
}

/// Efforts that some deployment of a group can be asked for, the least first: as its entry lists them, else the common
/// three of models that think, and those that its flags add or take away.
fn efforts(entries: &[Map<String, Value>]) -> Vec<&'static str> {
    let takes = |entry: &Map<String, Value>, effort: &str| {
        if let Some(levels) = entry.get("reasoning_effort_levels").and_then(Value::as_array) {
            return levels.iter().any(|level| level == effort);
        }
        let common = matches!(effort, "low" | "medium" | "high") && flag(entry, "supports_reasoning") == Some(true);
        flag(entry, &format!("supports_{effort}_reasoning_effort")).unwrap_or(common)
    };
    EFFORTS.iter().copied().filter(|effort| entries.iter().any(|entry| takes(entry, effort))).collect()
}

fn flag(entry: &Map<String, Value>, name: &str) -> Option<bool> {
    entry.get(name).and_then(Value::as_bool)
}

/// What a form that adds a model of a provider has to ask for.
pub(super) fn fields(provider: &Provider) -> Value {
    let mut fields = Vec::new();
    let mut field = |key: &str, label: &str, kind: &str, required: bool, default: Option<&str>| {
        fields.push(json!({
            "key": key, "label": label, "placeholder": null, "tooltip": null, "required": required,
            "field_type": kind, "options": null, "default_value": default,
        }));
    };
    let own_base = provider.base_url.as_deref().filter(|url| !url.contains('{'));
    field("api_base", "API base", "text", own_base.is_none() && !provider.base_of_place, own_base);
    if provider.version_default.is_some() || !provider.version_env.is_empty() {
        field("api_version", "API version", "text", false, provider.version_default.as_deref());
    }
    if !provider.region_env.is_empty() {
        field("region_name", "Region", "text", false, None);
    }
    let keyless = provider.no_auth || provider.credential.is_some();
    let label = match &provider.auth {
        AuthStyle::Bearer | AuthStyle::Scheme(_) => "API key".to_owned(),
        AuthStyle::Header(header) => format!("API key ({header})"),
    };
    field("api_key", &label, "password", !keyless, None);
    json!({
        "provider": provider.name, "provider_display_name": provider.label, "litellm_provider": provider.name,
        "credential_fields": fields, "default_model_placeholder": null,
    })
}

/// Reasoning efforts, the least first.
const EFFORTS: &[&str] = &["none", "minimal", "low", "medium", "high", "xhigh", "max"];
/// Numbers of a group: the most that a deployment has or costs.
const NUMBERS: &[&str] =
    &["max_input_tokens", "max_output_tokens", "input_cost_per_token", "output_cost_per_token", "input_cost_per_pixel"];
/// Abilities of a group: those that a deployment has.
const FLAGS: &[&str] = &[
    "supports_parallel_function_calling",
    "supports_vision",
    "supports_web_search",
    "supports_url_context",
    "supports_reasoning",
    "supports_function_calling",
    "supports_fast_mode",
];

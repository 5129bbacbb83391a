//! Deployments and groups in the words of `/model/info` and `/model_group/info`. No secret has a place here.

use serde_json::{Map, Value, json};
use tianji_core::generate::{EffortBudgets, Target};
use tianji_pipeline::{Concrete, Deployment, Group};

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
    let budgets = EffortBudgets::default();
    let target = Target {
        provider: &deployment.provider.name,
        model: &concrete.model,
        capabilities: &concrete.capabilities,
        allowed_params: &deployment.allowed_params,
        budgets: &budgets,
        modify_params: false,
    };
    deployment.provider.supported_params(&target)
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
        "supported_openai_params": first.map(|(deployment, concrete)| params(deployment, concrete)).unwrap_or_default(),
    });
    if let Some(fields) = shown.as_object_mut() {
        fields.extend(NUMBERS.iter().map(|name| ((*name).to_owned(), most(name))));
        fields.extend(FLAGS.iter().map(|name| ((*name).to_owned(), Value::Bool(any(name)))));
    }
    shown
}

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
];

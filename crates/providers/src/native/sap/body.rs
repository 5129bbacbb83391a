//! The configuration that a chat body becomes.

use crate::body::Members;
use crate::edit::EditError;
use tianji_core::generate::Target;
use tianji_core::{Extra, Json, Losses};
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, target: &Target<'_>, _: &mut Losses) -> Result<(), EditError> {
    let streams = body.bool("stream").unwrap_or(false);
    for name in ["model", "stream", "stream_options"] {
        body.remove(name);
    }
    // The service hands the word on to the vendor, and only OpenAI's newer models know the new one.
    if !newer(target.model)
        && let Some(most) = body.take("max_completion_tokens")
        && !body.contains("max_tokens")
    {
        body.put_json("max_tokens", most);
    }
    let mut prompt = Extra::new();
    move_to(&mut prompt, "template", body.take("messages"));
    for name in ["defaults", "tools", "response_format"] {
        move_to(&mut prompt, name, body.take(name));
    }
    let mut modules = Extra::new();
    let others: Vec<(&str, Json)> = MODULES.iter().filter_map(|name| Some((*name, body.take(name)?))).collect();
    let kept: Vec<(&str, Json)> = BESIDE.iter().filter_map(|name| Some((*name, body.take(name)?))).collect();
    let version = body.take("model_version");

    let mut model = Extra::new();
    model.put("name", target.model);
    match version {
        Some(version) => model.put_json("version", version),
        None => model.put("version", "latest"),
    }
    let names: Vec<String> = body.keys().map(str::to_owned).collect();
    let params: Extra = names.into_iter().filter_map(|name| body.take(&name).map(|value| (name, value))).collect();
    model.put("params", &params);

    let mut templating = Extra::new();
    templating.put("prompt", &prompt);
    templating.put("model", &model);
    modules.put("prompt_templating", &templating);
    modules.extend(others.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let mut config = Extra::new();
    config.put("modules", &modules);
    if streams {
        config.put("stream", &serde_json::json!({ "enabled": true }));
    }
    body.put("config", &config);
    for (name, value) in kept {
        body.put_json(name, value);
    }
    Ok(())
}

fn move_to(object: &mut Extra, name: &str, value: Option<Json>) {
    if let Some(value) = value.filter(|value| !value.is_null()) {
        object.put_json(name, value);
    }
}

/// Models of OpenAI's that know `max_completion_tokens` only.
fn newer(model: &str) -> bool {
    let numbered = |rest: &str| rest.starts_with(|first: char| first.is_ascii_digit());
    model.starts_with("gpt-5") || model.strip_prefix('o').is_some_and(numbered)
}

/// Modules besides the prompt's, which a client or an entry may configure.
const MODULES: &[&str] = &["filtering", "masking", "grounding", "translation"];
/// What stands beside the configuration.
const BESIDE: &[&str] = &["placeholder_values", "messages_history"];

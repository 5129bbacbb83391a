//! Writes a request for an upstream.

use crate::prompt::{self, Family};
use crate::{DialectError, EncodedRequest};
use serde::Serialize;
use tianji_core::generate::{GenerateRequest, Role, Target};
use tianji_core::{Extra, Json, Losses};

/// Writes a request.
///
/// # Errors
/// [`DialectError::Content`] for parts that are not text.
pub(super) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let turns = prompt::turns(request, losses)?;
    let mut input = Extra::new();
    conversation(&turns, target.model, &mut input);
    sampling(request, &mut input);
    input.extend(prompt::along(request, target, losses));
    let body = serde_json::to_vec(&Body { input, stream: request.stream });
    let body = body.map_err(|cause| DialectError::Reply(cause.to_string()))?;
    Ok(EncodedRequest::plain(body.into()))
}

/// The vendor puts a prompt into the model's own form. More than one turn does not fit into that, and models that the
/// vendor does not keep itself may not have it: then the prompt is written in that form, as far as it is known.
fn conversation(turns: &[(Role, String)], model: &str, input: &mut Extra) {
    let family = Family::of(model);
    let keeps = OFFICIAL.iter().any(|owner| model.starts_with(owner));
    let (system, rest) = prompt::split_system(turns);
    match (family, rest) {
        (Some(family), rest) if !keeps || rest.len() != 1 => {
            put(input, "prompt", &family.render(turns));
            if keeps {
                put(input, "prompt_template", "{prompt}");
            }
            return;
        }
        (_, [(_, text)]) => put(input, "prompt", text),
        (_, rest) => put(input, "prompt", &prompt::transcript(rest)),
    }
    if let Some(system) = system {
        put(input, "system_prompt", &system);
    }
}

/// Sampling by the names that the vendor's language models mostly have, as the reference proxy has it.
fn sampling(request: &GenerateRequest, input: &mut Extra) {
    let sampling = &request.sampling;
    for (name, number) in [
        ("max_new_tokens", &sampling.max_output_tokens),
        ("temperature", &sampling.temperature),
        ("top_p", &sampling.top_p),
        ("top_k", &sampling.top_k),
        ("frequency_penalty", &sampling.frequency_penalty),
        ("presence_penalty", &sampling.presence_penalty),
        ("seed", &sampling.seed),
    ] {
        if let Some(number) = number {
            put(input, name, number);
        }
    }
    if !sampling.stop.is_empty() {
        put(input, "stop_sequences", &sampling.stop);
    }
}

fn put<T: Serialize + ?Sized>(members: &mut Extra, name: &str, value: &T) {
    if let Ok(json) = Json::of(value) {
        members.insert(name.to_owned(), json);
    }
}

#[derive(Serialize)]
struct Body {
    input: Extra,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

/// Owners whose models the vendor keeps itself ("Official models").
const OFFICIAL: &[&str] = &["meta/", "mistralai/"];

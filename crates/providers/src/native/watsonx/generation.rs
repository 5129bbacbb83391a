//! Text completions as text generation (IBM, "watsonx.ai API", "Infer text"): one prompt as `input`, everything else
//! under `parameters` by other names.

use crate::body::Members;
use crate::edit::EditError;
use crate::params::refuse;
use serde_json::{Map, Value};
use tianji_core::generate::Target;
use tianji_core::{Json, Losses};
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, target: &Target<'_>, losses: &mut Losses) -> Result<(), EditError> {
    let invalid = EditError::Invalid { param: "prompt", expected: "one text" };
    let input = match body.json("prompt").map(|prompt| prompt.value()) {
        Some(Value::String(text)) => text,
        Some(Value::Array(list)) => match list.as_slice() {
            [Value::String(text)] => text.clone(),
            _ => return Err(invalid),
        },
        _ => return Err(invalid),
    };
    for name in REFUSED {
        refuse(body, name, target, losses);
    }
    for name in DROPPED {
        body.remove(name);
    }
    let mut parameters: Map<String, Value> = body.member("parameters").unwrap_or_default();
    let sampled = ["temperature", "top_p", "top_k"].iter().any(|name| body.contains(name));
    for (name, own) in NAMES {
        let Some(value) = body.take(name).as_ref().map(Json::value).filter(|value| !value.is_null()) else { continue };
        let value = if *own == "stop_sequences" && value.is_string() { Value::Array(vec![value]) } else { value };
        parameters.entry((*own).to_owned()).or_insert(value);
    }
    // Greedy decoding, the default, does not look at them.
    if sampled && !parameters.contains_key("decoding_method") {
        parameters.insert("decoding_method".to_owned(), Value::from("sample"));
    }
    body.remove("prompt");
    body.put("input", &input);
    if !parameters.is_empty() {
        body.put("parameters", &parameters);
    }
    Ok(())
}

/// OpenAI's names and IBM's; IBM's own are taken at the top too, as the reference proxy does.
const NAMES: &[(&str, &str)] = &[
    ("max_tokens", "max_new_tokens"),
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("stop", "stop_sequences"),
    ("seed", "random_seed"),
    ("repetition_penalty", "repetition_penalty"),
    ("decoding_method", "decoding_method"),
    ("length_penalty", "length_penalty"),
    ("max_new_tokens", "max_new_tokens"),
    ("min_new_tokens", "min_new_tokens"),
    ("random_seed", "random_seed"),
    ("return_options", "return_options"),
    ("stop_sequences", "stop_sequences"),
    ("time_limit", "time_limit"),
    ("top_k", "top_k"),
    ("truncate_input_tokens", "truncate_input_tokens"),
    ("include_stop_sequence", "include_stop_sequence"),
    ("prompt_variables", "prompt_variables"),
];
/// What cannot be said.
const REFUSED: &[&str] =
    &["best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "n", "presence_penalty", "suffix"];
/// What changes no answer, or stands in the URL.
const DROPPED: &[&str] = &["stream", "stream_options", "user"];

//! Bodies: Triton's names for what text generation says, and tensors where the address is `/infer`.

use super::INFER;
use crate::body::Members;
use crate::connection::Connection;
use crate::edit::EditError;
use serde_json::{Value, json};
use tianji_core::generate::Target;
use tianji_core::{Extra, Json, Losses};
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, _: &Target<'_>, _: &mut Losses) -> Result<(), EditError> {
    let Some(prompt) = body.take("inputs") else { return Ok(()) };
    let mut parameters: Extra = body.member("parameters").unwrap_or_default();
    body.remove("parameters");
    parameters.take("return_full_text");
    for (from, to) in NAMES {
        if let Some(value) = parameters.take(from) {
            parameters.entry((*to).to_owned()).or_insert(value);
        }
    }
    // Only the temperature says here that nothing is to be sampled.
    let greedy = parameters.get("do_sample").is_some_and(|sampled| sampled.text() == "false");
    if greedy && !parameters.contains_key("temperature") {
        parameters.take("do_sample");
        parameters.put("temperature", &0);
    }
    // Some models insist on a limit.
    if !parameters.contains_key("max_tokens") {
        parameters.put("max_tokens", &DEFAULT_LIMIT);
    }
    body.put_json("text_input", prompt);
    body.put("parameters", &parameters);
    Ok(())
}

/// The address says what is taken there. A stream is never asked for as tensors.
pub(super) fn bind(body: &mut RawObject, connection: &Connection, _: &Target<'_>) {
    let parameters: Extra = body.member("parameters").unwrap_or_default();
    if connection.base.ends_with(INFER) && !body.bool("stream").unwrap_or(false) {
        tensors(body, parameters);
    } else {
        complete(body, parameters);
    }
}

/// What TensorRT-LLM's models want to be told, and that the prompt is not to come back.
fn complete(body: &mut RawObject, mut parameters: Extra) {
    for name in ["bad_words", "stop_words"] {
        if !parameters.contains_key(name) {
            parameters.put(name, &[""]);
        }
    }
    if !parameters.contains_key("exclude_input_in_output") {
        parameters.put("exclude_input_in_output", &true);
    }
    body.put("parameters", &parameters);
}

/// The prompt and each parameter as a tensor.
fn tensors(body: &mut RawObject, parameters: Extra) {
    let prompt = body.take("text_input").map(|prompt| ("text_input".to_owned(), prompt));
    body.remove("parameters");
    body.remove("stream");
    let inputs: Vec<Value> =
        prompt.into_iter().chain(parameters).filter_map(|(name, value)| tensor(&name, &value)).collect();
    body.put("inputs", &inputs);
}

/// A tensor of one dimension; `None` for what is no list of values of one type.
fn tensor(name: &str, value: &Json) -> Option<Value> {
    let data = match value.value() {
        Value::Array(list) => list,
        one => vec![one],
    };
    let datatype = match data.first()? {
        Value::String(_) => "BYTES",
        Value::Bool(_) => "BOOL",
        Value::Number(number) if number.is_f64() || FLOATS.contains(&name) => "FP32",
        Value::Number(_) => "INT32",
        _ => return None,
    };
    Some(json!({ "name": name, "shape": [data.len()], "datatype": datatype, "data": data }))
}

/// Text generation's names and Triton's.
const NAMES: &[(&str, &str)] = &[("max_new_tokens", "max_tokens"), ("stop", "stop_words")];
/// Parameters that are not whole numbers, however they are written.
const FLOATS: &[&str] = &["temperature", "top_p", "frequency_penalty", "presence_penalty", "repetition_penalty"];
/// Tokens of an answer where nobody says how many: the reference proxy's number.
const DEFAULT_LIMIT: u32 = 2000;

//! Writes a request for an upstream.

use crate::prompt::{self, Family};
use crate::{DialectError, EncodedRequest};
use serde::Serialize;
use tianji_core::generate::{GenerateRequest, Target};
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
    let inputs = match (Family::of(target.model), turns.as_slice()) {
        (Some(family), turns) => family.render(turns),
        (None, [(_, text)]) => text.clone(),
        (None, turns) => prompt::transcript(turns),
    };
    let mut parameters = Extra::new();
    sampling(request, &mut parameters);
    parameters.extend(prompt::along(request, target, losses));
    let body = Body { inputs, parameters, stream: request.stream };
    let body = serde_json::to_vec(&body).map_err(|cause| DialectError::Reply(cause.to_string()))?;
    Ok(EncodedRequest::plain(body.into()))
}

/// Sampling by the vendor's names. The prompt is not asked back, as some servers do it by default.
fn sampling(request: &GenerateRequest, parameters: &mut Extra) {
    let sampling = &request.sampling;
    let greedy = sampling.temperature.as_ref().is_some_and(|temperature| temperature.as_f64() == Some(0.0));
    for (name, number) in [
        ("max_new_tokens", &sampling.max_output_tokens),
        ("top_p", &sampling.top_p),
        ("top_k", &sampling.top_k),
        ("frequency_penalty", &sampling.frequency_penalty),
        ("presence_penalty", &sampling.presence_penalty),
        ("seed", &sampling.seed),
    ] {
        if let Some(number) = number {
            put(parameters, name, number);
        }
    }
    match &sampling.temperature {
        // Zero is refused; not to sample is what it means.
        Some(_) if greedy => put(parameters, "do_sample", &false),
        Some(temperature) => put(parameters, "temperature", temperature),
        None => {}
    }
    if !sampling.stop.is_empty() {
        put(parameters, "stop", &sampling.stop);
    }
    put(parameters, "return_full_text", &false);
}

fn put<T: Serialize + ?Sized>(members: &mut Extra, name: &str, value: &T) {
    if let Ok(json) = Json::of(value) {
        members.insert(name.to_owned(), json);
    }
}

#[derive(Serialize)]
struct Body {
    inputs: String,
    parameters: Extra,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

//! Reads a client's request.

use super::prompt;
use crate::DialectError;
use crate::openai_chat::request::Members;
use crate::openai_text::parameters;
use bytes::Bytes;
use serde_json::{Number, Value};
use tianji_core::DialectId;
use tianji_core::generate::{GenerateRequest, Sampling};

/// Reads a request.
pub(in crate::openai_text) fn decode(body: &Bytes) -> Result<GenerateRequest, DialectError> {
    let mut members = Members::of(body)?;
    let mut request = GenerateRequest::new(DialectId::OpenAiText);
    request.model = members.take("model")?.unwrap_or_default();
    let given = members.raw("prompt").ok_or_else(|| DialectError::Missing { param: "prompt".to_owned() })?;
    request.messages = prompt::decode(&given)?;
    let (wanted, alternatives) = logprobs(&mut members)?;
    request.sampling = Sampling {
        max_output_tokens: members.take("max_tokens")?,
        logprobs: wanted,
        top_logprobs: alternatives,
        ..members.common_sampling()?
    };
    members.stream(&mut request)?;
    request.user = members.take("user")?;
    for name in parameters::OWN.iter().chain(SHARED) {
        if let Some(raw) = members.raw(name) {
            request.openai_only.insert((*name).to_owned(), raw);
        }
    }
    request.extra = members.rest();
    Ok(request)
}

/// Here `logprobs` is the number of alternatives; with 0 there is the chosen token alone.
fn logprobs(members: &mut Members) -> Result<(Option<bool>, Option<Number>), DialectError> {
    match members.take::<Value>("logprobs")? {
        None => Ok((None, None)),
        Some(Value::Number(count)) => Ok((Some(true), Some(count))),
        Some(Value::Bool(wanted)) => Ok((Some(wanted), None)),
        Some(_) => Err(DialectError::invalid("logprobs", "it must be a number")),
    }
}

/// Parameters of OpenAI's without a canonical word that chat has too.
const SHARED: &[&str] = &["logit_bias"];

//! Writes `generationConfig` (Gemini API reference, `GenerationConfig`).

use super::decode::camel;
use super::encode::Job;
use super::offer::nested;
use super::{schema, thinking};
use crate::DialectError;
use crate::gemini::object::Object;
use serde_json::{Value, json};
use tianji_core::generate::OutputFormat;
use tianji_core::{Extra, Json, LossClass};

/// `generationConfig`; empty if there is nothing to say.
pub(super) fn config(job: &mut Job<'_, '_>) -> Result<Object, DialectError> {
    let mut config = Object::new();
    let request = job.request;
    sampling(job, &mut config);
    output(job, &mut config)?;
    if let Some(thinking) = thinking::encode(job) {
        config.put("thinkingConfig", &thinking);
    }
    modalities(job, &mut config);
    if let Some(level) = job.resolution {
        config.put("mediaResolution", level);
    }
    for (name, value) in nested(&request.gemini_only, "generationConfig.") {
        if !name.starts_with("thinkingConfig.") {
            config.put(&name, &value);
        }
    }
    for (name, raw) in of_clients(&request.extra) {
        config.put(&name, &raw);
    }
    Ok(config)
}

/// Whether a member that a client of another dialect wrote at the top has its place here.
pub(super) fn is_member(name: &str) -> bool {
    name == "generationConfig" || MEMBERS.contains(&name)
}

/// Members that clients of other dialects wrote at the top, or in an object of that name.
fn of_clients(extra: &Extra) -> impl Iterator<Item = (String, Json)> {
    let named = |name: &str| extra.get(name).and_then(|raw| raw.read::<Extra>().ok()).unwrap_or_default();
    let whole = named("generationConfig").into_iter().chain(named("generation_config"));
    let single = extra.iter().filter(|(name, _)| MEMBERS.contains(&camel(name).as_str()));
    whole.chain(single.map(|(name, raw)| (name.clone(), raw.clone()))).map(|(name, raw)| (camel(&name), raw))
}

fn sampling(job: &mut Job<'_, '_>, config: &mut Object) {
    let sampling = &job.request.sampling;
    let refused = job.model.is_third() && !job.own;
    for (name, number) in [
        ("temperature", &sampling.temperature),
        ("topP", &sampling.top_p),
        ("topK", &sampling.top_k),
        ("candidateCount", &sampling.n),
        ("maxOutputTokens", &sampling.max_output_tokens),
        ("presencePenalty", &sampling.presence_penalty),
        ("frequencyPenalty", &sampling.frequency_penalty),
        ("seed", &sampling.seed),
        ("logprobs", &sampling.top_logprobs),
    ] {
        let Some(number) = number else { continue };
        if refused && name.ends_with("Penalty") {
            job.losses.push(LossClass::Hint, name, "the model takes no penalties");
        } else {
            config.put(name, number);
        }
    }
    if !sampling.stop.is_empty() {
        config.put("stopSequences", &sampling.stop);
    }
    if let Some(wanted) = sampling.logprobs {
        config.put("responseLogprobs", &wanted);
    }
}

fn output(job: &mut Job<'_, '_>, config: &mut Object) -> Result<(), DialectError> {
    let schema = match &job.request.output {
        OutputFormat::Text => return Ok(()),
        OutputFormat::JsonObject => None,
        OutputFormat::JsonSchema { description, schema, .. } => {
            if description.is_some() {
                job.hint("response_format.json_schema.description", "schemas have no description");
            }
            schema.as_ref()
        }
    };
    config.put("responseMimeType", "application/json");
    let Some(schema) = schema else { return Ok(()) };
    if job.model.takes_json_schema() {
        config.put("responseJsonSchema", schema);
        return Ok(());
    }
    let subset = schema::to_subset(schema)
        .map_err(|schema::Unsayable(reason)| DialectError::invalid("response_format.json_schema.schema", reason))?;
    config.put("responseSchema", &subset);
    Ok(())
}

/// OpenAI's `modalities` and `audio`.
fn modalities(job: &mut Job<'_, '_>, config: &mut Object) {
    let request = job.request;
    let listed = request.openai_only.get("modalities").and_then(|raw| raw.read::<Vec<String>>().ok());
    let listed: Vec<String> = listed.unwrap_or_default().iter().map(|name| name.to_ascii_uppercase()).collect();
    if !listed.is_empty() {
        config.put("responseModalities", &listed);
    }
    let Some(audio) = request.openai_only.get("audio").map(Json::value) else { return };
    if let Some(voice) = audio.get("voice").and_then(Value::as_str) {
        let voice = json!({ "voiceConfig": { "prebuiltVoiceConfig": { "voiceName": voice } } });
        config.put("speechConfig", &voice);
    }
    // The vendor speaks in raw samples only.
    let format = audio.get("format").and_then(Value::as_str);
    if format.is_some_and(|format| format != "pcm16") {
        job.losses.push(LossClass::Parameter, "audio.format", "sound comes as pcm16 only");
    }
}

/// Members that clients of other dialects may write at the top; the reference proxy sorts them in too.
const MEMBERS: &[&str] = &[
    "audioTimestamp",
    "enableAffectiveDialog",
    "enableEnhancedCivicAnswers",
    "imageConfig",
    "maxOutputTokens",
    "candidateCount",
    "stopSequences",
    "mediaResolution",
    "modelSelectionConfig",
    "responseJsonSchema",
    "responseLogprobs",
    "responseMimeType",
    "responseModalities",
    "responseSchema",
    "routingConfig",
    "speechConfig",
    "thinkingConfig",
    "topK",
    "topP",
];

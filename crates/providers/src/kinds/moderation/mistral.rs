//! Mistral (Mistral, "Moderations"): other categories and no verdict. OpenAI's names stand beside the vendor's own.

use super::compat::Judged;
use crate::kinds::compat::{json_body, malformed};
use crate::kinds::{Ask, Flow, Translator};
use serde_json::{Map, Value, json};
use tianji_core::{Error, Losses, Payload, Segment};
use tianji_wire::RawObject;

/// The translator.
#[derive(Debug)]
pub(super) struct Mistral;

impl Translator for Mistral {
    fn begin(&self, ask: &Ask<'_>, _: &mut Losses) -> Result<Flow, Error> {
        let request = ask.request(body(ask)?)?;
        Ok(Flow::Converse(Box::new(Judged { request: Some(request), read })))
    }
}

/// Texts are taken as they are; parts of OpenAI's multimodal form must be texts.
fn body(ask: &Ask<'_>) -> Result<Payload, Error> {
    let input: Option<Value> = ask.body.read("input").and_then(Result::ok);
    let Some(Value::Array(parts)) = &input else { return Ok(json_body(ask)) };
    if parts.iter().all(Value::is_string) {
        return Ok(json_body(ask));
    }
    let texts: Option<Vec<&str>> = parts.iter().map(text).collect();
    let texts = texts.ok_or_else(|| ask.invalid("input", "Mistral moderates texts, not pictures"))?;
    let mut body = ask.body.clone();
    body.set("model", ask.target.model);
    body.set("input", &texts);
    Ok(Payload { segments: body.to_chunks().into_iter().map(Segment::Bytes).collect() })
}

fn text(part: &Value) -> Option<&str> {
    part.as_str().or_else(|| part.get("text").and_then(Value::as_str))
}

/// Adds OpenAI's names and the verdict.
fn read(mut body: RawObject) -> Result<RawObject, Error> {
    let mut results: Vec<Map<String, Value>> = body.read("results").and_then(Result::ok).ok_or_else(malformed)?;
    for result in &mut results {
        for kind in ["categories", "category_scores"] {
            let found = result.get_mut(kind).and_then(Value::as_object_mut).ok_or_else(malformed)?;
            for (own, common) in NAMES {
                if let (Some(value), false) = (found.get(*own).cloned(), found.contains_key(*common)) {
                    found.insert((*common).to_owned(), value);
                }
            }
        }
        let categories = result.get("categories").and_then(Value::as_object).ok_or_else(malformed)?;
        let flagged = categories.values().any(|verdict| verdict == &Value::Bool(true));
        let applied: Map<String, Value> = categories.keys().map(|name| (name.clone(), json!(["text"]))).collect();
        result.entry("flagged").or_insert(flagged.into());
        result.entry("category_applied_input_types").or_insert(applied.into());
    }
    body.set("results", &results);
    Ok(body)
}

/// The vendor's category → OpenAI's.
const NAMES: &[(&str, &str)] = &[
    ("hate_and_discrimination", "hate"),
    ("violence_and_threats", "violence"),
    ("dangerous_and_criminal_content", "illicit"),
    ("selfharm", "self-harm"),
];

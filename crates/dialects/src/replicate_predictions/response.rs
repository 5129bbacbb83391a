//! A prediction that has ended.

use crate::DialectError;
use crate::openai_chat::error;
use serde::Deserialize;
use serde_json::Value;
use tianji_core::generate::{Choice, Finish, FinishReason, GenerateResponse, Part};
use tianji_core::{Error, Usage};

/// Reads a prediction.
pub(super) fn decode(body: &[u8]) -> Result<GenerateResponse, DialectError> {
    let prediction = Prediction::read(body)?;
    let choice = Choice { parts: vec![Part::text(prediction.text())], finish: Some(finished()), ..Choice::default() };
    Ok(GenerateResponse {
        usage: prediction.usage(),
        id: prediction.id,
        model: prediction.model,
        choices: vec![choice],
        ..GenerateResponse::default()
    })
}

/// A prediction, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(super) struct Prediction {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) model: String,
    status: String,
    #[serde(default)]
    output: Value,
    #[serde(default)]
    metrics: Option<Metrics>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metrics {
    input_token_count: Option<u64>,
    output_token_count: Option<u64>,
}

impl Prediction {
    /// Reads one that succeeded.
    pub(super) fn read(body: &[u8]) -> Result<Self, DialectError> {
        let read: Self = serde_json::from_slice(body)
            .map_err(|cause| DialectError::Reply(format!("it is no prediction: {cause}")))?;
        match read.status.as_str() {
            "succeeded" => Ok(read),
            "failed" | "canceled" | "aborted" => Err(DialectError::Failed(Box::new(failure(body, &read.status)))),
            status => Err(DialectError::Reply(format!("the prediction has not ended: it is {status}"))),
        }
    }

    /// Language models put out pieces of text, or all of it.
    pub(super) fn text(&self) -> String {
        match &self.output {
            Value::String(text) => text.clone(),
            Value::Array(pieces) => pieces.iter().filter_map(Value::as_str).collect(),
            Value::Null => String::new(),
            // Anything else is shown as it is.
            other => other.to_string(),
        }
    }

    /// What was consumed.
    pub(super) fn usage(&self) -> Option<Usage> {
        let metrics = self.metrics.as_ref()?;
        Some(Usage::of_text(metrics.input_token_count?, metrics.output_token_count?))
    }
}

/// Why the answer ended: no prediction says more.
pub(super) fn finished() -> Finish {
    Finish::new(FinishReason::Stop, "succeeded")
}

/// The error of a prediction that failed, in the model's own words where there are some.
pub(super) fn failure(body: &[u8], status: &str) -> Error {
    #[derive(Deserialize)]
    struct Words {
        error: Option<String>,
    }
    let words = serde_json::from_slice::<Words>(body).ok().and_then(|words| words.error);
    let words = words.filter(|words| !words.is_empty()).unwrap_or_else(|| format!("the prediction was {status}"));
    let told = error::decode(500, words.as_bytes());
    Error::provider(told.kind, told.message).with_status(told.status)
}

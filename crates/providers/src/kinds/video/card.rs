//! A film in the form that clients see (OpenAI, "The video object").

use super::super::Told;
use super::{Film, length};
use http::HeaderMap;
use serde_json::{Value, json};

/// How far a film is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Queued,
    InProgress,
    Completed,
    Failed,
}

/// Why there will be no film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) message: String,
}

/// A film and how far it is.
#[derive(Clone, Debug)]
pub(super) struct Card {
    pub(super) status: Status,
    /// Hundredths.
    pub(super) progress: u64,
    pub(super) failure: Option<Failure>,
}

impl Card {
    /// A film that was just ordered.
    pub(super) const fn queued() -> Self {
        Self { status: Status::Queued, progress: 0, failure: None }
    }

    /// A film that is being made.
    pub(super) const fn in_progress(progress: u64) -> Self {
        Self { status: Status::InProgress, progress, failure: None }
    }

    /// A film that is there.
    pub(super) const fn completed() -> Self {
        Self { status: Status::Completed, progress: 100, failure: None }
    }

    /// A film that will never be.
    pub(super) fn failed(code: impl Into<String>, message: impl Into<String>) -> Self {
        let failure = Some(Failure { code: code.into(), message: message.into() });
        Self { status: Status::Failed, progress: 0, failure }
    }

    /// The object under the client's id and name of the model.
    pub(super) fn object(&self, id: &str, model: &str, film: &Film) -> Value {
        let status = match self.status {
            Status::Queued => "queued",
            Status::InProgress => "in_progress",
            Status::Completed => "completed",
            Status::Failed => "failed",
        };
        let error = self.failure.as_ref().map(|failure| json!({"code": failure.code, "message": failure.message}));
        json!({
            "id": id, "object": "video", "status": status, "progress": self.progress, "model": model,
            "created_at": film.created_at, "completed_at": null, "expires_at": null,
            "seconds": film.seconds, "size": film.size, "error": error, "remixed_from_video_id": null,
        })
    }

    /// The reply to an order of `count` films.
    pub(super) fn ordered(id: &str, model: &str, film: &Film, count: u64, headers: HeaderMap) -> Told {
        let body = Self::queued().object(id, model, film).to_string();
        Told {
            id: Some(film.id.clone()),
            resolution: film.size.as_deref().and_then(length::resolution),
            ..Told::json(body, headers, length::usage(film, count))
        }
    }

    /// The reply to the question how far it is.
    pub(super) fn told(&self, id: &str, model: &str, film: &Film, headers: HeaderMap) -> Told {
        Told { id: Some(film.id.clone()), ..Told::json(self.object(id, model, film).to_string(), headers, None) }
    }
}

/// What is said when a film was thrown away (OpenAI, "Delete video").
pub(super) fn deleted(id: &str, headers: HeaderMap) -> Told {
    Told::json(json!({"id": id, "object": "video.deleted", "deleted": true}).to_string(), headers, None)
}

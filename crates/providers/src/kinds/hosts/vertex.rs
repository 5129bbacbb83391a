//! Vertex AI's hosts (Google Cloud, "Vertex AI locations", "REST API reference").

use super::{model_path, own_region, region};
use crate::kinds::Ask;
use tianji_core::{Error, Kind};

/// `…/publishers/google/models/{model}:{verb}`. An address that ends in a model is taken as it is.
pub(in crate::kinds) fn model_url(ask: &Ask<'_>, verb: &str) -> Result<String, Error> {
    publisher_url(ask, "google", verb)
}

/// The same for models of any publisher.
pub(in crate::kinds) fn publisher_url(ask: &Ask<'_>, publisher: &str, verb: &str) -> Result<String, Error> {
    let base = ask.connection.base.as_str();
    if base.contains("/models/") {
        return Ok(format!("{base}:{verb}"));
    }
    let model = ask.target.model;
    let model = model_path(ask, model.rsplit('/').next().unwrap_or(model))?;
    if base.contains("/projects/") {
        return Ok(format!("{base}/publishers/{publisher}/models/{model}:{verb}"));
    }
    let location = region(own_region(ask).unwrap_or(DEFAULT_LOCATION))?;
    let host = if base.is_empty() { host(location) } else { base.to_owned() };
    let project = project(ask)?;
    Ok(format!("{host}/v1/projects/{project}/locations/{location}/publishers/{publisher}/models/{model}:{verb}"))
}

/// The project that is billed, as it stands in a path.
pub(in crate::kinds) fn project(ask: &Ask<'_>) -> Result<String, Error> {
    let words = "the deployment names no project (`vertex_project`)";
    let project = ask.connection.project.as_deref();
    model_path(ask, project.ok_or_else(|| Error::gateway(Kind::InternalServer, words))?)
}

/// Regions have hosts of their own, `global` has none before it, and `us` and `eu` are many regions at once.
fn host(location: &str) -> String {
    match location {
        "global" => "https://aiplatform.googleapis.com".to_owned(),
        "us" | "eu" => format!("https://aiplatform.{location}.rep.googleapis.com"),
        _ => format!("https://{location}-aiplatform.googleapis.com"),
    }
}

const DEFAULT_LOCATION: &str = "us-central1";

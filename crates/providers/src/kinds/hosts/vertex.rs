//! Vertex AI's hosts (Google Cloud, "Vertex AI locations", "REST API reference").

use crate::kinds::Ask;
use tianji_core::{Error, Kind};

/// `…/publishers/google/models/{model}:{verb}`. An address that ends in a model is taken as it is.
pub(in crate::kinds) fn model_url(ask: &Ask<'_>, verb: &str) -> Result<String, Error> {
    let base = ask.connection.base.as_str();
    if base.contains("/models/") {
        return Ok(format!("{base}:{verb}"));
    }
    let location = ask.connection.region.as_deref().unwrap_or(DEFAULT_LOCATION);
    let host = if base.is_empty() { host(location) } else { base.to_owned() };
    let (project, model) = (project(ask)?, ask.target.model);
    Ok(format!("{host}/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:{verb}"))
}

/// The project that is billed.
pub(in crate::kinds) fn project<'a>(ask: &Ask<'a>) -> Result<&'a str, Error> {
    let project = ask.connection.project.as_deref();
    project.ok_or_else(|| Error::gateway(Kind::InternalServer, "the deployment names no project (`vertex_project`)"))
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

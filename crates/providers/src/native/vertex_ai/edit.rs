//! Body edits: Claude's version stands in the body and its model in the URL ("Use Anthropic's Claude models"); others
//! name the model as its publisher does.

use super::family::Family;
use crate::edit::EditError;
use http::HeaderMap;
use tianji_core::Losses;
use tianji_core::generate::Target;
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, target: &Target<'_>, _: &mut Losses) -> Result<(), EditError> {
    match Family::of(target.model) {
        Family::Claude => {
            body.remove("model");
            if !body.contains("anthropic_version") {
                body.set("anthropic_version", VERSION);
            }
        }
        Family::Publisher(_) | Family::Deployed => {
            let name = target.model.rsplit('/').next().unwrap_or(target.model);
            body.set("model", name);
        }
        Family::Google | Family::TunedGemini | Family::Open => {}
    }
    Ok(())
}

/// A body to be counted names the model, and the version all the same.
pub(super) fn edit_count(body: &mut RawObject, model: &str, _: &HeaderMap) {
    body.set("model", model.rsplit('/').next().unwrap_or(model));
    if !body.contains("anthropic_version") {
        body.set("anthropic_version", VERSION);
    }
}

/// The only version of Claude's dialect that Vertex AI has.
const VERSION: &str = "vertex-2023-10-16";

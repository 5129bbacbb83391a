//! `model_list`: the deployments.

mod cloud;
mod info;
mod params;
mod prices;

use serde_json::Value as Json;

pub use cloud::{AwsParams, AzureParams, IbmParams, OciParams, VertexCredentials, VertexParams};
pub use info::ModelInfo;
pub use params::ModelParams;
pub use prices::Prices;

use crate::check;
use crate::diagnostic::{Cause, Diagnostic, Report};
use crate::keys::entry_section;
use crate::load::spelling;
use crate::raw::{self, Node, Position, Value};
use crate::read::Fields;

/// One deployment. Entries of the same `model_name` form a model group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelEntry {
    /// The name that clients ask for; `*` in it makes it a wildcard.
    pub model_name: String,
    /// How the deployment is reached, limited and paid for.
    pub params: ModelParams,
    /// What is known about it.
    pub info: ModelInfo,
    /// Who may use it.
    pub access_control: AccessControl,
    /// Line of the file on which it begins; 0 = it stands in no file.
    pub line: u32,
}

/// Who may use a deployment; empty lists are no restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessControl {
    /// Organisation ids.
    pub allowed_orgs: Vec<String>,
    /// Team ids.
    pub allowed_teams: Vec<String>,
    /// Key hashes or aliases.
    pub allowed_keys: Vec<String>,
}

impl ModelEntry {
    /// An entry that came over the API or from the database: `{model_name, litellm_params, model_info}`.
    ///
    /// References to the environment stay literal text, whoever wrote them.
    ///
    /// # Errors
    /// Everything that is wrong with it; findings have paths and no lines.
    pub fn from_json(entry: Json) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut report = Report::default();
        let mut node = raw::json::from_json(entry, Position::default());
        let mut read = None;
        if let Value::Map(map) = &mut node.value {
            spelling::unify(map, &mut report);
            check::section(map, entry_section(), &mut report);
            read = Self::read(node, "", &mut report);
        } else {
            report.error(node.at, "", Cause::WrongType, "expected a mapping");
        }
        let (errors, warnings, _) = report.finish();
        match read {
            Some(entry) if errors.is_empty() => Ok((entry, warnings)),
            _ => Err(errors),
        }
    }

    /// Reads a checked entry; `path` is where it stands.
    pub(crate) fn read(node: Node, path: &str, report: &mut Report) -> Option<Self> {
        let at = node.at;
        let Value::Map(map) = node.value else { return None };
        let mut fields = Fields::new(map);
        let under = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        let model_name = fields.text("model_name").filter(|name| !name.is_empty());
        if model_name.is_none() {
            report.error(at, &under("model_name"), Cause::MissingKey, "is required");
        }
        let params_node = fields.node("litellm_params");
        let params_at = params_node.as_ref().map_or(at, |node| node.at);
        let shown = params_node.as_ref().map_or("litellm_params".into(), |node| node.shown_key("litellm_params"));
        let params_map = match params_node.map(|node| node.value) {
            Some(Value::Map(map)) => map,
            _ => raw::Map::new(),
        };
        let mut params = ModelParams::read(Fields::new(params_map));
        if params.model.is_empty() {
            report.error(params_at, &under(&format!("{shown}.model")), Cause::MissingKey, "is required");
        }
        params.tags.append(&mut fields.texts("tags"));
        let info = ModelInfo::read(fields.inner("model_info"));
        let mut access = fields.inner("access_control");
        let access_control = AccessControl {
            allowed_orgs: access.texts("allowed_orgs"),
            allowed_teams: access.texts("allowed_teams"),
            allowed_keys: access.texts("allowed_keys"),
        };
        Some(Self { model_name: model_name?, params, info, access_control, line: at.line })
    }
}

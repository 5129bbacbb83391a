//! The typed configuration.

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::diagnostic::Report;
use crate::load::Environment;
use crate::model::{ModelEntry, ModelParams};
use crate::raw::{Map, json};
use crate::read::Fields;
use crate::settings::{GeneralSettings, LitellmSettings, RouterSettings};

/// A whole configuration. `Debug` shows no secret.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The deployments, in the order of the file.
    pub model_list: Vec<ModelEntry>,
    /// How deployments are chosen, retried and replaced.
    pub router_settings: RouterSettings,
    /// Defaults and switches for requests.
    pub litellm_settings: LitellmSettings,
    /// The gateway as a server.
    pub general_settings: GeneralSettings,
    /// Provider rows of the operator's own, by name.
    pub custom_providers: IndexMap<String, Json>,
    /// Variables that the file sets; credentials are looked up there before the process environment.
    pub environment: Environment,
}

impl Config {
    /// One model and nothing else (`--model`).
    pub fn from_model(model: &str, alias: Option<&str>, api_base: Option<&str>, api_version: Option<&str>) -> Self {
        let params = ModelParams {
            model: model.to_owned(),
            api_base: api_base.map(str::to_owned),
            api_version: api_version.map(str::to_owned),
            ..ModelParams::default()
        };
        let entry = ModelEntry { model_name: alias.unwrap_or(model).to_owned(), params, ..ModelEntry::default() };
        Self { model_list: vec![entry], ..Self::default() }
    }

    pub(crate) fn read(root: Map, environment: Environment, report: &mut Report) -> Self {
        let mut fields = Fields::new(root);
        let items = fields.list("model_list").into_iter().enumerate();
        let entry = |(number, node)| ModelEntry::read(node, &format!("model_list[{number}]"), report);
        let model_list = items.filter_map(entry).collect();
        let litellm_settings = LitellmSettings::read(fields.map("litellm_settings").unwrap_or_default(), report);
        let router = fields.map("router_settings").unwrap_or_default();
        let general = fields.map("general_settings").unwrap_or_default();
        let rows = fields.map("custom_providers").unwrap_or_default();
        Self {
            model_list,
            router_settings: RouterSettings::read(router, &litellm_settings, report),
            litellm_settings,
            general_settings: GeneralSettings::read(general),
            custom_providers: json::to_object(rows).into_iter().collect(),
            environment,
        }
    }
}

//! Rows: providers as data. The embedded table and an operator's `custom_providers:` use the same form.

use crate::credentials::CredentialKind;
use crate::endpoint::EndpointKind;
use crate::kinds::{self, EmbeddingRules, Translator};
use crate::params::{COMMON_PARAMS, Capability, Condition, ParamRules, When};
use crate::provider::{AuthStyle, ChatEndpoint, Hooks, MessagesEndpoint, Provider};
use crate::quirks::Quirk;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use tianji_core::DialectId;

/// A row that makes no provider.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// The table is not valid, or a row has an unknown or ill-formed member. The text names the line.
    #[error("provider table: {0}")]
    Table(#[from] toml::de::Error),
    /// An operator's row has an unknown or ill-formed member.
    #[error("custom provider '{name}': {source}")]
    Custom {
        /// Name of the row.
        name: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The name or alias belongs to another provider.
    #[error("provider '{name}': the name '{taken}' is already taken")]
    Taken {
        /// Name of the row.
        name: String,
        /// The name in question.
        taken: String,
    },
    /// The name cannot stand before the `/` of a model name.
    #[error("provider '{0}': a name consists of letters, digits, '_', '-' and '.'")]
    Name(String),
    /// The base URL is not one.
    #[error("provider '{0}': `base_url` must begin with https:// (http:// for hosts of your own)")]
    Base(String),
    /// No translator of the kind has this name.
    #[error("provider '{name}': `wires` names '{wire}', which is no way to do {kind:?}")]
    Wire {
        /// Name of the row.
        name: String,
        /// The kind in question.
        kind: EndpointKind,
        /// The unknown name.
        wire: String,
    },
}

/// One provider as written down.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Row {
    aliases: Vec<String>,
    model_names: Vec<String>,
    label: Option<String>,
    base_url: Option<String>,
    base_env: Vec<String>,
    base_of_place: bool,
    global_host: Option<String>,
    region_env: Vec<String>,
    project_env: Vec<String>,
    space_env: Vec<String>,
    base_suffix: Option<String>,
    base_rewrite: BTreeMap<String, String>,
    base_trailing: Option<Vec<String>>,
    api_key: Vec<String>,
    bearer_env: Vec<String>,
    credential: Option<CredentialKind>,
    no_auth: bool,
    auth: AuthStyle,
    headers: BTreeMap<String, String>,
    header_env: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    version_env: Vec<String>,
    version_default: Option<String>,
    dialect: Option<DialectId>,
    chat_path: Option<String>,
    endpoints: Option<BTreeSet<EndpointKind>>,
    messages: Option<MessagesEndpoint>,
    text_models: Option<Vec<String>>,
    wires: BTreeMap<EndpointKind, String>,
    embeddings: EmbeddingRules,
    supported: Option<Vec<String>>,
    messages_by_responses: bool,
    bytes_only: Vec<DialectId>,
    trust_reported_cost: bool,
    rename: BTreeMap<String, String>,
    unsupported: Vec<String>,
    ignored: Vec<String>,
    clamp: BTreeMap<String, crate::params::Clamp>,
    quirks: Vec<Quirk>,
    when: Vec<WhenRow>,
}

/// Rules of some models.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WhenRow {
    model: Vec<String>,
    except: Vec<String>,
    has: Option<Capability>,
    lacks: Option<Capability>,
    supported: Option<Vec<String>>,
    takes: Vec<String>,
    rename: BTreeMap<String, String>,
    unsupported: Vec<String>,
    ignored: Vec<String>,
    clamp: BTreeMap<String, crate::params::Clamp>,
    quirks: Vec<Quirk>,
}

impl Row {
    /// The same row, where it names no parameters, with those that vendors of OpenAI's form have in common.
    pub(crate) fn with_common_params(mut self) -> Self {
        self.supported.get_or_insert_with(|| vec![COMMON.to_owned()]);
        self
    }

    /// Names that can stand before a `/`, and an address that is one.
    fn check(&self, name: &str) -> Result<(), RowError> {
        let plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        };
        if let Some(bad) =
            std::iter::once(name).chain(self.aliases.iter().map(String::as_str)).find(|name| !plain(name))
        {
            return Err(RowError::Name(bad.to_owned()));
        }
        if self.base_url.as_deref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
            return Err(RowError::Base(name.to_owned()));
        }
        Ok(())
    }

    /// The provider that the row describes.
    pub(crate) fn provider(self, name: &str, hooks: Hooks) -> Result<Provider, RowError> {
        self.check(name)?;
        let wires = translators(name, self.wires)?;
        let endpoints = self.endpoints.unwrap_or_else(|| BTreeSet::from([EndpointKind::Chat]));
        let dialect = self.dialect.unwrap_or(DialectId::OpenAiChat);
        let path = self.chat_path.unwrap_or_else(|| chat_path(dialect).to_owned());
        let chat = endpoints.contains(&EndpointKind::Chat).then_some(ChatEndpoint { dialect, path });
        let variable = name.to_ascii_uppercase().replace(['-', '.'], "_");
        let or_named = |list: Vec<String>, ending: &str| {
            if list.is_empty() { vec![format!("{variable}{ending}")] } else { list }
        };
        Ok(Provider {
            label: self.label.unwrap_or_else(|| capitalised(name)),
            base_env: or_named(self.base_env, "_API_BASE"),
            key_env: or_named(self.api_key, "_API_KEY"),
            name: name.to_owned(),
            aliases: self.aliases,
            model_names: self.model_names,
            base_url: self.base_url,
            base_of_place: self.base_of_place,
            global_host: self.global_host,
            region_env: self.region_env,
            project_env: self.project_env,
            space_env: self.space_env,
            base_suffix: self.base_suffix,
            base_rewrites: self.base_rewrite.into_iter().collect(),
            base_trailing: self.base_trailing.unwrap_or_else(|| TRAILING.iter().map(|&path| path.to_owned()).collect()),
            bearer_env: self.bearer_env,
            credential: self.credential,
            no_auth: self.no_auth,
            auth: self.auth,
            headers: self.headers.into_iter().collect(),
            header_env: self.header_env.into_iter().collect(),
            query: self.query.into_iter().collect(),
            version_env: self.version_env,
            version_default: self.version_default,
            chat,
            endpoints,
            messages: self.messages,
            text_models: self.text_models,
            wires,
            embeddings: self.embeddings,
            supported: self.supported.map(spelled_out),
            rules: ParamRules {
                rename: self.rename,
                unsupported: self.unsupported,
                ignored: self.ignored,
                clamp: self.clamp,
            },
            messages_by_responses: self.messages_by_responses,
            bytes_only: self.bytes_only,
            trust_reported_cost: self.trust_reported_cost,
            quirks: self.quirks,
            when: self.when.into_iter().map(When::from).collect(),
            hooks,
        })
    }
}

impl From<WhenRow> for When {
    fn from(row: WhenRow) -> Self {
        let WhenRow { model, except, has, lacks, supported, takes, rename, unsupported, ignored, clamp, quirks } = row;
        Self {
            condition: Condition { model, except, has, lacks },
            supported: supported.map(spelled_out),
            takes,
            rules: ParamRules { rename, unsupported, ignored, clamp },
            quirks,
        }
    }
}

/// A list of parameters in which one word may stand for those in common.
fn spelled_out(names: Vec<String>) -> Vec<String> {
    let common = names.iter().any(|name| name == COMMON);
    let common = COMMON_PARAMS.iter().filter(|_| common).map(|&name| name.to_owned());
    common.chain(names.into_iter().filter(|name| name != COMMON)).collect()
}

/// The translators that a row names.
fn translators(
    name: &str,
    wires: BTreeMap<EndpointKind, String>,
) -> Result<BTreeMap<EndpointKind, &'static dyn Translator>, RowError> {
    let found = wires.into_iter().map(|(kind, wire)| match kinds::named(kind, &wire) {
        Some(translator) => Ok((kind, translator)),
        None => Err(RowError::Wire { name: name.to_owned(), kind, wire }),
    });
    found.collect()
}

const fn chat_path(dialect: DialectId) -> &'static str {
    match dialect {
        DialectId::OpenAiChat => "/chat/completions",
        DialectId::OpenAiText => "/completions",
        DialectId::OpenAiResponses => "/responses",
        DialectId::AnthropicMessages => "/v1/messages",
        // The model and the verb stand in the path: the URL hook makes it.
        DialectId::Gemini => "",
        DialectId::BedrockConverse => "/converse",
        DialectId::CohereChat => "/v2/chat",
        DialectId::OllamaChat => "/api/chat",
        DialectId::TextGeneration => "/generate",
        DialectId::ReplicatePredictions => "/predictions",
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Stands for [`COMMON_PARAMS`] in a list of parameters.
const COMMON: &str = "common";
/// Endpoint paths that operators leave on a base; the longest first.
const TRAILING: &[&str] = &["/chat/completions", "/completions", "/embeddings", "/responses"];

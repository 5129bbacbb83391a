//! From a valid configuration to a snapshot. May fail: providers must exist, addresses must be callable.

mod deployment;
mod fetching;
mod identities;
mod money;
mod settings;

use crate::deployment::Deployment;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::snapshot::{Alias, Group, Snapshot};
use std::collections::HashMap;
use std::sync::Arc;
use tianji_auth::{KeyHash, MasterKey, MasterKeyFlaw};
use tianji_config::{Config, FallbackLists};
use tianji_core::Secret;
use tianji_providers::RowError;
use tianji_router::{FallbackList, FallbackTarget, Fallbacks, WildcardError, Wildcards};

/// Why a configuration makes no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A provider row cannot be used.
    #[error("custom_providers: {0}")]
    Provider(#[from] RowError),
    /// Deployments cannot be used: one line each.
    #[error("{0}")]
    Deployments(String),
    /// A group name with too many stars.
    #[error("model_name {name}: {source}")]
    Wildcard {
        /// The name.
        name: String,
        /// The cause.
        source: WildcardError,
    },
    /// An entry of `user_url_allowed_hosts` means nothing.
    #[error("user_url_allowed_hosts: {0}")]
    AllowedHost(#[from] tianji_http::egress::AllowedError),
    /// The root key is known to the world or too short.
    #[error("{0}; set a strong general_settings.master_key, or dangerously_permit_weak_or_unset_master_key: true")]
    MasterKey(MasterKeyFlaw),
}

/// Builds a snapshot. `env` looks up credentials and bases; `master_key` is used where the configuration has none.
///
/// # Errors
/// All deployments that cannot be used, at once; or the first other thing that is wrong.
pub fn build(
    config: &Config,
    master_key: Option<&Secret>,
    shared: &Shared,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Snapshot, BuildError> {
    let custom = config.custom_providers.iter().map(|(name, row)| (name.clone(), row.clone()));
    let providers = Arc::new(tianji_providers::Catalogue::embedded()?.with_custom(custom)?);
    let prices = Arc::new(tianji_pricing::Catalogue::embedded());
    let master =
        config.general_settings.master_key.as_ref().or(master_key).map(|key| checked(key, config)).transpose()?;
    let deployments = deployments(config, shared, &providers, &prices, env)?;
    let mut snapshot = Snapshot {
        settings: Settings { prices: settings::prices(config, env), ..settings::settings(config) },
        master,
        groups: HashMap::new(),
        order: Vec::new(),
        wildcard_groups: Vec::new(),
        wildcards: Wildcards::default(),
        aliases: aliases(config),
        by_id: HashMap::new(),
        fallbacks: fallbacks(&config.router_settings.fallbacks),
        prices,
        providers,
        fetcher: fetching::fetcher(config, shared, env)?,
        hash: hash(config),
    };
    for (name, members) in grouped(deployments) {
        add_group(&mut snapshot, name, members)?;
    }
    Ok(snapshot)
}

fn checked(key: &Secret, config: &Config) -> Result<MasterKey, BuildError> {
    let (master, flaw) = MasterKey::new(key);
    match flaw {
        None => Ok(master),
        Some(flaw) if config.general_settings.permit_weak_master_key => {
            tracing::warn!(%flaw, "the gateway runs with a weak master key because the configuration permits it");
            Ok(master)
        }
        Some(flaw) => Err(BuildError::MasterKey(flaw)),
    }
}

fn deployments(
    config: &Config,
    shared: &Shared,
    providers: &tianji_providers::Catalogue,
    prices: &tianji_pricing::Catalogue,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Arc<Deployment>>, BuildError> {
    let weights = &config.router_settings.weights;
    let context = deployment::Context { shared, providers, prices, env, weights, litellm: &config.litellm_settings };
    let mut built = Vec::with_capacity(config.model_list.len());
    let mut wrong = Vec::new();
    for (place, entry) in config.model_list.iter().enumerate() {
        match deployment::build(entry, &context) {
            Ok(deployment) => built.push(Arc::new(deployment)),
            Err(cause) => {
                let line = if entry.line == 0 { String::new() } else { format!(" (line {})", entry.line) };
                wrong.push(format!("model_list[{place}]{line} {}: {cause}", entry.model_name));
            }
        }
    }
    if wrong.is_empty() { Ok(built) } else { Err(BuildError::Deployments(wrong.join("\n"))) }
}

/// Deployments by group name, both in the order of the configuration.
fn grouped(deployments: Vec<Arc<Deployment>>) -> Vec<(Arc<str>, Vec<Arc<Deployment>>)> {
    let mut groups: Vec<(Arc<str>, Vec<Arc<Deployment>>)> = Vec::new();
    for deployment in deployments {
        match groups.iter_mut().find(|(name, _)| *name == deployment.group) {
            Some((_, members)) => members.push(deployment),
            None => groups.push((Arc::clone(&deployment.group), vec![deployment])),
        }
    }
    groups
}

fn add_group(snapshot: &mut Snapshot, name: Arc<str>, deployments: Vec<Arc<Deployment>>) -> Result<(), BuildError> {
    for deployment in &deployments {
        let alone = Group { name: Arc::clone(&name), deployments: vec![Arc::clone(deployment)] };
        snapshot.by_id.insert(Arc::clone(&deployment.id), Arc::new(alone));
    }
    let group = Arc::new(Group { name: Arc::clone(&name), deployments });
    if name.contains('*') {
        let place = snapshot.wildcard_groups.len();
        let added = snapshot.wildcards.add(&name, place);
        added.map_err(|source| BuildError::Wildcard { name: name.to_string(), source })?;
        snapshot.wildcard_groups.push(group);
    } else {
        snapshot.order.push(Arc::clone(&name));
        snapshot.groups.insert(name, group);
    }
    Ok(())
}

fn aliases(config: &Config) -> HashMap<String, Alias> {
    let alias = |(name, alias): (&String, &tianji_config::GroupAlias)| {
        (name.clone(), Alias { model: alias.model.clone(), hidden: alias.hidden })
    };
    let plain = |(name, model): (&String, &String)| (name.clone(), Alias { model: model.clone(), hidden: true });
    let map = config.litellm_settings.model_alias_map.iter().map(plain);
    map.chain(config.router_settings.model_group_alias.iter().map(alias)).collect()
}

fn fallbacks(lists: &FallbackLists) -> Fallbacks {
    Fallbacks {
        general: list(&lists.general),
        default: lists.default.iter().map(target).collect(),
        context_window: list(&lists.context_window),
        content_policy: list(&lists.content_policy),
    }
}

fn list(list: &tianji_config::FallbackList) -> FallbackList {
    list.iter().map(|(group, targets)| (group.clone(), targets.iter().map(target).collect())).collect()
}

fn target(target: &tianji_config::FallbackTarget) -> FallbackTarget {
    FallbackTarget { model: target.model.clone(), overrides: target.overrides.clone().into_inner() }
}

/// Changes when the configuration does; secrets do not print, so they do not count.
fn hash(config: &Config) -> String {
    KeyHash::of(&format!("{config:?}")).hex().chars().take(12).collect()
}

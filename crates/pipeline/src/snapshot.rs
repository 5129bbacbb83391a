//! The immutable configuration that a call runs under.

use crate::deployment::Deployment;
use crate::settings::Settings;
use std::collections::HashMap;
use std::sync::Arc;
use tianji_auth::MasterKey;
use tianji_router::{Fallbacks, Wildcards};

/// All deployments that go by one name.
#[derive(Debug)]
pub struct Group {
    /// The name; may hold `*`.
    pub name: Arc<str>,
    /// Its deployments, in the order of the configuration.
    pub deployments: Vec<Arc<Deployment>>,
}

/// Another name for a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The group.
    pub model: String,
    /// Whether it is left out of model lists.
    pub hidden: bool,
}

/// One compiled configuration.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Switches.
    pub settings: Settings,
    /// The root key; without one nobody is admin.
    pub master: Option<MasterKey>,
    /// Groups by exact name.
    pub groups: HashMap<Arc<str>, Arc<Group>>,
    /// Group names in the order of the configuration.
    pub order: Vec<Arc<str>>,
    /// Groups with `*`, found through `wildcards`.
    pub wildcard_groups: Vec<Arc<Group>>,
    /// Patterns of `wildcard_groups`.
    pub wildcards: Wildcards,
    /// Other names.
    pub aliases: HashMap<String, Alias>,
    /// Deployments by id, as groups of one.
    pub by_id: HashMap<Arc<str>, Arc<Group>>,
    /// What comes after a failed group.
    pub fallbacks: Fallbacks,
    /// Prices.
    pub prices: Arc<tianji_pricing::Catalogue>,
    /// Providers.
    pub providers: Arc<tianji_providers::Catalogue>,
    /// Fetches what clients name by address.
    pub fetcher: tianji_http::Fetcher,
    /// Hash of the configuration, for logs and the summary line.
    pub hash: String,
}

/// A group found by name.
#[derive(Clone, Debug)]
pub struct Found {
    /// The group.
    pub group: Arc<Group>,
    /// What to show as the group's name: itself, or the concrete name under a wildcard.
    pub name: Arc<str>,
    /// Upstream names with captures put in, per deployment of the group; empty for exact names.
    pub filled: Vec<String>,
}

impl Found {
    /// The upstream name of the deployment at a place in the group.
    pub fn filled(&self, place: usize) -> Option<&str> {
        self.filled.get(place).map(String::as_str)
    }
}

impl Snapshot {
    /// The same configuration under other prices. Calls that run under this one keep theirs.
    pub fn priced(&self, prices: Arc<tianji_pricing::Catalogue>) -> Self {
        let all = self.groups.values().chain(&self.wildcard_groups).chain(self.by_id.values());
        let mut priced: HashMap<*const Deployment, Arc<Deployment>> = HashMap::new();
        for deployment in all.flat_map(|group| &group.deployments) {
            priced.entry(Arc::as_ptr(deployment)).or_insert_with(|| Arc::new(deployment.priced(&prices)));
        }
        let group = |group: &Arc<Group>| {
            let own = |deployment| priced.get(&Arc::as_ptr(deployment)).unwrap_or(deployment);
            let deployments = group.deployments.iter().map(|deployment| Arc::clone(own(deployment))).collect();
            Arc::new(Group { name: Arc::clone(&group.name), deployments })
        };
        let named = |groups: &HashMap<Arc<str>, Arc<Group>>| {
            groups.iter().map(|(name, members)| (Arc::clone(name), group(members))).collect()
        };
        Self {
            groups: named(&self.groups),
            wildcard_groups: self.wildcard_groups.iter().map(group).collect(),
            by_id: named(&self.by_id),
            prices,
            ..self.clone()
        }
    }

    /// Finds a group: alias, exact name, deployment id, wildcard, in this order. A real group is never shadowed.
    pub fn find(&self, name: &str) -> Option<Found> {
        self.exact(name).or_else(|| self.exact(self.unalias(name)?)).or_else(|| {
            let name = self.unalias(name).unwrap_or(name);
            self.by_id.get(name).map(|group| exact(group, name)).or_else(|| self.wildcard(name))
        })
    }

    fn exact(&self, name: &str) -> Option<Found> {
        self.groups.get(name).map(|group| Found {
            group: Arc::clone(group),
            name: Arc::clone(&group.name),
            filled: Vec::new(),
        })
    }

    fn wildcard(&self, name: &str) -> Option<Found> {
        let (index, captures) = self.wildcards.find(name)?;
        let group = self.wildcard_groups.get(index)?;
        let filled = group.deployments.iter().map(|deployment| captures.fill(&deployment.model)).collect();
        Some(Found { group: Arc::clone(group), name: name.into(), filled })
    }

    /// Follows aliases; configuration refuses cycles.
    fn unalias<'a>(&'a self, name: &str) -> Option<&'a str> {
        let mut target = self.aliases.get(name)?.model.as_str();
        for _ in 1..MOST_HOPS {
            match self.aliases.get(target) {
                Some(next) if !self.groups.contains_key(target) => target = next.model.as_str(),
                _ => break,
            }
        }
        Some(target)
    }

    /// Every group, wildcards included.
    pub fn all_groups(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.order.iter().filter_map(|name| self.groups.get(name)).chain(&self.wildcard_groups)
    }

    /// Names that a list of models shows: visible aliases, then groups in the order of the configuration.
    pub fn visible_names(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter().filter(|(_, alias)| !alias.hidden).map(|(name, _)| name.as_str());
        aliases.chain(self.order.iter().map(AsRef::as_ref))
    }

    /// Whether a name is an alias that no list shows.
    pub fn is_hidden(&self, name: &str) -> bool {
        self.aliases.get(name).is_some_and(|alias| alias.hidden) && !self.groups.contains_key(name)
    }
}

fn exact(group: &Arc<Group>, name: &str) -> Found {
    Found { group: Arc::clone(group), name: name.into(), filled: Vec::new() }
}

/// Longest chain of aliases.
const MOST_HOPS: usize = 8;

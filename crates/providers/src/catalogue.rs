//! All providers of this build and of the operator.

use crate::native;
use crate::provider::{Hooks, Provider};
use crate::row::{Row, RowError};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Providers by name and alias.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    providers: BTreeMap<String, Arc<Provider>>,
    aliases: HashMap<String, String>,
    /// Providers that are not in this build, with the forms of their models' names.
    pub(crate) elsewhere: BTreeMap<String, Vec<String>>,
}

impl Catalogue {
    /// The rows and native folders that are built in.
    ///
    /// # Errors
    /// [`RowError`] when a built-in row is wrong; a test sees to it that none is.
    pub fn embedded() -> Result<Self, RowError> {
        let mut catalogue = Self { elsewhere: toml::from_str(ELSEWHERE)?, ..Self::default() };
        for folder in native::ALL {
            let row: Row = toml::from_str(folder.row)?;
            catalogue.add(row.provider(folder.name, folder.hooks)?)?;
        }
        let rows: BTreeMap<String, Row> = toml::from_str(COMPATIBLE)?;
        for (name, row) in rows {
            catalogue.add(row.with_common_params().provider(&name, Hooks::COMPAT)?)?;
        }
        Ok(catalogue)
    }

    /// With an operator's rows (`custom_providers:`), given by name.
    ///
    /// # Errors
    /// [`RowError`] names the first row that is not well-formed or takes a name that is in use.
    pub fn with_custom(mut self, rows: impl Iterator<Item = (String, Value)>) -> Result<Self, RowError> {
        for (name, value) in rows {
            let row: Row =
                serde_json::from_value(value).map_err(|source| RowError::Custom { name: name.clone(), source })?;
            self.add(row.provider(&name, Hooks::COMPAT)?)?;
        }
        Ok(self)
    }

    /// A provider by name or alias.
    pub fn get(&self, name_or_alias: &str) -> Option<&Arc<Provider>> {
        let name = self.aliases.get(name_or_alias).map_or(name_or_alias, String::as_str);
        self.providers.get(name)
    }

    /// All providers, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.providers.values()
    }

    /// Names that are known and not built: models of theirs are refused by name and never sent to anybody else.
    pub fn elsewhere(&self) -> impl Iterator<Item = &str> {
        self.elsewhere.keys().map(String::as_str)
    }

    fn add(&mut self, provider: Provider) -> Result<(), RowError> {
        for name in std::iter::once(&provider.name).chain(&provider.aliases) {
            if self.get(name).is_some() {
                return Err(RowError::Taken { name: provider.name.clone(), taken: name.clone() });
            }
        }
        for alias in &provider.aliases {
            self.aliases.insert(alias.clone(), provider.name.clone());
        }
        self.providers.insert(provider.name.clone(), Arc::new(provider));
        Ok(())
    }
}

/// The compatible rows.
const COMPATIBLE: &str = include_str!("compat.toml");
/// Names of providers that are not in this build.
const ELSEWHERE: &str = include_str!("elsewhere.toml");

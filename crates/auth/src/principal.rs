//! An authenticated caller.

use crate::{Denial, KeyType, Permission, Role, VirtualKey};
use std::sync::Arc;
use tianji_core::Micros;

/// Who is calling. There is no anonymous one.
#[derive(Clone, Debug)]
pub enum Principal {
    /// The holder of the master key.
    Master,
    /// The holder of a virtual key.
    Key(Arc<VirtualKey>),
}

impl Principal {
    /// The caller's role.
    pub fn role(&self) -> Role {
        match self {
            Self::Master => Role::ProxyAdmin,
            Self::Key(key) if key.user_id.is_some() => Role::InternalUser,
            Self::Key(_) => Role::Keyholder,
        }
    }

    /// The virtual key, unless it is the master.
    pub fn key(&self) -> Option<&VirtualKey> {
        match self {
            Self::Master => None,
            Self::Key(key) => Some(key),
        }
    }

    /// Whether the caller may use a route that asks for a permission: by type of key, then by role.
    pub fn check(&self, permission: Permission, route: &str) -> Result<(), Denial> {
        let by_type = self.key().is_none_or(|key| type_opens(key.key_type, permission));
        if by_type && self.role().holds(permission) {
            return Ok(());
        }
        Err(Denial::Role { route: route.to_owned(), role: self.role().word() })
    }
}

const fn type_opens(key_type: KeyType, permission: Permission) -> bool {
    match key_type {
        KeyType::Default => true,
        KeyType::LlmApi => matches!(permission, Permission::Public | Permission::Infer | Permission::SelfRead),
        KeyType::Management => !matches!(permission, Permission::Infer),
        KeyType::ReadOnly => matches!(
            permission,
            Permission::Public | Permission::SelfRead | Permission::KeyRead | Permission::SpendRead
        ),
    }
}

/// Whether a key is alive. The one place that knows; asked on every request.
pub fn check_usable(key: &VirtualKey, now: Micros) -> Result<(), Denial> {
    if key.blocked == Some(true) {
        return Err(Denial::Blocked);
    }
    match key.expires_at {
        Some(expired_at) if expired_at <= now => {
            Err(Denial::Expired { key_name: key.key_name.clone(), expired_at, now })
        }
        _ => Ok(()),
    }
}

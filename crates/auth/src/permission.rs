//! Roles and what they may do. A route without a permission does not compile.

/// Who a caller is, as far as rights go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    ProxyAdmin,
    /// A key that belongs to a user.
    InternalUser,
    /// A key without a user.
    Keyholder,
}

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Anyone, without a key.
    Public,
    /// Calling models.
    Infer,
    /// Seeing oneself and the models one may use.
    SelfRead,
    /// Seeing keys in one's scope.
    KeyRead,
    /// Making and changing keys in one's scope.
    KeyWrite,
    /// Seeing spend in one's scope.
    SpendRead,
    /// Reading metrics; public if the configuration opens them.
    Scrape,
    /// Seeing how the gateway is doing.
    AdminRead,
    /// Changing how the gateway works.
    AdminWrite,
}

impl Role {
    /// Whether the role holds the permission at all; scope is checked by the operation.
    pub const fn holds(self, permission: Permission) -> bool {
        use Permission::*;
        match self {
            Self::ProxyAdmin => true,
            Self::InternalUser => matches!(permission, Public | Infer | SelfRead | KeyRead | KeyWrite | SpendRead),
            Self::Keyholder => matches!(permission, Public | Infer | SelfRead | KeyRead),
        }
    }

    /// The word shown in refusals.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ProxyAdmin => "proxy_admin",
            Self::InternalUser => "internal_user",
            Self::Keyholder => "unknown",
        }
    }
}

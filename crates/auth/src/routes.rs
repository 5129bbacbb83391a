//! A key's `allowed_routes`: exact paths, prefixes, templates and group names, matched on the route that was matched.

/// Named sets of routes; every route of the table belongs to some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RouteGroup {
    /// Routes that call models.
    Llm,
    /// OpenAI-shaped ones among them.
    OpenAi,
    /// Anthropic-shaped ones among them.
    Anthropic,
    /// Information about oneself and models.
    Info,
    /// Managing keys.
    KeyManagement,
    /// Seeing spend.
    Spend,
    /// Without a key.
    Public,
    /// Everything about the gateway itself.
    Admin,
}

impl RouteGroup {
    /// The name in `allowed_routes`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Llm => "llm_api_routes",
            Self::OpenAi => "openai_routes",
            Self::Anthropic => "anthropic_routes",
            Self::Info => "info_routes",
            Self::KeyManagement => "key_management_routes",
            Self::Spend => "spend_tracking_routes",
            Self::Public => "public_routes",
            Self::Admin => "management_routes",
        }
    }
}

/// Whether a list opens a route. `path` is the decoded path of the request, `template` the matched route's,
/// `operation` its name. Paths with and without `/v1` are the same route.
pub fn route_allowed(list: &[String], path: &str, template: &str, operation: &str, groups: &[RouteGroup]) -> bool {
    list.is_empty()
        || list.iter().any(|entry| {
            if !entry.starts_with('/') {
                return entry == operation || groups.iter().any(|group| group.name() == entry);
            }
            match entry.strip_suffix('*') {
                Some(prefix) => without_version(path).starts_with(without_version(prefix)),
                None => without_version(entry) == without_version(path) || entry == template,
            }
        })
}

fn without_version(path: &str) -> &str {
    path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::{RouteGroup, route_allowed};

    #[test]
    fn entries_of_every_form() {
        let open = |entry: &str| {
            let list = [entry.to_owned()];
            route_allowed(&list, "/v1/chat/completions", "/v1/chat/completions", "chat_completion", &[RouteGroup::Llm])
        };
        for entry in ["/chat/completions", "/v1/chat/completions", "/v1/chat/*", "llm_api_routes", "chat_completion"] {
            assert!(open(entry), "{entry}");
        }
        for entry in ["/v1/embeddings", "/v1/chat", "info_routes", "/v1/messages/*"] {
            assert!(!open(entry), "{entry}");
        }
        assert!(route_allowed(&[], "/x", "/x", "x", &[]));
    }
}

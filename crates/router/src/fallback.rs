//! Which groups come after a group that failed, by the kind of failure.

use tianji_core::{Error, Kind, Origin};

/// One group to go to, perhaps with other parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct FallbackTarget {
    /// Group name, before aliases.
    pub model: String,
    /// Request parameters to set for it.
    pub overrides: serde_json::Map<String, serde_json::Value>,
}

impl FallbackTarget {
    /// A group without overrides.
    pub fn named(model: impl Into<String>) -> Self {
        Self { model: model.into(), overrides: serde_json::Map::new() }
    }
}

/// `[{group: [targets]}]`: group names, wildcards or `*`, in the order of the configuration.
pub type FallbackList = Vec<(String, Vec<FallbackTarget>)>;

/// One of the lists that have entries for groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FallbackKind {
    /// For every failure that has no list of its own.
    #[default]
    General,
    /// When the conversation is too long.
    ContextWindow,
    /// When the content policy refused.
    ContentPolicy,
}

/// The four lists of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Fallbacks {
    /// For every failure that has no list of its own.
    pub general: FallbackList,
    /// For groups without an entry in `general`.
    pub default: Vec<FallbackTarget>,
    /// When the conversation is too long.
    pub context_window: FallbackList,
    /// When the content policy refused.
    pub content_policy: FallbackList,
}

impl Fallbacks {
    /// The targets after `group` failed with `error`, in order.
    pub fn targets(&self, group: &str, error: &Error) -> &[FallbackTarget] {
        match error.kind {
            Kind::ContextWindowExceeded => {
                find(&self.context_window, group).or_else(|| find(&self.general, group)).unwrap_or(&self.default)
            }
            // Never taken to another model except by its own list.
            Kind::ContentPolicy => find(&self.content_policy, group).unwrap_or_default(),
            _ if callers_own(error) => &[],
            _ => find(&self.general, group).unwrap_or(&self.default),
        }
    }

    /// The targets that a list has for a group.
    pub fn listed(&self, list: FallbackKind, group: &str) -> &[FallbackTarget] {
        let found = match list {
            FallbackKind::General => find(&self.general, group),
            FallbackKind::ContextWindow => find(&self.context_window, group),
            FallbackKind::ContentPolicy => find(&self.content_policy, group),
        };
        found.unwrap_or_default()
    }

    /// Groups that have fallbacks, for error texts.
    pub fn configured_groups(&self) -> impl Iterator<Item = &str> {
        self.general.iter().map(|(group, _)| group.as_str())
    }
}

/// A failure that no other model can mend: the caller is not allowed, or asks for nonsense.
const fn callers_own(error: &Error) -> bool {
    matches!(error.origin, Origin::Client)
}

/// Exact name, then the name without or with its provider, then wildcards, then `*`.
fn find<'a>(list: &'a FallbackList, group: &str) -> Option<&'a [FallbackTarget]> {
    let suffix = |name: &str| name.split_once('/').map(|(_, model)| model.to_owned());
    let exact = list.iter().find(|(name, _)| name == group);
    let near = || {
        list.iter()
            .find(|(name, _)| suffix(group).as_deref() == Some(name.as_str()) || suffix(name).as_deref() == Some(group))
    };
    let wild = || {
        list.iter().find(|(name, _)| {
            let mut wildcards = crate::Wildcards::default();
            name != "*" && wildcards.add(name, 0).is_ok() && wildcards.find(group).is_some()
        })
    };
    let any = || list.iter().find(|(name, _)| name == "*");
    exact.or_else(near).or_else(wild).or_else(any).map(|(_, targets)| targets.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(&str, &str)]) -> FallbackList {
        entries.iter().map(|(group, target)| ((*group).to_owned(), vec![FallbackTarget::named(*target)])).collect()
    }

    #[test]
    fn each_kind_of_failure_has_its_list() {
        let fallbacks = Fallbacks {
            general: list(&[("gpt", "g1"), ("openai/o1", "g2"), ("claude-*", "g3"), ("*", "g4")]),
            default: vec![FallbackTarget::named("d")],
            context_window: list(&[("gpt", "long")]),
            content_policy: list(&[("gpt", "mild")]),
        };
        let first =
            |group: &str, error: Error| fallbacks.targets(group, &error).first().map(|target| target.model.clone());
        let provider = |kind| Error::provider(kind, "x");
        for (group, kind, target) in [
            ("gpt", Kind::InternalServer, Some("g1")),
            ("o1", Kind::RateLimit, Some("g2")),
            ("claude-3", Kind::RateLimit, Some("g3")),
            ("other", Kind::NotFound, Some("g4")),
            ("gpt", Kind::ContextWindowExceeded, Some("long")),
            ("gpt", Kind::ContentPolicy, Some("mild")),
            ("claude-3", Kind::ContentPolicy, None),
        ] {
            assert_eq!(first(group, provider(kind)).as_deref(), target, "{group} {kind:?}");
        }
        assert_eq!(first("gpt", Error::client(Kind::BadRequest, "x")), None);
    }
}

//! Cohere's host without the paths that operators like to leave on it.

/// The address before `/v1` and `/v2`.
pub(crate) fn root(base: &str) -> &str {
    ENDINGS.iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base)
}

/// The longest first.
const ENDINGS: &[&str] = &["/v2/chat", "/v1/chat", "/v2/embed", "/v1/embed", "/v2/rerank", "/v1/rerank", "/v2", "/v1"];

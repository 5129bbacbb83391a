//! Request paths: decoded once, refused where they are ambiguous.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// A path that decides a route, or `None` if it is one that different readers read differently: empty or dot segments,
/// backslashes, NUL, `;`. One trailing slash is left out. An encoded slash stays encoded, so that it can be no border of
/// segments here; [`params`] says where it may stand.
pub(crate) fn normal(path: &str) -> Option<Cow<'_, str>> {
    let path = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
    if path.contains("//") || path.contains([';', '\\']) {
        return None;
    }
    let decoded = if path.contains('%') {
        let lower = path.to_ascii_lowercase();
        if ["%5c", "%00", "%3b", "%25"].iter().any(|code| lower.contains(code)) {
            return None;
        }
        let pieces = path.split("%2F").flat_map(|piece| piece.split("%2f"));
        let pieces: Result<Vec<_>, _> = pieces.map(|piece| percent_decode_str(piece).decode_utf8()).collect();
        Cow::Owned(pieces.ok()?.join(SLASH))
    } else {
        Cow::Borrowed(path)
    };
    let plain = decoded.chars().all(|c| !c.is_control());
    (!is_dotted(&decoded) && plain).then_some(decoded)
}

/// The parameters of a matched route. The name of a model may hold slashes, encoded too; nothing else may.
pub(crate) fn params(found: Vec<(String, String)>) -> Option<Vec<(String, String)>> {
    let decoded = |(name, value): (String, String)| match value.contains(SLASH) {
        false => Some((name, value)),
        true if name == "model" => {
            let value = value.replace(SLASH, "/");
            let odd = is_dotted(&value) || value.split('/').any(str::is_empty);
            (!odd).then_some((name, value))
        }
        true => None,
    };
    found.into_iter().map(decoded).collect()
}

fn is_dotted(path: &str) -> bool {
    path.split('/').any(|segment| segment == "." || segment == "..")
}

/// An encoded slash within a path that is decoded otherwise. No other percent sign can be left.
pub(crate) const SLASH: &str = "%2F";

#[cfg(test)]
mod tests {
    use super::{normal, params};

    #[test]
    fn encoded_slashes_are_for_models_alone() {
        let of = |name: &str, value: &str| {
            params(vec![(name.to_owned(), value.to_owned())]).map(|mut found| found.remove(0).1)
        };
        assert_eq!(of("model", "openai%2Fgpt-4o").as_deref(), Some("openai/gpt-4o"));
        assert_eq!(of("model", "a/b").as_deref(), Some("a/b"));
        for value in ["..%2Fkey", "a%2F..", "a%2F%2Fb", "%2Fa", "a%2F", "a/%2Fb"] {
            assert_eq!(of("model", value), None, "{value}");
        }
        assert_eq!(of("response_id", "a%2Fb"), None);
        assert_eq!(of("response_id", "a").as_deref(), Some("a"));
    }

    #[test]
    fn ambiguous_paths_are_refused() {
        for (path, expected) in [
            ("/v1/chat/completions", Some("/v1/chat/completions")),
            ("/v1/chat/completions/", Some("/v1/chat/completions")),
            ("/", Some("/")),
            ("/v1/models/a%20b", Some("/v1/models/a b")),
            ("//v1/x", None),
            ("/v1//x", None),
            ("/v1/%2e%2e/x", None),
            ("/v1/../x", None),
            ("/v1/a%2Fb", Some("/v1/a%2Fb")),
            ("/v1/a%2fb%3A", Some("/v1/a%2Fb:")),
            ("/v1/a%252Fb", None),
            ("/v1/%2e%2e%2fx", Some("/v1/..%2Fx")),
            ("/v1/x;y", None),
            ("/v1/%00", None),
            ("/v1/a\\b", None),
        ] {
            assert_eq!(normal(path).as_deref(), expected, "{path}");
        }
    }
}

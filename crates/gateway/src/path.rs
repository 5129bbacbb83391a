//! Request paths: decoded once, refused where they are ambiguous.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// A path that decides a route, or `None` if it is one that different readers read differently: empty or dot segments,
/// encoded slashes, backslashes, NUL, `;`. One trailing slash is left out.
pub(crate) fn normal(path: &str) -> Option<Cow<'_, str>> {
    let path = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
    if path.contains("//") || path.contains([';', '\\']) {
        return None;
    }
    let decoded = if path.contains('%') {
        let lower = path.to_ascii_lowercase();
        if ["%2f", "%5c", "%00", "%3b", "%25"].iter().any(|code| lower.contains(code)) {
            return None;
        }
        Cow::Owned(percent_decode_str(path).decode_utf8().ok()?.into_owned())
    } else {
        Cow::Borrowed(path)
    };
    let dotted = decoded.split('/').any(|segment| segment == "." || segment == "..");
    let plain = decoded.chars().all(|c| !c.is_control());
    (!dotted && plain).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::normal;

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
            ("/v1/a%2Fb", None),
            ("/v1/x;y", None),
            ("/v1/%00", None),
            ("/v1/a\\b", None),
        ] {
            assert_eq!(normal(path).as_deref(), expected, "{path}");
        }
    }
}

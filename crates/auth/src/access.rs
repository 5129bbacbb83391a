//! Which models a list of names opens.

/// Whether a list of allowed models covers any of the names a model goes by (as asked, and as resolved).
///
/// An empty list restricts nothing. Entries are names, wildcards (`openai/*`, `*`) or special words.
pub fn may_use_model(allowed: &[String], names: &[&str]) -> bool {
    allowed.is_empty() || allowed.iter().any(|entry| names.iter().any(|name| covers(entry, name)))
}

fn covers(entry: &str, name: &str) -> bool {
    match entry {
        "all-proxy-models" | "all-team-models" | "*" => true,
        "no-default-models" => false,
        _ if entry.contains('*') => wildcard(entry, name),
        _ => entry == name,
    }
}

/// Matches `*` against any text, left to right.
fn wildcard(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|head| name.strip_prefix(head)) else { return false };
    let mut last = "";
    for piece in pieces {
        last = piece;
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.split_at(at + piece.len()).1;
    }
    rest.is_empty() || last.is_empty() || name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::may_use_model;

    #[test]
    fn lists_and_wildcards() {
        for (list, name, expected) in [
            (&[][..], "gpt-4o", true),
            (&["gpt-4o"], "gpt-4o", true),
            (&["gpt-4o"], "gpt-4o-mini", false),
            (&["openai/*"], "openai/gpt-4o", true),
            (&["openai/*"], "azure/gpt-4o", false),
            (&["*-mini"], "gpt-4o-mini", true),
            (&["*-mini"], "gpt-mini-4o", false),
            (&["a*b*c"], "axxbyyc", true),
            (&["a*b*c"], "axxcyyb", false),
            (&["no-default-models"], "gpt-4o", false),
            (&["all-proxy-models"], "gpt-4o", true),
        ] {
            let list: Vec<String> = list.iter().map(|entry| (*entry).to_owned()).collect();
            assert_eq!(may_use_model(&list, &[name]), expected, "{list:?} {name}");
        }
    }
}

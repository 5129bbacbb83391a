//! Vendor signatures that travel inside a tool call's id.
//!
//! Clients of this dialect have no field for the signature that Gemini wants back with a call (Gemini API docs,
//! "Thought signatures"). It rides in the id, `<id>__thought__<signature>`, and in an extension field beside it.

/// The id proper, and the signature if one rides in it.
pub(crate) fn split_id(id: &str) -> (&str, Option<&str>) {
    match id.split_once(MARK) {
        Some((id, signature)) if !signature.is_empty() => (id, Some(signature)),
        _ => (id, None),
    }
}

/// The id with the signature in it, unless that gets too long for clients.
pub(crate) fn join_id(id: &str, signature: Option<&str>) -> Option<String> {
    let signature = signature?;
    let length = id.len() + MARK.len() + signature.len();
    (length <= LONGEST).then(|| format!("{id}{MARK}{signature}"))
}

const MARK: &str = "__thought__";

/// Longest id in bytes that clients are known to keep.
const LONGEST: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rides_and_gets_off_again() {
        let joined = join_id("call_1", Some("c2ln")).unwrap();
        assert_eq!(joined, "call_1__thought__c2ln");
        assert_eq!(split_id(&joined), ("call_1", Some("c2ln")));
        assert_eq!(split_id("call_1"), ("call_1", None));
        assert_eq!(join_id("call_1", Some(&"x".repeat(600))), None);
        assert_eq!(join_id("call_1", None), None);
    }
}

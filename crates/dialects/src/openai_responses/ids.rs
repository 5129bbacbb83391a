//! Ids of responses and of their items, where the upstream has none of this dialect.
//!
//! Items are named after their response and their place in it: the same reply gets the same ids.

use std::borrow::Cow;
use tianji_core::generate::ClientView;

/// Id of the response: the upstream's own if it is one of this dialect's.
pub(super) fn response<'a>(id: &'a str, view: &'a ClientView) -> Cow<'a, str> {
    let minted = view.minted_id.as_str();
    match (id.starts_with(RESPONSE), minted.is_empty(), minted.starts_with(RESPONSE)) {
        (true, _, _) => Cow::Borrowed(id),
        (false, true, _) => Cow::Owned(format!("{RESPONSE}{}", plain(id))),
        (false, false, true) => Cow::Borrowed(minted),
        (false, false, false) => Cow::Owned(format!("{RESPONSE}{minted}")),
    }
}

/// Id of the item at `index` of a response's output; `prefix` says what it is (`msg`, `fc`, `ctc`, `rs`).
pub(super) fn item(prefix: &str, response: &str, index: usize) -> String {
    let tail = response.strip_prefix(RESPONSE).unwrap_or(response);
    let skipped = tail.chars().count().saturating_sub(LONGEST);
    let tail: String = tail.chars().skip(skipped).collect();
    format!("{prefix}_{tail}_{index}")
}

/// What OpenAI allows in ids: letters, digits, `_` and `-`.
fn plain(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).collect()
}

const RESPONSE: &str = "resp_";

/// Characters of the response's id in an item's id, which may have 64 in all.
const LONGEST: usize = 48;

//! Tool names and call ids that the vendor's patterns refuse, rewritten so that they can be told apart and mapped back.
//!
//! Source: API reference, "Tool use": names match `^[a-zA-Z0-9_-]{1,128}$`; ids of calls `^[a-zA-Z0-9_-]+$`.

use std::borrow::Cow;
use tianji_core::DialectId;
use tianji_core::generate::{GenerateRequest, Part, Tool, ToolCallKind};

/// The tool names of a request.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Names as sent and as the client knows them, where they differ.
    rewritten: Vec<(String, String)>,
    custom: Vec<String>,
    limit: usize,
}

impl Names {
    /// Looks at all tools on offer and all calls in the history, for a target dialect.
    pub(crate) fn of(request: &GenerateRequest, target: DialectId) -> Self {
        let limit = if target == DialectId::BedrockConverse { CONVERSE_CHARS } else { NAME_CHARS };
        let mut names = Self { limit, ..Self::default() };
        for tool in &request.tools {
            match tool {
                Tool::Function { name, .. } => names.add(name),
                Tool::Custom { name, .. } => {
                    names.add(name);
                    names.custom.push(name.clone());
                }
                Tool::Server { .. } | Tool::WebSearch { .. } => {}
            }
        }
        if request.source != target {
            for part in request.messages.iter().flat_map(|message| &message.parts) {
                if let Part::ToolCall(call) = part {
                    names.add(&call.name);
                }
            }
        }
        names
    }

    /// The name to send.
    pub(crate) fn sent<'a>(&'a self, name: &'a str) -> &'a str {
        self.rewritten.iter().find(|(_, original)| original == name).map_or(name, |(sent, _)| sent)
    }

    /// The client's free-text tools.
    pub(crate) fn custom_tools(&self) -> Vec<String> {
        self.custom.clone()
    }

    /// Whether a call in the history has free-text input.
    pub(crate) fn is_custom(&self, name: &str, kind: ToolCallKind) -> bool {
        kind == ToolCallKind::Custom || self.custom.iter().any(|custom| custom == name)
    }

    /// All pairs, for the way back.
    pub(crate) fn into_rewritten(self) -> Vec<(String, String)> {
        self.rewritten
    }

    fn add(&mut self, name: &str) {
        let legal = (1..=self.limit).contains(&name.len()) && name.bytes().all(is_legal);
        if !legal && self.sent(name) == name {
            self.rewritten.push((rewrite(name, self.limit), name.to_owned()));
        }
    }
}

/// An id of a call in a form that the vendor takes; the same id always becomes the same.
pub(crate) fn call_id(id: &str) -> Cow<'_, str> {
    if !id.is_empty() && id.bytes().all(is_legal) {
        return Cow::Borrowed(id);
    }
    Cow::Owned(rewrite(id, usize::MAX))
}

/// The same for Converse, where ids are no longer than names but may hold more kinds of characters.
pub(crate) fn converse_call_id(id: &str) -> Cow<'_, str> {
    let legal = |byte: u8| is_legal(byte) || matches!(byte, b'.' | b':');
    if (1..=CONVERSE_CHARS).contains(&id.len()) && id.bytes().all(legal) {
        return Cow::Borrowed(id);
    }
    Cow::Owned(rewrite(id, CONVERSE_CHARS))
}

fn is_legal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The legal characters, cut to `limit` with a hash of the whole at the end.
fn rewrite(name: &str, limit: usize) -> String {
    // FNV-1a, 64 bit: names must differ, not resist anyone.
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let suffix = format!("_{:012x}", hash & 0xffff_ffff_ffff);
    let legal = |c: char| if u8::try_from(c).is_ok_and(is_legal) { c } else { '_' };
    let mut sent: String = name.chars().map(legal).take(limit.saturating_sub(suffix.len())).collect();
    sent.push_str(&suffix);
    sent
}

/// Longest name of a tool.
const NAME_CHARS: usize = 128;
/// The same in Bedrock's Converse (API reference, `ToolSpecification` and `ToolUseBlock`), which also limits ids of calls.
const CONVERSE_CHARS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illegal_names_are_rewritten_and_stay_apart() {
        let mut names = Names { limit: NAME_CHARS, ..Names::default() };
        let long = "x".repeat(200);
        for name in ["ok-1_A", "bad.name", "bad name", "", long.as_str()] {
            names.add(name);
            names.add(name);
        }
        assert_eq!(names.sent("ok-1_A"), "ok-1_A");
        let sent: Vec<&str> = ["bad.name", "bad name", "", long.as_str()].map(|name| names.sent(name)).to_vec();
        for (at, name) in sent.iter().enumerate() {
            assert!((1..=NAME_CHARS).contains(&name.len()) && name.bytes().all(is_legal), "{name}");
            assert!(!sent[..at].contains(name));
        }
        assert_eq!(names.into_rewritten().len(), 4);
    }

    #[test]
    fn legal_ids_are_left_alone() {
        assert_eq!(call_id("toolu_01-A"), "toolu_01-A");
        let odd = call_id("call:1/α").into_owned();
        assert!(odd.bytes().all(is_legal), "{odd}");
        assert_eq!(odd, call_id("call:1/α"));
    }
}

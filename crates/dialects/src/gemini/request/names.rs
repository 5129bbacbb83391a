//! Tool names that the vendor's pattern refuses, rewritten so that they can be told apart and mapped back.
//!
//! Source: Gemini API reference, `FunctionDeclaration.name`: a letter or an underscore first, then letters, digits,
//! underscores, dots, colons and dashes, at most 64 characters.

use std::borrow::Cow;
use tianji_core::generate::{GenerateRequest, Part, Tool, ToolCallKind};

/// The tool names of a request.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Names as sent and as the client knows them, where they differ.
    rewritten: Vec<(String, String)>,
    custom: Vec<String>,
}

impl Names {
    /// Looks at all tools on offer and all calls in the history.
    pub(super) fn of(request: &GenerateRequest) -> Self {
        let mut names = Self::default();
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
        for part in request.messages.iter().flat_map(|message| &message.parts) {
            if let Part::ToolCall(call) = part {
                names.add(&call.name);
            }
        }
        names
    }

    /// The name to send.
    pub(super) fn sent<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let known = self.rewritten.iter().find(|(_, original)| original == name);
        known.map_or(Cow::Borrowed(name), |(sent, _)| Cow::Owned(sent.clone()))
    }

    /// Whether a call in the history has free-text input.
    pub(super) fn is_custom(&self, name: &str, kind: ToolCallKind) -> bool {
        kind == ToolCallKind::Custom || self.custom.iter().any(|custom| custom == name)
    }

    /// All pairs and the free-text tools, for the way back.
    pub(super) fn into_parts(self) -> (Vec<(String, String)>, Vec<String>) {
        (self.rewritten, self.custom)
    }

    fn add(&mut self, name: &str) {
        if !is_legal(name) && !self.rewritten.iter().any(|(_, original)| original == name) {
            self.rewritten.push((rewrite(name), name.to_owned()));
        }
    }
}

fn is_legal(name: &str) -> bool {
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && name.len() <= NAME_CHARS && name.chars().all(is_legal_char)
}

const fn is_legal_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-')
}

/// The legal characters with a hash of the whole at the end.
fn rewrite(name: &str) -> String {
    // FNV-1a, 64 bit: names must differ, not resist anyone.
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let suffix = format!("_{:012x}", hash & 0xffff_ffff_ffff);
    let legal = |c: char| if is_legal_char(c) { c } else { '_' };
    let start = name.chars().next().is_none_or(|c| !(c.is_ascii_alphabetic() || c == '_'));
    let mut sent = if start { "_".to_owned() } else { String::new() };
    sent.extend(name.chars().map(legal).take(NAME_CHARS - suffix.len() - sent.len()));
    sent + &suffix
}

/// Longest name of a tool.
const NAME_CHARS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illegal_names_are_rewritten_and_stay_apart() {
        let mut names = Names::default();
        let long = "x".repeat(80);
        for name in ["get_weather", "a.b:c-1", "1st", "bad name", "bad/name", "é", "", long.as_str()] {
            names.add(name);
            names.add(name);
        }
        assert_eq!(names.sent("a.b:c-1"), "a.b:c-1");
        let sent: Vec<String> = names.rewritten.iter().map(|(sent, _)| sent.clone()).collect();
        assert_eq!(sent.len(), 6);
        for (at, name) in sent.iter().enumerate() {
            assert!(is_legal(name), "{name}");
            assert!(!sent.iter().take(at).any(|other| other == name));
        }
    }
}

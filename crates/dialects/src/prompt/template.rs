//! The forms in which families of open models were taught conversations.
//!
//! Sources: Meta, "Llama 2" and "Llama 3: Model Cards and Prompt Formats"; Mistral AI, "Tokenization: chat templates".

use super::{is_system, split_system};
use tianji_core::generate::Role;

/// A family of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Llama 3 and later, instructed.
    Llama3,
    /// Llama 2, instructed.
    Llama2,
    /// Mistral and Mixtral, instructed.
    Mistral,
}

impl Family {
    /// The family that a model's name tells; bare models and unknown ones have none.
    pub(crate) fn of(model: &str) -> Option<Self> {
        let name = model.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if !has(&["instruct", "chat"]) {
            return None;
        }
        match () {
            () if has(&["llama-3", "llama3", "llama-4", "llama4"]) => Some(Self::Llama3),
            () if has(&["llama-2", "llama2"]) => Some(Self::Llama2),
            () if has(&["mistral", "mixtral"]) => Some(Self::Mistral),
            () => None,
        }
    }

    /// The conversation as the family knows it, up to where the model is to go on.
    pub(crate) fn render(self, turns: &[(Role, String)]) -> String {
        match self {
            Self::Llama3 => llama3(turns),
            Self::Llama2 => instructions(turns, |system, text| format!("<<SYS>>\n{system}\n<</SYS>>\n\n{text}")),
            Self::Mistral => instructions(turns, |system, text| format!("{system}\n\n{text}")),
        }
    }
}

fn llama3(turns: &[(Role, String)]) -> String {
    let mut prompt = String::from("<|begin_of_text|>");
    let mut header = |role: &str, text: Option<&str>| {
        prompt.push_str(&format!("<|start_header_id|>{role}<|end_header_id|>\n\n"));
        if let Some(text) = text {
            prompt.push_str(text);
            prompt.push_str("<|eot_id|>");
        }
    };
    for (role, text) in turns {
        let role = match role {
            Role::System | Role::Developer => "system",
            Role::User | Role::Tool => "user",
            Role::Assistant => "assistant",
        };
        header(role, Some(text));
    }
    header("assistant", None);
    prompt
}

/// `[INST] … [/INST]` around what users say. Instructions have no place of their own: `with_system` puts those at the
/// start into the first turn, later ones are said like a user's words.
fn instructions(turns: &[(Role, String)], with_system: fn(&str, &str) -> String) -> String {
    let (mut system, rest) = split_system(turns);
    let mut prompt = String::from("<s>");
    let asks = |role: Role| is_system(role) || matches!(role, Role::User | Role::Tool);
    if !rest.first().is_some_and(|(role, _)| asks(*role))
        && let Some(system) = system.take()
    {
        prompt.push_str(&format!("[INST] {} [/INST]", with_system(&system, "")));
    }
    for (role, text) in rest {
        if asks(*role) {
            let text = system.take().map_or_else(|| text.clone(), |system| with_system(&system, text));
            prompt.push_str(&format!("[INST] {text} [/INST]"));
        } else {
            prompt.push_str(&format!(" {text} </s>"));
        }
    }
    prompt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(turns: &[(Role, &str)]) -> Vec<(Role, String)> {
        turns.iter().map(|(role, text)| (*role, (*text).to_owned())).collect()
    }

    #[test]
    fn names_tell_families() {
        for (name, family) in [
            ("meta/meta-llama-3-70b-instruct", Some(Family::Llama3)),
            ("meta/llama-4-scout-instruct", Some(Family::Llama3)),
            ("a16z-infra/llama-2-13b-chat:2a7f", Some(Family::Llama2)),
            ("mistralai/Mixtral-8x7B-Instruct-v0.1", Some(Family::Mistral)),
            ("meta/meta-llama-3-70b", None),
            ("google/gemma-7b-it", None),
        ] {
            assert_eq!(Family::of(name), family, "{name}");
        }
    }

    #[test]
    fn conversations_in_each_form() {
        let talk = said(&[(Role::System, "S"), (Role::User, "Hi"), (Role::Assistant, "Yo"), (Role::User, "Bye")]);
        for (family, prompt) in [
            (Family::Llama2, "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nHi [/INST] Yo </s>[INST] Bye [/INST]"),
            (Family::Mistral, "<s>[INST] S\n\nHi [/INST] Yo </s>[INST] Bye [/INST]"),
            (
                Family::Llama3,
                "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nS<|eot_id|>\
                 <|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\nYo<|eot_id|>\
                 <|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\n",
            ),
        ] {
            assert_eq!(family.render(&talk), prompt);
        }
        let alone = said(&[(Role::System, "S"), (Role::Assistant, "Yo")]);
        assert_eq!(Family::Llama2.render(&alone), "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\n [/INST] Yo </s>");
    }
}

//! What a model's name says: how to call it, where it is, and its id.

/// A name taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ModelName<'a> {
    /// The interface that the name asks for.
    pub(crate) interface: Interface,
    /// The region that stands before the id, or in its ARN.
    pub(crate) region: Option<&'a str>,
    /// Id of a model or of an inference profile, or an ARN.
    pub(crate) id: &'a str,
}

/// An interface of the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interface {
    /// Whichever fits.
    Any,
    /// Converse (`converse/…`).
    Converse,
    /// `InvokeModel` (`invoke/…`).
    Invoke,
    /// One that is not here (agents, asynchronous calls).
    Other,
}

impl<'a> ModelName<'a> {
    /// Takes a name apart.
    pub(crate) fn of(name: &'a str) -> Self {
        let (mut interface, mut region, mut id) = (Interface::Any, None, name);
        while let Some((first, rest)) = id.split_once('/') {
            match first {
                "converse" | "converse_like" => interface = Interface::Converse,
                "invoke" => interface = Interface::Invoke,
                "agent" | "agentcore" | "async_invoke" => interface = Interface::Other,
                first if is_region(first) => region = Some(first),
                first if first.ends_with("-month-commitment") => {}
                // A vendor before an ARN, which does not tell it.
                _ if rest.starts_with("arn:") => {}
                _ => break,
            }
            id = rest;
        }
        Self { interface, region: region_of_arn(id).or(region), id }
    }

    /// Whether its body for `InvokeModel` is one of its vendor's own, and not of Anthropic's, which has a dialect here.
    pub(crate) fn is_invoked_in_its_own_form(&self) -> bool {
        self.interface != Interface::Other && !self.is_claude()
    }

    /// The id under which its tokens are counted: the foundation model's, for one of an inference profile is refused (API
    /// reference, "CountTokens": `modelId`). `None` if they are not, or if the name of a profile does not tell the model.
    pub(super) fn counted(&self) -> Option<&'a str> {
        let at = self.id.rfind("anthropic.claude").filter(|_| self.interface != Interface::Other)?;
        self.id.get(at..)
    }

    /// Whether it is a Claude model, as far as the name tells.
    pub(super) fn is_claude(&self) -> bool {
        self.id.contains("anthropic.claude")
    }
}

/// The region in an ARN (`arn:aws:bedrock:us-east-1:…`); an ARN is good in no other.
pub(super) fn region_of_arn(arn: &str) -> Option<&str> {
    let mut parts = arn.strip_prefix("arn:")?.split(':');
    parts.nth(2).filter(|region| is_region(region))
}

/// Whether a word has the form of a region: `us-east-1`, `us-gov-west-1`.
pub(super) fn is_region(word: &str) -> bool {
    let mut parts = word.split('-');
    let area = parts
        .next()
        .is_some_and(|area| (2..=4).contains(&area.len()) && area.bytes().all(|byte| byte.is_ascii_lowercase()));
    let number =
        parts.next_back().is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()));
    let mut words = parts.peekable();
    area && number
        && words.peek().is_some()
        && words.all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_forms() {
        let arn = "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/a1b2";
        let prefixed = format!("invoke/anthropic/{arn}");
        for (name, interface, region, id) in [
            ("anthropic.claude-v2", Interface::Any, None, "anthropic.claude-v2"),
            ("us.anthropic.claude-v2:1", Interface::Any, None, "us.anthropic.claude-v2:1"),
            ("us-east-1/meta.llama3", Interface::Any, Some("us-east-1"), "meta.llama3"),
            ("us-gov-west-1/1-month-commitment/x.y", Interface::Any, Some("us-gov-west-1"), "x.y"),
            ("converse/us-east-1/x.y", Interface::Converse, Some("us-east-1"), "x.y"),
            ("invoke/x.y", Interface::Invoke, None, "x.y"),
            ("agent/A/B", Interface::Other, None, "A/B"),
            (arn, Interface::Any, Some("eu-west-3"), arn),
            (prefixed.as_str(), Interface::Invoke, Some("eu-west-3"), arn),
            ("us-east-1-x/y", Interface::Any, None, "us-east-1-x/y"),
        ] {
            assert_eq!(ModelName::of(name), ModelName { interface, region, id }, "{name}");
        }
    }
}

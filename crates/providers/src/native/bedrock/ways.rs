//! Which interfaces a model answers to.

use super::model::{Interface, ModelName};
use crate::endpoint::EndpointKind;
use crate::provider::Provider;
use crate::ways::Way;
use tianji_core::DialectId;

pub(super) fn ways(_: &Provider, model: &str) -> Vec<Way> {
    let name = ModelName::of(model);
    let converse = Way { dialect: DialectId::BedrockConverse, kind: EndpointKind::Chat };
    let messages = Way { dialect: DialectId::AnthropicMessages, kind: EndpointKind::Messages };
    match name.interface {
        Interface::Any if name.is_claude() => vec![converse, messages],
        Interface::Any | Interface::Converse => vec![converse],
        // An account's ARN does not tell the vendor; whoever writes `invoke/` before one means Claude.
        Interface::Invoke if name.is_claude() || name.id.starts_with("arn:") => vec![messages],
        Interface::Invoke | Interface::Other => Vec::new(),
    }
}

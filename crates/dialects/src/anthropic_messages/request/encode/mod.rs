//! Writes a request for an upstream (Anthropic API reference, "Create a Message").

mod blocks;
mod body;
mod names;
mod output;
mod params;
mod reasoning;
mod schema;
mod tools;
mod turns;

use self::body::Body;
use self::names::Names;
use self::output::Output;
use crate::{DialectError, EncodedRequest, Fixups};
use tianji_core::generate::{GenerateRequest, Target};
use tianji_core::{DialectId, LossClass, Losses};

/// Writes a request. What this dialect cannot say goes into `losses`.
pub(in crate::anthropic_messages) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let names = Names::of(request);
    let output = Output::of(request, target);
    let own = request.source == DialectId::AnthropicMessages;
    let mut job = Job { request, target, own, names: &names, losses, features: Vec::new() };
    let conversation = turns::conversation(&mut job)?;
    let plan = reasoning::plan(&mut job);
    let offer = tools::offer(&mut job, &output, plan.thinks());

    let mut body = Body::new();
    if !target.model.is_empty() {
        body.put("model", target.model);
    }
    body.put("messages", &conversation.turns);
    if !conversation.system.is_empty() {
        body.put("system", &conversation.system);
    }
    body.put("max_tokens", &plan.max_tokens);
    offer.write(&mut body);
    plan.write(&mut job, &output, &mut body);
    params::write(&mut job, plan.thinks(), &mut body);
    if request.stream {
        body.put("stream", &true);
    }
    params::write_rest(&mut job, &mut body);
    let features = job.features;
    let fixups = Fixups {
        json_tool: output.tool_name().map(str::to_owned),
        custom_tools: names.custom_tools(),
        tool_names: names.into_rewritten(),
    };
    Ok(EncodedRequest { body: body.finish(), features, fixups })
}

/// What every step of the encoding needs to see, and where it reports.
struct Job<'a, 'l> {
    request: &'a GenerateRequest,
    target: &'a Target<'a>,
    /// The client speaks this dialect: its words are not second-guessed.
    own: bool,
    names: &'a Names,
    losses: &'l mut Losses,
    /// Values for the `anthropic-beta` header.
    features: Vec<&'static str>,
}

impl Job<'_, '_> {
    /// Notes a feature that the body needs.
    fn needs(&mut self, feature: &'static str) {
        if !self.features.contains(&feature) {
            self.features.push(feature);
        }
    }

    /// Notes that something without influence on meaning is left out.
    fn hint(&mut self, path: impl Into<String>, reason: &'static str) {
        self.losses.push(LossClass::Hint, path, reason);
    }

    /// Whether the operator wants this parameter sent although it is not known here.
    fn allows(&self, name: &str) -> bool {
        self.target.allowed_params.iter().any(|allowed| allowed == name)
    }
}

/// "Structured outputs" while they were in beta; needed by `output_format` and by strict tools.
const STRUCTURED_OUTPUTS: &str = "structured-outputs-2025-11-13";

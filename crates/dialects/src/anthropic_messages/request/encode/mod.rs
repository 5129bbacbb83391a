//! Writes a request for an upstream (Anthropic API reference, "Create a Message").

mod blocks;
pub(crate) mod body;
pub(crate) mod names;
pub(crate) mod output;
pub(crate) mod params;
pub(crate) mod reasoning;
pub(crate) mod schema;
pub(crate) mod tools;
pub(crate) mod turns;

use self::body::Body;
use self::names::Names;
use self::output::Output;
use crate::{DialectError, EncodedRequest, Fixups};
use tianji_core::generate::{GenerateRequest, OutputFormat, Target};
use tianji_core::{DialectId, LossClass, Losses};

/// Writes a request. What this dialect cannot say goes into `losses`.
pub(in crate::anthropic_messages) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let names = Names::of(request, DialectId::AnthropicMessages);
    let output = Output::of(request, target);
    let own = request.source == DialectId::AnthropicMessages;
    let mut job = Job { request, target, own, names: &names, losses, features: Vec::new() };
    let conversation = turns::conversation(&mut job)?;
    if request.output == OutputFormat::JsonObject {
        job.hint("response_format", "JSON without a schema is up to the prompt");
    }
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
pub(crate) struct Job<'a, 'l> {
    pub(crate) request: &'a GenerateRequest,
    pub(crate) target: &'a Target<'a>,
    /// The client speaks this dialect: its words are not second-guessed.
    pub(crate) own: bool,
    pub(crate) names: &'a Names,
    pub(crate) losses: &'l mut Losses,
    /// Values for the `anthropic-beta` header.
    pub(crate) features: Vec<&'static str>,
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

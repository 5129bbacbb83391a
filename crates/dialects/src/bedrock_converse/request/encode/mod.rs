//! Writes a request for an upstream (API reference, "Converse").

mod blocks;
mod files;
mod output;
mod params;
mod reasoning;
mod tools;
mod turns;

pub(in crate::bedrock_converse) use self::blocks::is_own_citation;

use self::output::Output;
use crate::anthropic_messages::request::encode::body::Body;
use crate::anthropic_messages::request::encode::names::Names;
use crate::bedrock_converse::family::Family;
use crate::{DialectError, EncodedRequest, Fixups};
use tianji_core::generate::{GenerateRequest, Target};
use tianji_core::{DialectId, Extra, LossClass, Losses};

/// Writes a request. What this dialect cannot say goes into `losses`.
pub(in crate::bedrock_converse) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let names = Names::of(request, DialectId::BedrockConverse);
    let own = request.source == DialectId::BedrockConverse;
    let mut job = Job {
        request,
        target,
        own,
        family: Family::of(target.model),
        names: &names,
        losses,
        documents: Vec::new(),
        additional: Extra::new(),
    };
    params::take_over(&mut job);
    let conversation = turns::conversation(&mut job)?;
    let output = Output::of(&mut job);
    let plan = reasoning::plan(&mut job);
    let offer = tools::offer(&mut job, &output, plan.thinks, &conversation);

    let mut body = Body::new();
    body.put("messages", &conversation.turns);
    if !conversation.system.is_empty() {
        body.put("system", &conversation.system);
    }
    params::write(&mut job, &plan, &mut body);
    if let Some(offer) = &offer {
        body.put("toolConfig", offer);
    }
    if let Some(format) = output.member() {
        body.put("outputConfig", &format);
    }
    params::write_rest(&mut job, &plan, &mut body);
    let fixups = Fixups {
        json_tool: output.tool_name().map(str::to_owned),
        custom_tools: names.custom_tools(),
        tool_names: names.into_rewritten(),
    };
    Ok(EncodedRequest { body: body.finish(), features: Vec::new(), fixups })
}

/// What every step of the encoding needs to see, and where it reports.
struct Job<'a, 'l> {
    request: &'a GenerateRequest,
    target: &'a Target<'a>,
    /// The client speaks this dialect: its words are not second-guessed.
    own: bool,
    family: Family,
    names: &'a Names,
    losses: &'l mut Losses,
    /// Names of documents so far: each may be used once.
    documents: Vec<String>,
    /// The model's own parameters (`additionalModelRequestFields`).
    additional: Extra,
}

impl Job<'_, '_> {
    /// Notes that something without influence on meaning is left out.
    fn hint(&mut self, path: impl Into<String>, reason: &'static str) {
        self.losses.push(LossClass::Hint, path, reason);
    }

    /// Notes that a parameter cannot be said.
    fn lose(&mut self, path: impl Into<String>, reason: &'static str) {
        self.losses.push(LossClass::Parameter, path, reason);
    }

    /// Whether calls and results are told as text: the vendor refuses their blocks where no tool is on offer. The
    /// reference proxy tells them in these words too.
    fn tells_of_tools(&self) -> bool {
        !self.own && self.request.tools.is_empty() && !self.target.modify_params
    }

    /// Whether the operator wants this parameter sent although it is not known here.
    fn allows(&self, name: &str) -> bool {
        self.target.allowed_params.iter().any(|allowed| allowed == name)
    }
}

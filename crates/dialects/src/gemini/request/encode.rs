//! Writes a request for an upstream: everything but contents, tools and `generationConfig`, which have files of their
//! own.

use super::decode::{camel, snake};
use super::names::Names;
use super::{config, offer, turns};
use crate::cohere_chat;
use crate::gemini::model::Model;
use crate::gemini::object::Object;
use crate::openai_responses::loss_elsewhere;
use crate::{DialectError, EncodedRequest, Fixups, openai_text};
use serde_json::json;
use tianji_core::generate::{GenerateRequest, Target, Tool};
use tianji_core::{DialectId, Json, LossClass, Losses};

/// Writes a request.
pub(in crate::gemini) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let mut job = Job::new(request, target, losses);
    let mut body = prompt(&mut job)?;
    let config = config::config(&mut job)?;
    if !config.is_empty() {
        body.put_raw("generationConfig", &config.finish());
    }
    job.tier(&mut body);
    job.own_members(&mut body);
    job.unsaid(&mut body);
    let (tool_names, custom_tools) = job.names.into_parts();
    let fixups = Fixups { tool_names, custom_tools, ..Fixups::default() };
    Ok(EncodedRequest { body: body.finish(), features: Vec::new(), fixups })
}

/// Writes only what is counted as the prompt: contents, instructions and tools.
pub(in crate::gemini) fn encode_parts_of_prompt(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Object, DialectError> {
    prompt(&mut Job::new(request, target, losses))
}

/// One translation on its way.
pub(super) struct Job<'a, 'l> {
    pub(super) request: &'a GenerateRequest,
    pub(super) target: &'a Target<'a>,
    pub(super) losses: &'l mut Losses,
    /// The request came in this dialect.
    pub(super) own: bool,
    pub(super) model: Model,
    pub(super) names: Names,
    /// Calls written so far.
    pub(super) calls: usize,
    /// How closely all pictures are to be looked at, by a model that knows no such thing for each.
    pub(super) resolution: Option<&'static str>,
}

fn prompt(job: &mut Job<'_, '_>) -> Result<Object, DialectError> {
    let mut body = Object::new();
    let conversation = turns::conversation(job)?;
    body.put("contents", &conversation.turns);
    if !conversation.system.is_empty() {
        body.put("systemInstruction", &json!({ "parts": conversation.system }));
    }
    let tools = offer::offer(job)?;
    if !tools.is_empty() {
        body.put("tools", &tools);
    }
    let functions = job.request.tools.iter().any(|tool| matches!(tool, Tool::Function { .. } | Tool::Custom { .. }));
    if let Some(choice) = offer::choice(job, functions) {
        body.put("toolConfig", &choice);
    }
    Ok(body)
}

impl<'a, 'l> Job<'a, 'l> {
    fn new(request: &'a GenerateRequest, target: &'a Target<'a>, losses: &'l mut Losses) -> Self {
        let own = request.source == DialectId::Gemini;
        let model = Model::named(target.model);
        Self { request, target, losses, own, model, names: Names::of(request), calls: 0, resolution: None }
    }

    /// Notes that something without influence on meaning is left out.
    pub(super) fn hint(&mut self, path: impl Into<String>, reason: &'static str) {
        self.losses.push(LossClass::Hint, path, reason);
    }

    /// Whether the operator wants this parameter sent although it is not known here.
    pub(super) fn allows(&self, name: &str) -> bool {
        self.target.allowed_params.iter().any(|allowed| allowed == name)
    }

    fn tier(&mut self, body: &mut Object) {
        let Some(tier) = &self.request.service_tier else { return };
        match tier.as_str() {
            "auto" => {}
            "default" | "standard" | "standard_only" => {
                body.put("serviceTier", "standard");
            }
            "flex" | "priority" => {
                body.put("serviceTier", tier);
            }
            other if self.own || self.allows("service_tier") => {
                body.put("serviceTier", other);
            }
            _ => self.losses.push(LossClass::Parameter, "service_tier", "this vendor has no such tier"),
        }
    }

    /// This dialect's own members, by whichever client, and members that no one knows.
    fn own_members(&mut self, body: &mut Object) {
        for (name, raw) in self.request.gemini_only.iter().filter(|(name, _)| !name.contains('.')) {
            body.put(name, raw);
        }
        for (name, raw) in &self.request.extra {
            let known = OWN.iter().find(|known| **known == name || snake(known) == *name);
            if config::is_member(&camel(name)) {
                continue;
            }
            match known {
                Some(known) => {
                    body.put(known, raw);
                }
                None if self.own || self.allows(name) => {
                    body.put(name, raw);
                }
                // The vendor refuses the whole request for a member that it does not know.
                None => self.losses.push(LossClass::Hint, name.as_str(), "a member that this dialect does not know"),
            }
        }
        if let Some(labels) = self.labels() {
            body.put("labels", &labels);
        }
    }

    /// Labels for the bill, which clients of OpenAI's write into the metadata. Only Vertex AI takes them.
    fn labels(&self) -> Option<serde_json::Value> {
        let vertex = self.target.provider.starts_with("vertex_ai");
        let metadata = self.request.openai_only.get("metadata").filter(|_| vertex)?;
        metadata.value().get("labels").filter(|labels| labels.is_object()).cloned()
    }

    /// Parameters without a word: sent verbatim where the operator allows it, otherwise reported.
    fn unsaid(&mut self, body: &mut Object) {
        let request = self.request;
        for path in &request.unknown {
            self.hint(path.as_str(), "an unknown member");
        }
        if request.cache.is_some() {
            self.hint("cache_control", "no cache marks");
        }
        if request.user.is_some() {
            self.hint("user", "this dialect has no users");
        }
        for (name, raw) in &request.openai_only {
            self.report(name, raw, body);
        }
        for (name, raw) in &request.anthropic_only {
            if self.allows(name) {
                body.put(name, raw);
            } else {
                self.hint(name.as_str(), "a parameter that only Anthropic has");
            }
        }
        for (name, raw) in &request.cohere_only {
            if self.allows(name) {
                body.put(name, raw);
            } else {
                self.losses.push(cohere_chat::loss_elsewhere(name, raw), name.as_str(), cohere_chat::ONLY_COHERES);
            }
        }
    }

    fn report(&mut self, name: &str, raw: &Json, body: &mut Object) {
        let says_nothing = openai_text::says_nothing(name, raw.text()) || DEFAULTS.contains(&(name, raw.text()));
        if matches!(name, "modalities" | "audio") || says_nothing {
            return;
        }
        if self.allows(name) {
            body.put(name, raw);
        } else if let Some(class) = loss_elsewhere(name, raw) {
            self.losses.push(class, name, "a parameter that only OpenAI's Responses API has");
        } else if HINTS.contains(&name) {
            self.hint(name, "this dialect has no such hint");
        } else {
            self.losses.push(LossClass::Parameter, name, "this dialect has no such parameter");
        }
    }
}

/// Members at the top that clients of other dialects may write too.
const OWN: &[&str] = &["safetySettings", "cachedContent", "labels", "toolConfig", "modelArmorConfig"];

/// OpenAI's parameters that change nothing about the answer.
const HINTS: &[&str] = &[
    "metadata",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "stream_options",
];

/// Values that say what happens anyway.
const DEFAULTS: &[(&str, &str)] = &[("store", "false")];

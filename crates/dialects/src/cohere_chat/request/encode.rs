//! Writes a request for an upstream: everything but messages and tools, which have files of their own.

use super::body::Body;
use super::{documents, tools, turns};
use crate::gemini;
use crate::openai_chat::json::{self, Commas};
use crate::openai_responses;
use crate::{DialectError, EncodedRequest, Fixups, openai_text};
use serde::Serialize;
use serde_json::Number;
use tianji_core::generate::{Effort, FilePart, GenerateRequest, MediaSource, OutputFormat, Reasoning, Target};
use tianji_core::{DialectId, Json, LossClass, Losses};

/// Writes a request.
pub(in crate::cohere_chat) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let own = request.source == DialectId::CohereChat;
    let mut body = Body::new(own, target, losses);
    if !target.model.is_empty() {
        body.value("model", target.model);
    }
    body.key("messages");
    let shown = turns::write(&mut body, request)?;
    body.documents(&shown);
    body.sampling(request);
    let custom_tools = tools::write(&mut body, request);
    body.output(&request.output);
    body.reasoning(request);
    if request.stream {
        body.value("stream", &true);
    }
    body.user(request);
    body.tier(request);
    body.rest(request);
    body.out.extend_from_slice(b"}");
    let fixups = Fixups { custom_tools, ..Fixups::default() };
    Ok(EncodedRequest { fixups, ..EncodedRequest::plain(body.out.freeze()) })
}

impl Body<'_> {
    fn documents(&mut self, shown: &[&FilePart]) {
        if shown.is_empty() {
            return;
        }
        self.key("documents");
        self.out.extend_from_slice(b"[");
        let mut commas = Commas::new();
        for file in shown {
            let MediaSource::Text(text) = &file.source else { continue };
            commas.next(&mut self.out);
            documents::write(file, text, true, &mut self.out);
        }
        self.out.extend_from_slice(b"]");
    }

    fn sampling(&mut self, request: &GenerateRequest) {
        let sampling = &request.sampling;
        self.optional("max_tokens", sampling.max_output_tokens.as_ref());
        self.optional("temperature", sampling.temperature.as_ref());
        self.optional("p", sampling.top_p.as_ref());
        self.optional("k", sampling.top_k.as_ref());
        self.optional("frequency_penalty", sampling.frequency_penalty.as_ref());
        self.optional("presence_penalty", sampling.presence_penalty.as_ref());
        self.optional("seed", sampling.seed.as_ref());
        self.optional("stop_sequences", Some(&sampling.stop).filter(|stop| !stop.is_empty()));
        self.optional("logprobs", sampling.logprobs.as_ref());
        let several = |n: &&Number| n.as_f64() != Some(1.0);
        self.no_word("n", sampling.n.as_ref().filter(several));
        self.no_word("top_logprobs", sampling.top_logprobs.as_ref().filter(|count| count.as_f64() != Some(0.0)));
    }

    fn no_word<T: Serialize>(&mut self, name: &str, value: Option<&T>) {
        if let Some(raw) = value.and_then(|value| Json::of(value).ok()) {
            self.unsaid(name, &raw, LossClass::Parameter);
        }
    }

    fn output(&mut self, output: &OutputFormat) {
        let schema = match output {
            OutputFormat::Text => return,
            OutputFormat::JsonObject => None,
            OutputFormat::JsonSchema { description, schema, .. } => {
                if description.is_some() {
                    self.hint("response_format.json_schema.description", "schemas have no description");
                }
                schema.as_ref()
            }
        };
        self.key("response_format");
        self.out.extend_from_slice(br#"{"type":"json_object""#);
        if let Some(schema) = schema {
            self.out.extend_from_slice(br#","json_schema":"#);
            json::value(schema, &mut self.out);
        }
        self.out.extend_from_slice(b"}");
    }

    fn reasoning(&mut self, request: &GenerateRequest) {
        let Some(reasoning) = &request.reasoning else { return };
        let off = matches!(reasoning, Reasoning::Disabled | Reasoning::Effort(Effort::None));
        if self.target.capabilities.reasoning == Some(false) && !self.own && !self.allows("reasoning_effort") {
            if !off {
                self.hint("reasoning_effort", "the model does not reason");
            }
            return;
        }
        let budget = match reasoning {
            Reasoning::Effort(effort) | Reasoning::Adaptive(Some(effort)) => {
                Some(Number::from(self.target.budgets.tokens(*effort)))
            }
            Reasoning::Budget(tokens) => Some(tokens.clone()),
            Reasoning::Adaptive(None) | Reasoning::Disabled => None,
        };
        self.key("thinking");
        if off {
            return self.out.extend_from_slice(br#"{"type":"disabled"}"#);
        }
        self.out.extend_from_slice(br#"{"type":"enabled""#);
        if let Some(budget) = budget {
            self.out.extend_from_slice(br#","token_budget":"#);
            json::value(&budget, &mut self.out);
        }
        self.out.extend_from_slice(b"}");
    }

    /// Clients of OpenAI's dialects set it by name; coding agents that speak Anthropic's always send one.
    fn user(&mut self, request: &GenerateRequest) {
        let class = match request.source {
            DialectId::AnthropicMessages => LossClass::Hint,
            _ => LossClass::Parameter,
        };
        if let Some(raw) = request.user.as_ref().and_then(|user| Json::of(user).ok()) {
            self.unsaid("user", &raw, class);
        }
    }

    /// Tiers are priorities here: 0, the highest, is what a call has anyway.
    fn tier(&mut self, request: &GenerateRequest) {
        let Some(tier) = &request.service_tier else { return };
        match tier.as_str() {
            "priority" | "fast" | "scale" if !request.cohere_only.contains_key("priority") => {
                self.value("priority", &0)
            }
            "auto" | "default" | "standard" | "standard_only" => {}
            _ => self.no_word("service_tier", Some(tier)),
        }
    }

    /// What has no place in the canonical model.
    fn rest(&mut self, request: &GenerateRequest) {
        for path in &request.unknown {
            self.hint(path.as_str(), "an unknown member");
        }
        if request.cache.is_some() {
            self.hint("cache_control", "no cache marks");
        }
        for (name, raw) in &request.openai_only {
            let says_nothing = HINTS.contains(&name.as_str())
                || openai_text::says_nothing(name, raw.text())
                || DEFAULTS.contains(&(name.as_str(), raw.text()));
            let class = openai_responses::loss_elsewhere(name, raw);
            self.unsaid(name, raw, class.unwrap_or(if says_nothing { LossClass::Hint } else { LossClass::Parameter }));
        }
        for (name, raw) in &request.anthropic_only {
            self.unsaid(name, raw, LossClass::Hint);
        }
        gemini::unsaid(request, self.losses);
        for (name, raw) in request.cohere_only.iter().chain(&request.extra) {
            self.once(name, raw);
        }
    }
}

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
const DEFAULTS: &[(&str, &str)] = &[("store", "false"), ("modalities", "[\"text\"]")];

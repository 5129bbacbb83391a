//! Writes a request for an upstream: everything but the conversation and tools, which have files of their own.

use super::body::{Body, Writer};
use super::decode::{LOGPROBS, OPENAI_ONLY};
use crate::cohere_chat;
use crate::gemini;
use crate::openai_chat::json::{self, Commas};
use crate::openai_responses::parameters;
use crate::{DialectError, EncodedRequest, openai_text};
use bytes::BytesMut;
use serde::Serialize;
use serde_json::Number;
use tianji_core::generate::{CacheMark, Effort, GenerateRequest, Message, OutputFormat, Part, Reasoning, Role, Target};
use tianji_core::{DialectId, Extra, Json, LossClass, Losses};

/// Writes a request.
pub(in crate::openai_responses) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let own = request.source == DialectId::OpenAiResponses;
    let mut body = Body::new(own, target, losses);
    if !target.model.is_empty() {
        body.value("model", target.model);
    }
    body.conversation(request)?;
    body.sampling(request);
    body.tools(request);
    body.text(request);
    body.reasoning(request);
    if request.stream {
        body.value("stream", &true);
    }
    if let Some(user) = &request.user {
        body.value("user", user);
    }
    if let Some(tier) = &request.service_tier {
        let tier = if !own && tier == "standard_only" { "default" } else { tier.as_str() };
        body.value("service_tier", tier);
    }
    body.include(request);
    body.rest(request);
    body.out.extend_from_slice(b"}");
    Ok(EncodedRequest::plain(body.out.freeze()))
}

impl Body<'_> {
    /// `instructions` and `input`.
    fn conversation(&mut self, request: &GenerateRequest) -> Result<(), DialectError> {
        let first = request.messages.first().filter(|first| self.is_instructions(first, request));
        if let Some(first) = first {
            let text: Vec<&str> = first.parts.iter().filter_map(text_of).collect();
            self.value("instructions", &text.join("\n"));
            for (at, part) in first.parts.iter().enumerate() {
                if matches!(part, Part::Text(text) if text.cache.is_some()) {
                    let path = format!("messages[0].content[{at}].cache_control");
                    self.losses.push(LossClass::Hint, path, "no cache marks");
                }
            }
        }
        let skipped = usize::from(first.is_some());
        if request.messages.len() == skipped && self.own {
            return Ok(());
        }
        self.key("input");
        let (own, losses) = (self.own, &mut *self.losses);
        Writer { out: &mut self.out, commas: Commas::new(), own, losses }.conversation(&request.messages, skipped)
    }

    /// Whether the first message is the operator's text: of this dialect's clients only if they wrote it so.
    fn is_instructions(&self, first: &Message, request: &GenerateRequest) -> bool {
        let asked = request.echo.get("instructions").is_some_and(|raw| !raw.is_null());
        let text = first.parts.iter().all(|part| text_of(part).is_some());
        first.role == Role::System && text && !first.parts.is_empty() && (asked || !self.own)
    }

    fn number(&mut self, name: &str, number: Option<&Number>) {
        if let Some(number) = number {
            self.value(name, number);
        }
    }

    fn sampling(&mut self, request: &GenerateRequest) {
        let sampling = &request.sampling;
        let most = sampling.max_output_tokens.as_ref();
        match most.filter(|most| !self.own && most.as_u64().is_some_and(|most| most < LEAST_OUTPUT)) {
            Some(_) => {
                self.value("max_output_tokens", &LEAST_OUTPUT);
                self.losses.push(LossClass::Hint, "max_tokens", "raised to 16, the least that this dialect takes");
            }
            None => self.number("max_output_tokens", most),
        }
        match &sampling.temperature {
            // The only temperature that models without sampling parameters take is their default.
            Some(one) if one.as_f64() == Some(1.0) => self.value("temperature", one),
            temperature => self.sampled("temperature", temperature.as_ref()),
        }
        self.sampled("top_p", sampling.top_p.as_ref());
        // Not a parameter of OpenAI's: clients whose dialect has it do not mean that the call should fail.
        match &sampling.top_k {
            Some(_) if !self.own && !self.allows("top_k") && request.source != DialectId::OpenAiChat => {
                self.losses.push(LossClass::Hint, "top_k", "this dialect has no such parameter");
            }
            top_k => self.number("top_k", top_k.as_ref()),
        }
        self.sampled("top_logprobs", sampling.top_logprobs.as_ref());
        self.no_word("frequency_penalty", sampling.frequency_penalty.as_ref());
        self.no_word("presence_penalty", sampling.presence_penalty.as_ref());
        self.no_word("seed", sampling.seed.as_ref());
        self.no_word("n", sampling.n.as_ref().filter(|n| n.as_f64() != Some(1.0)));
        // Agents that speak Anthropic's dialect send stop sequences to every model.
        let by_agents = request.source == DialectId::AnthropicMessages;
        let class = if by_agents { LossClass::Hint } else { LossClass::Parameter };
        if let Some(raw) = Json::of(&sampling.stop).ok().filter(|_| !sampling.stop.is_empty()) {
            self.unsaid("stop", &raw, class);
        }
    }

    /// Writes a sampling parameter unless the model is known to refuse such.
    fn sampled<T: Serialize>(&mut self, name: &str, value: Option<&T>) {
        let Some(value) = value else { return };
        let refused = self.target.capabilities.sampling_params == Some(false);
        if refused && !self.own && !self.allows(name) {
            self.losses.push(LossClass::Parameter, name, "the model takes no sampling parameters");
        } else {
            self.value(name, value);
        }
    }

    fn no_word<T: Serialize>(&mut self, name: &str, value: Option<&T>) {
        if let Some(raw) = value.and_then(|value| Json::of(value).ok()) {
            self.unsaid(name, &raw, LossClass::Parameter);
        }
    }

    fn text(&mut self, request: &GenerateRequest) {
        let mut text = BytesMut::from(&b"{"[..]);
        let mut commas = Commas::new();
        write_format(&request.output, &mut commas, &mut text);
        if let Some(verbosity) = request.openai_only.get("verbosity") {
            commas.key("verbosity", &mut text);
            json::value(verbosity, &mut text);
        }
        text.extend_from_slice(b"}");
        if text.len() > EMPTY {
            self.raw("text", &text);
        }
    }

    fn reasoning(&mut self, request: &GenerateRequest) {
        let effort = request.reasoning.as_ref().and_then(|reasoning| self.effort(reasoning));
        let mut reasoning = BytesMut::from(&b"{"[..]);
        let mut commas = Commas::new();
        if let Some(effort) = effort {
            commas.key("effort", &mut reasoning);
            json::string(effort.word(), &mut reasoning);
        }
        for (path, raw) in &request.openai_only {
            if let Some(name) = path.strip_prefix("reasoning.") {
                commas.key(name, &mut reasoning);
                json::value(raw, &mut reasoning);
            }
        }
        reasoning.extend_from_slice(b"}");
        if reasoning.len() > EMPTY {
            self.raw("reasoning", &reasoning);
        }
    }

    fn effort(&mut self, reasoning: &Reasoning) -> Option<Effort> {
        let cannot = self.target.capabilities.reasoning == Some(false) && !self.allows("reasoning_effort");
        if cannot && !self.own {
            if !matches!(reasoning, Reasoning::Disabled) {
                self.losses.push(LossClass::Hint, "thinking", "the model does not reason");
            }
            return None;
        }
        match reasoning {
            Reasoning::Effort(effort) if self.own => Some(*effort),
            Reasoning::Effort(effort) | Reasoning::Adaptive(Some(effort)) => Some(self.nearest(*effort)),
            Reasoning::Budget(tokens) => Some(self.effort_of(tokens)),
            Reasoning::Adaptive(None) => None,
            // Not every model knows the word for "not at all".
            Reasoning::Disabled => {
                self.losses.push(LossClass::Hint, "thinking", "whether it thinks is the model's own default");
                None
            }
        }
    }

    /// The effort, or the highest that the model has below it.
    fn nearest(&self, effort: Effort) -> Effort {
        let can = self.target.capabilities;
        match effort {
            Effort::Max if can.max_reasoning_effort == Some(true) => Effort::Max,
            Effort::Max | Effort::XHigh if can.xhigh_reasoning_effort == Some(true) => Effort::XHigh,
            Effort::Max | Effort::XHigh => Effort::High,
            lower => lower,
        }
    }

    /// The lowest effort whose budget is enough for that many tokens.
    fn effort_of(&self, tokens: &Number) -> Effort {
        let tokens = tokens.as_f64().unwrap_or_default();
        let enough = |effort: &Effort| tokens <= self.target.budgets.tokens(*effort) as f64;
        let found = [Effort::Low, Effort::Medium, Effort::High, Effort::XHigh].into_iter().find(enough);
        self.nearest(found.unwrap_or(Effort::Max))
    }

    /// What the reply shall hold besides: clients of other dialects send thoughts back in their conversation, so they
    /// must be able to. Models that do not reason refuse the word.
    fn include(&mut self, request: &GenerateRequest) {
        let asked = request.openai_only.get("include");
        let mut names: Vec<String> = asked.and_then(|raw| raw.read().ok()).unwrap_or_default();
        let mut add = |name: &str, wanted: bool| {
            if wanted && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        let thinks = !matches!(request.reasoning, None | Some(Reasoning::Disabled | Reasoning::Effort(Effort::None)));
        let reasons = self.target.capabilities.reasoning;
        add(ENCRYPTED, !self.own && (reasons == Some(true) || (thinks && reasons.is_none())));
        let probable =
            request.sampling.logprobs == Some(true) && self.target.capabilities.sampling_params != Some(false);
        add(LOGPROBS, !self.own && probable);
        if !names.is_empty() {
            self.value("include", &names);
        } else if let Some(raw) = asked {
            self.value("include", raw);
        }
    }

    /// What has no place in the canonical model.
    fn rest(&mut self, request: &GenerateRequest) {
        for path in &request.unknown {
            self.losses.push(LossClass::Hint, path.as_str(), "an unknown member");
        }
        self.whole_mark(request.cache.as_ref());
        for (name, raw) in &request.openai_only {
            let name = name.as_str();
            if self.has(name) || name == "verbosity" || name.starts_with("reasoning.") {
                continue;
            }
            if self.own || OPENAI_ONLY.contains(&name) || parameters::OWN.contains(&name) {
                self.once(name, raw);
            } else {
                let says_nothing = name == "modalities" && raw.text() == r#"["text"]"#;
                let hint = says_nothing || name == "stream_options" || openai_text::says_nothing(name, raw.text());
                self.unsaid(name, raw, if hint { LossClass::Hint } else { LossClass::Parameter });
            }
        }
        if !self.own && !self.has("store") {
            // The conversation is the client's to keep: nobody could name a stored one.
            self.value("store", &false);
        }
        self.foreign(&request.anthropic_only);
        gemini::unsaid(request, self.losses);
        for (name, raw) in &request.cohere_only {
            if self.allows(name) {
                self.once(name, raw);
            } else {
                self.losses.push(cohere_chat::loss_elsewhere(name, raw), name.as_str(), cohere_chat::ONLY_COHERES);
            }
        }
        for (name, raw) in &request.extra {
            self.once(name, raw);
        }
    }

    fn whole_mark(&mut self, mark: Option<&CacheMark>) {
        if mark.is_some() {
            self.losses.push(LossClass::Hint, "cache_control", "no cache marks");
        }
    }

    fn foreign(&mut self, parameters: &Extra) {
        for (name, raw) in parameters {
            if self.allows(name) {
                self.once(name, raw);
            } else {
                self.losses.push(LossClass::Hint, name.as_str(), "a parameter that only Anthropic has");
            }
        }
    }
}

fn text_of(part: &Part) -> Option<&str> {
    match part {
        Part::Text(text) => Some(&text.text),
        _ => None,
    }
}

fn write_format(output: &OutputFormat, commas: &mut Commas, out: &mut BytesMut) {
    let (name, description, schema, strict) = match output {
        OutputFormat::Text => return,
        OutputFormat::JsonObject => {
            commas.key("format", out);
            return out.extend_from_slice(br#"{"type":"json_object"}"#);
        }
        OutputFormat::JsonSchema { name, description, schema, strict } => (name, description, schema, strict),
    };
    commas.key("format", out);
    out.extend_from_slice(br#"{"type":"json_schema","name":"#);
    json::string(name.as_deref().unwrap_or(SCHEMA_NAME), out);
    if let Some(description) = description {
        out.extend_from_slice(br#","description":"#);
        json::string(description, out);
    }
    if let Some(schema) = schema {
        out.extend_from_slice(br#","schema":"#);
        json::value(schema, out);
    }
    if let Some(strict) = strict {
        out.extend_from_slice(br#","strict":"#);
        json::value(strict, out);
    }
    out.extend_from_slice(b"}");
}

/// What to include to get thoughts that can be sent back (OpenAI docs, "Reasoning models", "Encrypted reasoning
/// items").
const ENCRYPTED: &str = "reasoning.encrypted_content";

/// Fewest output tokens that OpenAI takes (API reference, "Create a model response", `max_output_tokens`).
const LEAST_OUTPUT: u64 = 16;

/// Length of `{}`.
const EMPTY: usize = 2;

/// OpenAI wants a name for every schema; other dialects have none.
const SCHEMA_NAME: &str = "response";

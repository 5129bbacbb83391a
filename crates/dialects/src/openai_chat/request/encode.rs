//! Writes a request for an upstream: everything but messages, which have files of their own.

use super::{tools, turns};
use crate::cohere_chat;
use crate::gemini;
use crate::openai_chat::json;
use crate::openai_responses::loss_elsewhere;
use crate::{DialectError, EncodedRequest, openai_text};
use bytes::BytesMut;
use serde::Serialize;
use serde_json::Number;
use tianji_core::generate::{Effort, GenerateRequest, OutputFormat, Reasoning, Target, Tool};
use tianji_core::{DialectId, Extra, Json, LossClass, Losses};

/// Writes a request.
pub(in crate::openai_chat) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let own = request.source == DialectId::OpenAiChat;
    let mut body = Body { out: BytesMut::with_capacity(4096), written: Vec::new(), own, target, losses };
    body.out.extend_from_slice(b"{");
    if !target.model.is_empty() {
        body.value("model", target.model);
    }
    body.key("messages");
    turns::write(request, target, body.losses, &mut body.out)?;
    body.sampling(request);
    body.tools(request);
    body.output(&request.output);
    body.reasoning(request);
    body.stream(request);
    if let Some(user) = &request.user {
        body.value("user", user);
    }
    if let Some(tier) = &request.service_tier {
        let tier = if !own && tier == "standard_only" { "default" } else { tier.as_str() };
        body.value("service_tier", tier);
    }
    body.rest(request);
    body.out.extend_from_slice(b"}");
    Ok(EncodedRequest::plain(body.out.freeze()))
}

/// A body that is being written.
struct Body<'a> {
    out: BytesMut,
    /// Names of the members so far: none may come twice.
    written: Vec<String>,
    /// The request came in this dialect: extensions that the client used are kept.
    own: bool,
    target: &'a Target<'a>,
    losses: &'a mut Losses,
}

impl Body<'_> {
    fn key(&mut self, name: &str) {
        if !self.written.is_empty() {
            self.out.extend_from_slice(b",");
        }
        json::string(name, &mut self.out);
        self.out.extend_from_slice(b":");
        self.written.push(name.to_owned());
    }

    fn value<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.key(name);
        json::value(value, &mut self.out);
    }

    fn number(&mut self, name: &str, number: Option<&Number>) {
        if let Some(number) = number {
            self.value(name, number);
        }
    }

    fn allows(&self, name: &str) -> bool {
        self.target.allowed_params.iter().any(|allowed| allowed == name)
    }

    /// Writes a sampling parameter unless the model is known to refuse such.
    fn sampled<T: Serialize>(&mut self, name: &str, value: Option<&T>) {
        let Some(value) = value else { return };
        let refused = self.target.capabilities.sampling_params == Some(false);
        if refused && !self.allows(name) {
            self.losses.push(LossClass::Parameter, name, "the model takes no sampling parameters");
        } else {
            self.value(name, value);
        }
    }

    fn sampling(&mut self, request: &GenerateRequest) {
        let sampling = &request.sampling;
        // Reasoning models know only the newer name, many vendors only the older.
        let newer = self.own || self.target.capabilities.sampling_params == Some(false);
        let limit = if newer { "max_completion_tokens" } else { "max_tokens" };
        self.number(limit, sampling.max_output_tokens.as_ref());
        match &sampling.temperature {
            // The only temperature that models without sampling parameters take is their default.
            Some(one) if one.as_f64() == Some(1.0) => self.value("temperature", one),
            temperature => self.sampled("temperature", temperature.as_ref()),
        }
        self.sampled("top_p", sampling.top_p.as_ref());
        self.number("top_k", sampling.top_k.as_ref());
        self.sampled("frequency_penalty", sampling.frequency_penalty.as_ref());
        self.sampled("presence_penalty", sampling.presence_penalty.as_ref());
        self.number("seed", sampling.seed.as_ref());
        self.number("n", sampling.n.as_ref());
        if !sampling.stop.is_empty() {
            self.value("stop", &sampling.stop);
        }
        self.sampled("logprobs", sampling.logprobs.as_ref());
        self.sampled("top_logprobs", sampling.top_logprobs.as_ref());
    }

    fn tools(&mut self, request: &GenerateRequest) {
        let mut kept = Vec::with_capacity(request.tools.len());
        for (at, tool) in request.tools.iter().enumerate() {
            match tool {
                Tool::WebSearch { context_size, user_location } => {
                    self.value("web_search_options", &search_options(context_size.as_ref(), user_location.as_ref()));
                }
                Tool::Server { dialect, .. }
                    if *dialect != DialectId::OpenAiChat && !self.own && !self.allows("tools") =>
                {
                    self.losses.push(LossClass::Parameter, format!("tools[{at}]"), "a tool that only its vendor has");
                }
                Tool::Function { cache: Some(_), .. } if !self.keeps_marks() => {
                    self.losses.push(LossClass::Hint, format!("tools[{at}].cache_control"), "no cache marks");
                    kept.push(tool);
                }
                _ => kept.push(tool),
            }
        }
        if !kept.is_empty() {
            let marks = self.keeps_marks();
            self.key("tools");
            tools::write(&kept, marks, &mut self.out);
        }
        let usable = self.own || !kept.is_empty();
        if let Some(choice) = request.tool_choice.as_ref().filter(|_| usable) {
            self.key("tool_choice");
            tools::write_choice(choice, &request.tools, &mut self.out);
        }
        if let Some(parallel) = request.parallel_tool_calls.filter(|_| usable) {
            self.value("parallel_tool_calls", &parallel);
        }
    }

    fn keeps_marks(&self) -> bool {
        turns::keeps_marks(self.own, self.target)
    }

    fn output(&mut self, output: &OutputFormat) {
        let (name, description, schema, strict) = match output {
            OutputFormat::Text => return,
            OutputFormat::JsonObject => {
                self.key("response_format");
                return self.out.extend_from_slice(br#"{"type":"json_object"}"#);
            }
            OutputFormat::JsonSchema { name, description, schema, strict } => (name, description, schema, strict),
        };
        self.key("response_format");
        let out = &mut self.out;
        out.extend_from_slice(br#"{"type":"json_schema","json_schema":{"name":"#);
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
        out.extend_from_slice(b"}}");
    }

    fn reasoning(&mut self, request: &GenerateRequest) {
        let Some(reasoning) = &request.reasoning else { return };
        if self.own {
            return self.own_reasoning(reasoning);
        }
        if self.target.capabilities.reasoning == Some(false) && !self.allows("reasoning_effort") {
            if !matches!(reasoning, Reasoning::Disabled) {
                self.losses.push(LossClass::Hint, "thinking", "the model does not reason");
            }
            return;
        }
        let effort = match reasoning {
            Reasoning::Effort(effort) | Reasoning::Adaptive(Some(effort)) => self.nearest(*effort),
            Reasoning::Budget(tokens) => self.effort_of(tokens),
            Reasoning::Adaptive(None) => return,
            // Not every model knows the word for "not at all".
            Reasoning::Disabled => {
                return self.losses.push(LossClass::Hint, "thinking", "whether it thinks is the model's own default");
            }
        };
        self.value("reasoning_effort", effort.word());
    }

    /// As the client wrote it: `thinking` is an extension of the reference proxy.
    fn own_reasoning(&mut self, reasoning: &Reasoning) {
        match reasoning {
            Reasoning::Effort(effort) => self.value("reasoning_effort", effort.word()),
            Reasoning::Budget(tokens) => {
                self.key("thinking");
                self.out.extend_from_slice(br#"{"type":"enabled","budget_tokens":"#);
                json::value(tokens, &mut self.out);
                self.out.extend_from_slice(b"}");
            }
            Reasoning::Adaptive(effort) => {
                self.key("thinking");
                self.out.extend_from_slice(br#"{"type":"adaptive"}"#);
                if let Some(effort) = effort {
                    self.value("reasoning_effort", effort.word());
                }
            }
            Reasoning::Disabled => {
                self.key("thinking");
                self.out.extend_from_slice(br#"{"type":"disabled"}"#);
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

    fn stream(&mut self, request: &GenerateRequest) {
        if !request.stream {
            return;
        }
        self.value("stream", &true);
        let kept = request.openai_only.get("stream_options").and_then(|raw| raw.read::<Extra>().ok());
        let mut options = kept.unwrap_or_default();
        // The gateway meters every stream; what the client did not ask for is hidden from it.
        if let Ok(yes) = Json::of(&true) {
            options.insert("include_usage".to_owned(), yes);
        }
        self.value("stream_options", &options);
    }

    /// What has no place in the canonical model.
    fn rest(&mut self, request: &GenerateRequest) {
        for path in &request.unknown {
            self.losses.push(LossClass::Hint, path.as_str(), "an unknown member");
        }
        if request.cache.is_some() {
            self.losses.push(LossClass::Hint, "cache_control", "no cache marks");
        }
        for (name, raw) in &request.openai_only {
            match loss_elsewhere(name, raw) {
                Some(class) if !self.own && !self.allows(name) => {
                    self.losses.push(class, name.as_str(), "a parameter that only the Responses API has");
                }
                _ if openai_text::is_own(name) && !self.own && !self.allows(name) => {
                    let class = text_only(name, raw);
                    self.losses.push(class, name.as_str(), "a parameter that only text completions have");
                }
                _ if request.source == DialectId::OpenAiResponses
                    && KEPT_HERE.contains(&name.as_str())
                    && !self.allows(name) =>
                {
                    self.losses.push(LossClass::Hint, name.as_str(), "kept and repeated by the gateway");
                }
                _ if name != "stream_options" => self.once(name, raw),
                _ => {}
            }
        }
        for (name, raw) in &request.anthropic_only {
            if self.allows(name) {
                self.once(name, raw);
            } else {
                self.losses.push(LossClass::Hint, name.as_str(), "a parameter that only Anthropic has");
            }
        }
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

    fn once(&mut self, name: &str, raw: &Json) {
        if !self.written.iter().any(|written| written == name) {
            self.value(name, raw);
        }
    }
}

fn text_only(name: &str, raw: &Json) -> LossClass {
    if openai_text::says_nothing(name, raw.text()) { LossClass::Hint } else { LossClass::Parameter }
}

/// `web_search_options`.
#[derive(Serialize)]
struct SearchOptions<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    search_context_size: Option<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_location: Option<&'a Json>,
}

fn search_options<'a>(size: Option<&'a String>, location: Option<&'a Json>) -> SearchOptions<'a> {
    SearchOptions { search_context_size: size, user_location: location }
}

/// OpenAI wants a name for every schema; other dialects have none.
const SCHEMA_NAME: &str = "response";

/// What a client of Responses says about keeping its response: that is done here, and most vendors refuse the words.
const KEPT_HERE: &[&str] = &["metadata", "store"];

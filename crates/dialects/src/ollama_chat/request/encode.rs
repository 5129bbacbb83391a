//! Writes a request for an upstream: everything but the conversation.

use super::{messages, options};
use crate::openai_chat::json::{self, Commas};
use crate::openai_chat::request::tools;
use crate::openai_responses::loss_elsewhere;
use crate::{DialectError, EncodedRequest, Fixups, cohere_chat, gemini, openai_text};
use bytes::BytesMut;
use serde::Serialize;
use tianji_core::generate::{Effort, GenerateRequest, OutputFormat, Reasoning, Target, Tool, ToolChoice};
use tianji_core::{DialectId, Extra, Json, LossClass, Losses};

/// Writes a request.
pub(in crate::ollama_chat) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let own = request.source == DialectId::OllamaChat;
    let mut body = Body { out: BytesMut::with_capacity(4096), commas: Commas::new(), own, target, losses };
    body.out.extend_from_slice(b"{");
    if !target.model.is_empty() {
        body.value("model", target.model);
    }
    body.commas.key("messages", &mut body.out);
    messages::write(request, body.losses, &mut body.out)?;
    let custom_tools = body.tools(request);
    body.output(&request.output);
    body.think(request);
    // Streams are the default.
    body.value("stream", &request.stream);
    body.probabilities(request);
    let mut set = body.sampling(request);
    body.unsaid(request, &mut set);
    body.foreign(request, &mut set);
    body.extra(request, &mut set);
    if !set.is_empty() {
        body.value("options", &set);
    }
    body.out.extend_from_slice(b"}");
    Ok(EncodedRequest {
        fixups: Fixups { custom_tools, ..Fixups::default() },
        ..EncodedRequest::plain(body.out.freeze())
    })
}

/// A body that is being written.
struct Body<'a> {
    out: BytesMut,
    commas: Commas,
    /// The request came in this dialect.
    own: bool,
    target: &'a Target<'a>,
    losses: &'a mut Losses,
}

impl Body<'_> {
    fn value<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.commas.next(&mut self.out);
        json::string(name, &mut self.out);
        self.out.extend_from_slice(b":");
        json::value(value, &mut self.out);
    }

    fn allows(&self, name: &str) -> bool {
        self.target.allowed_params.iter().any(|allowed| allowed == name)
    }

    fn lose(&mut self, class: LossClass, name: &str) {
        self.losses.push(class, name, "not known to this dialect");
    }

    /// Writes the tools; gives the names of those whose input is free text, which become functions.
    fn tools(&mut self, request: &GenerateRequest) -> Vec<String> {
        let mut custom = Vec::new();
        let mut kept: Vec<Tool> = Vec::with_capacity(request.tools.len());
        for (at, tool) in request.tools.iter().enumerate() {
            match tool {
                Tool::Function { cache, .. } => {
                    if cache.is_some() {
                        self.losses.push(LossClass::Hint, format!("tools[{at}].cache_control"), "no cache marks");
                    }
                    kept.push(tool.clone());
                }
                Tool::Custom { name, description, format } => {
                    if format.as_ref().is_some_and(tools::constrains) {
                        let path = format!("tools[{at}].custom.format");
                        self.losses.push(LossClass::Hint, path, "this dialect has no grammars");
                    }
                    custom.push(name.clone());
                    kept.push(as_function(name, description.as_ref()));
                }
                Tool::WebSearch { .. } => self.lose(LossClass::Parameter, "web_search_options"),
                Tool::Server { .. } => {
                    self.losses.push(LossClass::Parameter, format!("tools[{at}]"), "a tool that only its vendor has");
                }
            }
        }
        match &request.tool_choice {
            None | Some(ToolChoice::Auto) => {}
            Some(ToolChoice::None) => kept.clear(),
            // The reference proxy takes it without a word; models of this dialect always choose for themselves.
            Some(_) => self.losses.push(LossClass::Hint, "tool_choice", "the model chooses for itself"),
        }
        if !kept.is_empty() {
            let kept: Vec<&Tool> = kept.iter().collect();
            self.commas.key("tools", &mut self.out);
            tools::write(&kept, false, &mut self.out);
        }
        custom
    }

    fn output(&mut self, output: &OutputFormat) {
        match output {
            OutputFormat::Text => {}
            OutputFormat::JsonObject | OutputFormat::JsonSchema { schema: None, .. } => self.value("format", "json"),
            OutputFormat::JsonSchema { description, schema: Some(schema), .. } => {
                if description.is_some() {
                    self.lose(LossClass::Hint, "response_format.json_schema.description");
                }
                self.value("format", schema);
            }
        }
    }

    /// Models of the `gpt-oss` family take a level, all others yes or no (Ollama docs, "Thinking").
    fn think(&mut self, request: &GenerateRequest) {
        let Some(reasoning) = &request.reasoning else { return };
        let wanted = !matches!(reasoning, Reasoning::Disabled | Reasoning::Effort(Effort::None));
        if !self.own && self.target.capabilities.reasoning == Some(false) {
            if wanted {
                self.lose(LossClass::Hint, "reasoning_effort");
            }
            return;
        }
        let effort = match reasoning {
            Reasoning::Effort(effort) | Reasoning::Adaptive(Some(effort)) => Some(*effort),
            Reasoning::Budget(tokens) => Some(self.level(tokens.as_f64().unwrap_or_default())),
            Reasoning::Adaptive(None) | Reasoning::Disabled => None,
        };
        let leveled = self.own || self.target.model.contains("gpt-oss");
        match effort.filter(|_| wanted && leveled) {
            Some(effort) => self.value("think", word(effort, self.own)),
            // Models that think do so by default, and others refuse the word.
            None if matches!(reasoning, Reasoning::Adaptive(None)) && !self.own => {}
            None => self.value("think", &wanted),
        }
    }

    /// The lowest effort whose budget is enough for that many tokens.
    fn level(&self, tokens: f64) -> Effort {
        let enough = |effort: &Effort| tokens <= self.target.budgets.tokens(*effort) as f64;
        [Effort::Low, Effort::Medium].into_iter().find(enough).unwrap_or(Effort::High)
    }

    fn probabilities(&mut self, request: &GenerateRequest) {
        if let Some(wanted) = request.sampling.logprobs {
            self.value("logprobs", &wanted);
        }
        if let Some(count) = &request.sampling.top_logprobs {
            self.value("top_logprobs", count);
        }
    }

    /// The options that the canonical model has a word for.
    fn sampling(&mut self, request: &GenerateRequest) -> Extra {
        let sampling = &request.sampling;
        let mut set = Extra::new();
        // As the reference proxy has it: the penalty that these models know is one on repetition.
        let penalty = if self.own { "frequency_penalty" } else { "repeat_penalty" };
        for (name, number) in [
            ("num_predict", &sampling.max_output_tokens),
            ("temperature", &sampling.temperature),
            ("top_p", &sampling.top_p),
            ("top_k", &sampling.top_k),
            (penalty, &sampling.frequency_penalty),
            ("presence_penalty", &sampling.presence_penalty),
            ("seed", &sampling.seed),
        ] {
            put(&mut set, name, number.as_ref());
        }
        put(&mut set, "stop", Some(&sampling.stop).filter(|stop| !stop.is_empty()));
        if sampling.n.as_ref().is_some_and(|n| n.as_f64() != Some(1.0)) {
            self.lose(LossClass::Parameter, "n");
        }
        set
    }

    /// Parameters that this dialect has no word for.
    fn unsaid(&mut self, request: &GenerateRequest, set: &mut Extra) {
        for (name, said) in [
            ("user", request.user.is_some()),
            ("service_tier", request.service_tier.is_some()),
            ("parallel_tool_calls", request.parallel_tool_calls == Some(false)),
            ("cache_control", request.cache.is_some()),
        ] {
            if said {
                self.lose(LossClass::Hint, name);
            }
        }
        for path in &request.unknown {
            self.losses.push(LossClass::Hint, path.as_str(), "an unknown member");
        }
        for (name, raw) in &request.openai_only {
            if self.allows(name) {
                set.insert(name.clone(), raw.clone());
            } else {
                let nothing = openai_text::says_nothing(name, raw.text()) || NOTHING.contains(&(name, raw.text()));
                let hint = nothing || HINTS.contains(&name.as_str());
                let class = if hint { LossClass::Hint } else { LossClass::Parameter };
                self.lose(loss_elsewhere(name, raw).unwrap_or(class), name);
            }
        }
    }

    /// Parameters of vendors that have a dialect of their own.
    fn foreign(&mut self, request: &GenerateRequest, set: &mut Extra) {
        for (name, raw) in request.anthropic_only.iter().chain(&request.cohere_only) {
            if self.allows(name) {
                set.insert(name.clone(), raw.clone());
            } else if request.anthropic_only.contains_key(name) {
                self.lose(LossClass::Hint, name);
            } else {
                self.losses.push(cohere_chat::loss_elsewhere(name, raw), name.as_str(), cohere_chat::ONLY_COHERES);
            }
        }
        gemini::unsaid(request, self.losses);
    }

    /// Parameters that nobody else knows are options, but for those that stand at the top.
    fn extra(&mut self, request: &GenerateRequest, set: &mut Extra) {
        for (name, raw) in &request.extra {
            if name == "options" {
                set.extend(raw.read::<Extra>().unwrap_or_default());
            } else if options::TOP.contains(&name.as_str()) {
                self.top(name, raw, request);
            } else {
                set.insert(name.clone(), raw.clone());
            }
        }
    }

    /// `format` and `think` may have been said in canonical words already.
    fn top(&mut self, name: &str, raw: &Json, request: &GenerateRequest) {
        let said = match name {
            "format" => request.output != OutputFormat::Text,
            "think" => request.reasoning.is_some(),
            _ => false,
        };
        if !said {
            self.value(name, raw);
        }
    }
}

fn put<T: Serialize + ?Sized>(set: &mut Extra, name: &str, value: Option<&T>) {
    if let Some(json) = value.and_then(|value| Json::of(value).ok()) {
        set.insert(name.to_owned(), json);
    }
}

/// A tool with free text as a function of one string.
fn as_function(name: &str, description: Option<&String>) -> Tool {
    let schema = Json::parse(r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#);
    Tool::Function {
        name: name.to_owned(),
        description: description.cloned(),
        schema: schema.ok(),
        strict: None,
        cache: None,
    }
}

/// Three levels; a client of this dialect keeps its own word.
const fn word(effort: Effort, own: bool) -> &'static str {
    match effort {
        effort if own => effort.word(),
        Effort::None | Effort::Minimal | Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High | Effort::XHigh | Effort::Max => "high",
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
const NOTHING: &[(&str, &str)] = &[("modalities", r#"["text"]"#), ("store", "false")];

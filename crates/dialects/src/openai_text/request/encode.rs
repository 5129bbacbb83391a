//! Writes a request for an upstream.

use super::prompt::{self, Prompt};
use crate::openai_chat::json;
use crate::openai_responses::loss_elsewhere;
use crate::openai_text::parameters;
use crate::{DialectError, EncodedRequest, cohere_chat, gemini};
use bytes::BytesMut;
use serde::Serialize;
use tianji_core::generate::{GenerateRequest, OutputFormat, Reasoning, Target, ToolChoice};
use tianji_core::{DialectId, Extra, Json, LossClass, Losses};

/// Writes a request.
pub(in crate::openai_text) fn encode(
    request: &GenerateRequest,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<EncodedRequest, DialectError> {
    let own = request.source == DialectId::OpenAiText;
    let mut body = Body { out: BytesMut::with_capacity(1024), written: Vec::new(), own, target, losses };
    body.out.extend_from_slice(b"{");
    if !target.model.is_empty() {
        body.value("model", target.model);
    }
    match prompt::encode(request, body.losses)? {
        Prompt::One(text) => body.value("prompt", &text),
        Prompt::Many(texts) => body.value("prompt", &texts),
    }
    body.sampling(request);
    body.stream(request);
    if let Some(user) = &request.user {
        body.value("user", user);
    }
    body.unsaid(request);
    body.rest(request);
    body.out.extend_from_slice(b"}");
    Ok(EncodedRequest::plain(body.out.freeze()))
}

/// A body that is being written.
struct Body<'a> {
    out: BytesMut,
    /// Names of the members so far: none may come twice.
    written: Vec<String>,
    /// The request came in this dialect.
    own: bool,
    target: &'a Target<'a>,
    losses: &'a mut Losses,
}

impl Body<'_> {
    fn value<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if !self.written.is_empty() {
            self.out.extend_from_slice(b",");
        }
        json::string(name, &mut self.out);
        self.out.extend_from_slice(b":");
        json::value(value, &mut self.out);
        self.written.push(name.to_owned());
    }

    fn once(&mut self, name: &str, raw: &Json) {
        if !self.written.iter().any(|written| written == name) {
            self.value(name, raw);
        }
    }

    fn allows(&self, name: &str) -> bool {
        self.target.allowed_params.iter().any(|allowed| allowed == name)
    }

    fn sampling(&mut self, request: &GenerateRequest) {
        let sampling = &request.sampling;
        for (name, number) in [
            ("max_tokens", &sampling.max_output_tokens),
            ("temperature", &sampling.temperature),
            ("top_p", &sampling.top_p),
            ("top_k", &sampling.top_k),
            ("frequency_penalty", &sampling.frequency_penalty),
            ("presence_penalty", &sampling.presence_penalty),
            ("seed", &sampling.seed),
            ("n", &sampling.n),
        ] {
            if let Some(number) = number {
                self.value(name, number);
            }
        }
        if !sampling.stop.is_empty() {
            self.value("stop", &sampling.stop);
        }
        match (sampling.logprobs, &sampling.top_logprobs) {
            (Some(true), Some(count)) => self.value("logprobs", count),
            (Some(true), None) => self.value("logprobs", &0),
            (Some(false) | None, _) => {}
        }
    }

    fn stream(&mut self, request: &GenerateRequest) {
        if !request.stream {
            return;
        }
        self.value("stream", &true);
        let kept = request.openai_only.get("stream_options").and_then(|raw| raw.read::<Extra>().ok());
        let mut options = kept.unwrap_or_default();
        if let (true, Ok(yes)) = (request.include_usage, Json::of(&true)) {
            options.insert("include_usage".to_owned(), yes);
        }
        if !options.is_empty() {
            self.value("stream_options", &options);
        }
    }

    /// Canonical words that a bare prompt has no room for.
    fn unsaid(&mut self, request: &GenerateRequest) {
        let chooses = !matches!(request.tool_choice, None | Some(ToolChoice::Auto | ToolChoice::None));
        for (name, class, said) in [
            ("tools", LossClass::Parameter, !request.tools.is_empty()),
            ("tool_choice", LossClass::Parameter, chooses),
            ("response_format", LossClass::Parameter, request.output != OutputFormat::Text),
            ("reasoning_effort", LossClass::Hint, !matches!(request.reasoning, None | Some(Reasoning::Disabled))),
            ("service_tier", LossClass::Hint, request.service_tier.is_some()),
            ("cache_control", LossClass::Hint, request.cache.is_some()),
        ] {
            if said {
                self.losses.push(class, name, "text completions have no such thing");
            }
        }
        for path in &request.unknown {
            self.losses.push(LossClass::Hint, path.as_str(), "an unknown member");
        }
    }

    /// What has no place in the canonical model.
    fn rest(&mut self, request: &GenerateRequest) {
        for (name, raw) in request.openai_only.iter().filter(|(name, _)| *name != "stream_options") {
            if self.own || name == "logit_bias" || parameters::is_own(name) || self.allows(name) {
                self.once(name, raw);
            } else if let Some(class) = loss_elsewhere(name, raw) {
                self.losses.push(class, name.as_str(), "a parameter that only the Responses API has");
            } else {
                let hint = HINTS.contains(&name.as_str()) || NOTHING.contains(&(name, raw.text()));
                let class = if hint { LossClass::Hint } else { LossClass::Parameter };
                self.losses.push(class, name.as_str(), "text completions have no such parameter");
            }
        }
        for (name, raw) in &request.anthropic_only {
            if self.allows(name) {
                self.once(name, raw);
            } else {
                self.losses.push(LossClass::Hint, name.as_str(), "a parameter that only Anthropic has");
            }
        }
        for (name, raw) in &request.cohere_only {
            if self.allows(name) {
                self.once(name, raw);
            } else {
                self.losses.push(cohere_chat::loss_elsewhere(name, raw), name.as_str(), cohere_chat::ONLY_COHERES);
            }
        }
        gemini::unsaid(request, self.losses);
        for (name, raw) in &request.extra {
            self.once(name, raw);
        }
    }
}

/// Chat parameters of OpenAI's that change nothing about the answer.
const HINTS: &[&str] =
    &["metadata", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "safety_identifier"];

/// Values that say what happens anyway.
const NOTHING: &[(&str, &str)] = &[("modalities", r#"["text"]"#), ("store", "false")];

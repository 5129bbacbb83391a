//! Which words of the canonical request are used. Nothing is left out: a new field or variant does not compile until
//! it has its word here, and then some request has to say it.

use std::collections::BTreeSet;
use tianji_core::generate::{
    AudioPart, CacheMark, FilePart, GenerateRequest, ImagePart, MediaSource, Message, OutputFormat, Part, Reasoning,
    Role, Sampling, TextPart, Thinking, Tool, ToolCall, ToolCallKind, ToolChoice, ToolResult, VideoPart,
};

/// All words there are.
pub(crate) fn all() -> Vec<&'static str> {
    [REQUEST, SAMPLING, MEMBERS, ROLES, PARTS, SOURCES, TOOLS, CHOICES, OUTPUTS, REASONINGS].concat()
}

/// Collects the words that a request uses.
pub(crate) fn words(request: &GenerateRequest, tried: &mut BTreeSet<&'static str>) {
    let GenerateRequest {
        source: _,
        model: _,
        messages,
        tools,
        tool_choice,
        parallel_tool_calls,
        sampling,
        output,
        reasoning,
        stream,
        include_usage,
        user,
        service_tier,
        cache,
        legacy_functions,
        openai_only,
        anthropic_only,
        gemini_only,
        cohere_only,
        extra,
        echo,
        unknown,
    } = request;
    let used = [
        parallel_tool_calls.is_some(),
        *stream,
        *include_usage,
        user.is_some(),
        service_tier.is_some(),
        cache.is_some(),
        *legacy_functions,
        !openai_only.is_empty(),
        !anthropic_only.is_empty(),
        !gemini_only.is_empty(),
        !cohere_only.is_empty(),
        !extra.is_empty(),
        !echo.is_empty(),
        !unknown.is_empty(),
    ];
    collect(REQUEST, used, tried);
    sampled(sampling, tried);
    messages.iter().for_each(|message| said(message, tried));
    tools.iter().for_each(|tool| offered(tool, tried));
    tried.extend(tool_choice.as_ref().map(chosen));
    tried.insert(form(output));
    tried.extend(reasoning.as_ref().map(thought));
}

fn collect<const N: usize>(words: &[&'static str], used: [bool; N], tried: &mut BTreeSet<&'static str>) {
    assert_eq!(words.len(), N, "a word for each field: {words:?}");
    tried.extend(words.iter().zip(used).filter(|(_, used)| *used).map(|(word, _)| *word));
}

fn sampled(sampling: &Sampling, tried: &mut BTreeSet<&'static str>) {
    let Sampling {
        max_output_tokens,
        temperature,
        top_p,
        top_k,
        frequency_penalty,
        presence_penalty,
        seed,
        n,
        stop,
        logprobs,
        top_logprobs,
    } = sampling;
    let numbers =
        [max_output_tokens, temperature, top_p, top_k, frequency_penalty, presence_penalty, seed, n, top_logprobs];
    let [limit, temperature, top_p, top_k, frequency, presence, seed, n, top] = numbers.map(Option::is_some);
    let (stop, logprobs) = (!stop.is_empty(), logprobs.is_some());
    collect(SAMPLING, [limit, temperature, top_p, top_k, frequency, presence, seed, n, stop, logprobs, top], tried);
}

fn said(message: &Message, tried: &mut BTreeSet<&'static str>) {
    let Message { role, parts, name, bare: _ } = message;
    tried.insert(
        ROLES[match role {
            Role::System => 0,
            Role::Developer => 1,
            Role::User => 2,
            Role::Assistant => 3,
            Role::Tool => 4,
        }],
    );
    member("message.name", name.is_some(), tried);
    parts.iter().for_each(|part| piece(part, tried));
}

fn piece(part: &Part, tried: &mut BTreeSet<&'static str>) {
    let at = match part {
        Part::Text(TextPart { text: _, cache, citations }) => {
            marked("text.cache", cache.as_ref(), tried);
            member("text.citations", !citations.is_empty(), tried);
            0
        }
        Part::Image(ImagePart { source, detail, cache }) => {
            tried.insert(origin(source));
            member("image.detail", detail.is_some(), tried);
            marked("image.cache", cache.as_ref(), tried);
            1
        }
        Part::Audio(AudioPart { data: _, format: _, id, transcript: _ }) => {
            member("audio.id", id.is_some(), tried);
            2
        }
        Part::Video(VideoPart { source }) => {
            tried.insert(origin(source));
            3
        }
        Part::File(FilePart { source, filename, title, context, citations, cache }) => {
            tried.insert(origin(source));
            member("file.filename", filename.is_some(), tried);
            member("file.title", title.is_some(), tried);
            member("file.context", context.is_some(), tried);
            member("file.citations", citations.is_some(), tried);
            marked("file.cache", cache.as_ref(), tried);
            4
        }
        Part::ToolCall(ToolCall { id: _, name: _, arguments: _, kind, signature, cache }) => {
            member("call.custom", *kind == ToolCallKind::Custom, tried);
            member("call.signature", signature.is_some(), tried);
            marked("call.cache", cache.as_ref(), tried);
            5
        }
        Part::ToolResult(ToolResult { call_id: _, name, parts, bare: _, is_error, cache }) => {
            member("result.name", name.is_some(), tried);
            member("result.is_error", is_error.is_some(), tried);
            marked("result.cache", cache.as_ref(), tried);
            member("result.picture", parts.iter().any(|part| matches!(part, Part::Image(_))), tried);
            6
        }
        Part::Thinking(Thinking { text: _, signature }) => {
            member("thinking.signature", signature.is_some(), tried);
            7
        }
        Part::RedactedThinking { data: _ } => 8,
        Part::Refusal(_) => 9,
        Part::Opaque(_) => 10,
    };
    tried.insert(PARTS[at]);
}

fn member(word: &'static str, used: bool, tried: &mut BTreeSet<&'static str>) {
    assert!(MEMBERS.contains(&word), "{word}");
    if used {
        tried.insert(word);
    }
}

fn marked(word: &'static str, mark: Option<&CacheMark>, tried: &mut BTreeSet<&'static str>) {
    member(word, mark.is_some(), tried);
    member("cache.ttl", mark.is_some_and(|CacheMark { ttl }| ttl.is_some()), tried);
}

fn origin(source: &MediaSource) -> &'static str {
    SOURCES[match source {
        MediaSource::Base64 { mime: _, data: _ } => 0,
        MediaSource::Url(_) => 1,
        MediaSource::FileId(_) => 2,
        MediaSource::Text(_) => 3,
    }]
}

fn offered(tool: &Tool, tried: &mut BTreeSet<&'static str>) {
    let at = match tool {
        Tool::Function { name: _, description: _, schema: _, strict, cache } => {
            member("function.strict", strict.is_some(), tried);
            marked("function.cache", cache.as_ref(), tried);
            0
        }
        Tool::Custom { name: _, description: _, format } => {
            member("custom.format", format.is_some(), tried);
            1
        }
        Tool::Server { dialect: _, type_name: _, raw: _ } => 2,
        Tool::WebSearch { context_size, user_location } => {
            member("search.context_size", context_size.is_some(), tried);
            member("search.user_location", user_location.is_some(), tried);
            3
        }
    };
    tried.insert(TOOLS[at]);
}

fn chosen(choice: &ToolChoice) -> &'static str {
    CHOICES[match choice {
        ToolChoice::Auto => 0,
        ToolChoice::None => 1,
        ToolChoice::Required => 2,
        ToolChoice::Named(_) => 3,
        ToolChoice::Allowed { required: _, names: _ } => 4,
    }]
}

fn form(output: &OutputFormat) -> &'static str {
    OUTPUTS[match output {
        OutputFormat::Text => 0,
        OutputFormat::JsonObject => 1,
        OutputFormat::JsonSchema { name: _, description: _, schema: _, strict: _ } => 2,
    }]
}

fn thought(reasoning: &Reasoning) -> &'static str {
    REASONINGS[match reasoning {
        Reasoning::Effort(_) => 0,
        Reasoning::Budget(_) => 1,
        Reasoning::Adaptive(_) => 2,
        Reasoning::Disabled => 3,
    }]
}

const REQUEST: &[&str] = &[
    "parallel_tool_calls",
    "stream",
    "include_usage",
    "user",
    "service_tier",
    "cache",
    "legacy_functions",
    "openai_only",
    "anthropic_only",
    "gemini_only",
    "cohere_only",
    "extra",
    "echo",
    "unknown",
];

const SAMPLING: &[&str] = &[
    "max_output_tokens",
    "temperature",
    "top_p",
    "top_k",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "n",
    "stop",
    "logprobs",
    "top_logprobs",
];

const MEMBERS: &[&str] = &[
    "message.name",
    "text.cache",
    "text.citations",
    "image.detail",
    "image.cache",
    "audio.id",
    "file.filename",
    "file.title",
    "file.context",
    "file.citations",
    "file.cache",
    "call.custom",
    "call.signature",
    "call.cache",
    "result.name",
    "result.is_error",
    "result.cache",
    "result.picture",
    "thinking.signature",
    "cache.ttl",
    "function.strict",
    "function.cache",
    "custom.format",
    "search.context_size",
    "search.user_location",
];

const ROLES: &[&str] = &["role: system", "role: developer", "role: user", "role: assistant", "role: tool"];

const PARTS: &[&str] = &[
    "part: text",
    "part: image",
    "part: audio",
    "part: video",
    "part: file",
    "part: tool call",
    "part: tool result",
    "part: thinking",
    "part: redacted thinking",
    "part: refusal",
    "part: opaque",
];

const SOURCES: &[&str] = &["source: base64", "source: url", "source: file id", "source: text"];

const TOOLS: &[&str] = &["tool: function", "tool: custom", "tool: server", "tool: web search"];

const CHOICES: &[&str] = &["choice: auto", "choice: none", "choice: required", "choice: named", "choice: allowed"];

const OUTPUTS: &[&str] = &["output: text", "output: json object", "output: json schema"];

const REASONINGS: &[&str] = &["reasoning: effort", "reasoning: budget", "reasoning: adaptive", "reasoning: disabled"];

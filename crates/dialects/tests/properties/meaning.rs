//! What a request means, in whichever dialect it was said.

use serde_json::{Number, Value};
use tianji_core::generate::{GenerateRequest, Part, Role, Tool, ToolChoice};

/// What survives every translation that reports no loss: turns and tools. Turns in a row of the same speaker are one;
/// within it texts are one, because dialects cut them differently.
#[derive(Debug, PartialEq)]
pub(crate) struct Meaning {
    turns: Vec<Turn>,
    /// Name, description and schema.
    tools: Vec<(String, Option<String>, Option<Value>)>,
    choice: Option<ToolChoice>,
    /// By their OpenAI names; those that got lost are left out.
    pub(crate) sampling: Vec<(&'static str, f64)>,
    stop: Vec<String>,
    stream: bool,
}

#[derive(Debug, Default, PartialEq)]
struct Turn {
    speaker: Speaker,
    text: String,
    pictures: Vec<String>,
    /// Name and arguments.
    calls: Vec<(String, Value)>,
    results: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Speaker {
    #[default]
    Operator,
    User,
    Model,
}

impl Meaning {
    /// Of a request.
    pub(crate) fn of(request: &GenerateRequest) -> Self {
        let sampling = &request.sampling;
        // The Responses API has no word for it, so that it passes as something unknown.
        let unnamed: Option<Number> = request.extra.get("top_k").and_then(|raw| raw.read().ok());
        let top_k = sampling.top_k.clone().or(unnamed);
        let numbers =
            [("max_tokens", &sampling.max_output_tokens), ("temperature", &sampling.temperature), ("top_k", &top_k)];
        let numbers = numbers.into_iter().filter_map(|(name, number)| Some((name, number.as_ref()?.as_f64()?)));
        let tools = request.tools.iter().map(|tool| match tool {
            Tool::Function { name, description, schema, .. } => {
                let schema = schema.as_ref().map(tianji_core::Json::value).filter(says_something);
                // Vendors that want a description get the name.
                let description = description.clone().filter(|description| description != name);
                (name.clone(), description, schema)
            }
            other => (format!("{other:?}"), None, None),
        });
        Self {
            turns: turns(request),
            // Offered where a conversation about tools has none, which some vendors refuse.
            tools: tools.filter(|(name, ..)| name != "dummy_tool").collect(),
            choice: request.tool_choice.clone().filter(|choice| *choice != ToolChoice::Auto),
            sampling: numbers.collect(),
            stop: sampling.stop.clone(),
            stream: request.stream,
        }
    }

    /// Without what translations said they lost, by the paths of the losses.
    pub(crate) fn without(mut self, lost: &[String]) -> Self {
        let is_lost = |name: &str| lost.iter().any(|path| path == name);
        self.sampling.retain(|(name, _)| !is_lost(name));
        if is_lost("stop") {
            self.stop.clear();
        }
        if lost.iter().any(|path| path.starts_with("tool_choice")) {
            self.choice = None;
        }
        self
    }

    /// Without what an address says instead of a body.
    pub(crate) fn without_address(mut self) -> Self {
        self.stream = false;
        self
    }

    /// Without tools: where a choice of none is said by not offering any.
    pub(crate) fn without_offer(mut self) -> Self {
        if self.choice == Some(ToolChoice::None) {
            self.choice = None;
            self.tools.clear();
        }
        self
    }
}

/// Vendors that want a schema get an empty one.
fn says_something(schema: &Value) -> bool {
    schema.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty())
}

fn turns(request: &GenerateRequest) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for message in &request.messages {
        let speaker = match message.role {
            Role::System | Role::Developer => Speaker::Operator,
            Role::User | Role::Tool => Speaker::User,
            Role::Assistant => Speaker::Model,
        };
        if turns.last().is_none_or(|turn| turn.speaker != speaker) {
            turns.push(Turn { speaker, ..Turn::default() });
        }
        let Some(turn) = turns.last_mut() else { continue };
        message.parts.iter().for_each(|part| turn.add(part));
    }
    turns
}

impl Turn {
    fn add(&mut self, part: &Part) {
        match part {
            Part::Text(text) => self.text.push_str(&text.text),
            Part::Image(image) => self.pictures.push(format!("{:?}", image.source)),
            Part::ToolCall(call) => {
                self.calls.push((call.name.clone(), serde_json::from_str(&call.arguments).unwrap_or_default()));
            }
            Part::ToolResult(result) => {
                let texts = result.parts.iter().filter_map(|part| match part {
                    Part::Text(text) => Some(text.text.as_str()),
                    _ => None,
                });
                self.results.push(texts.collect());
            }
            other => self.text.push_str(&format!("{other:?}")),
        }
    }
}

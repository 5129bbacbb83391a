//! Quirks: the closed set of ways in which compatible vendors are not quite compatible. Each is one small function.

mod choice;
mod content;
mod format;
mod history;
mod ids;
mod images;
mod marks;
mod replies;
#[cfg(test)]
mod reply_tests;
mod roles;
mod schema;
mod simple;
#[cfg(test)]
mod tests;
mod think_tags;
mod thinking;

use crate::edit::EditError;
use crate::messages::Pass;
use crate::reply::ReplyRule;
use memchr::memmem::Finder;
use serde::Deserialize;
use std::sync::LazyLock;
use tianji_core::generate::Target;
use tianji_core::{Extra, Losses};
use tianji_wire::RawObject;

/// Where vendors of OpenAI's form put thoughts.
const REASONING: &str = "reasoning";

/// What is done to the messages of all vendors of OpenAI's form.
pub(crate) const UNIVERSAL: &[Quirk] = &[Quirk::ImageObjects, Quirk::ToolImagesApart];

/// One deviation from OpenAI Chat Completions. The names are those that rows use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// `stream_options` is refused: not sent. Usage comes by itself.
    NoStreamUsage,
    /// Usage with the price is sent only when `usage: {include: true}` asks for it.
    UsageOnRequest,
    /// Replies are stored unless `store: false` says otherwise.
    ForceStoreFalse,
    /// Model names without a `/` get this prefix.
    AccountModelPrefix(String),
    /// `tool_choice: required` is called `any`.
    ToolChoiceAny,
    /// `tool_choice` can only be `auto` or `none`.
    ToolChoiceAutoNone,
    /// `tool_choice: required` is refused: `auto`, and a sentence that asks for a tool call.
    ToolChoiceByWord,
    /// `response_format: json_schema` is not supported.
    NoJsonSchema,
    /// `json_schema` is not supported: a tool with that schema is forced, and its arguments become the text.
    JsonSchemaAsTool,
    /// `json_schema` is written `{type: json_object, schema}`.
    JsonSchemaAsObject,
    /// `strict` of tools is refused: removed.
    StripStrict,
    /// Keywords of tool schemas that are refused: removed at any depth.
    StripSchemaKeys(Vec<String>),
    /// `reasoning_effort` and thinking budgets become `thinking: {type: enabled | disabled}`.
    EffortAsThinking,
    /// `thinking` with a budget becomes the `reasoning_effort` that has such a budget.
    ThinkingAsEffort,
    /// Content lists of only text become one string.
    FlattenText,
    /// Content lists become one string; parts other than text are errors.
    FlattenAll,
    /// `system` (and `developer`) messages become `user` messages.
    SystemToUser,
    /// `developer` messages become `system` messages.
    DevToSystem,
    /// Tool messages need the tool's `name`.
    NameOnTool,
    /// `name` is taken on messages of this role only.
    NameOnlyOn(String),
    /// Cache marks (`cache_control`) are not known: removed from messages, their parts and tools.
    NoCacheMarks,
    /// The address of a picture stands in an object: a bare string is put into one.
    ImageObjects,
    /// Results of tools are texts: pictures in them follow as a user's message.
    ToolImagesApart,
    /// Members of assistant messages that are refused in the history: removed.
    StripHistory(Vec<String>),
    /// Thoughts of earlier turns are sent back as `reasoning_content`.
    ReasoningEcho,
    /// Empty `content` beside tool calls is refused: removed. An assistant's turn with nothing in it is left out.
    DropEmptyContent,
    /// Tool call ids must be nine letters or digits: others are replaced, in calls and results alike.
    NineCharCallIds,
    /// Thoughts arrive in this member of the message: renamed to `reasoning_content`.
    ReasoningField(String),
    /// The same in streams only: whole replies keep the vendor's member, and tags in their text.
    ReasoningFieldInStreams(String),
    /// The same, for vendors whose clients look for their own member in streams: there, it stays beside ours.
    ReasoningFieldBeside(String),
    /// Thoughts arrive in the text between `<think>` and `</think>`.
    ThinkTags,
    /// Thoughts arrive as `thinking` parts of a content list.
    ThinkingParts,
    /// An error in a stream that names neither code nor status is the server's own: 500.
    StreamErrorsOfServer,
    /// Usage arrives under `x_groq`, or with numbers written as strings.
    UsageVariants,
    /// Reasoning tokens are not counted in `completion_tokens`: added.
    ReasoningTokensApart,
    /// `finish_reason` is `stop` although tools are called: `tool_calls`.
    FinishOnTools,
}

impl Quirk {
    /// Edits the members of a body. Messages have [`Quirk::edit_message`].
    pub(crate) fn edit_body(
        &self,
        body: &mut RawObject,
        target: &Target<'_>,
        losses: &mut Losses,
    ) -> Result<(), EditError> {
        match self {
            Self::NoStreamUsage => simple::no_stream_usage(body),
            Self::UsageOnRequest => simple::usage_on_request(body),
            Self::ForceStoreFalse => simple::force_store_false(body),
            Self::AccountModelPrefix(prefix) => simple::account_model_prefix(body, prefix),
            Self::ToolChoiceAny => choice::any(body),
            Self::ToolChoiceAutoNone => choice::auto_none(body, target, losses),
            Self::ToolChoiceByWord => choice::by_word(body),
            Self::NoJsonSchema => format::no_json_schema(body, target, losses),
            Self::JsonSchemaAsTool => format::schema_as_tool(body)?,
            Self::JsonSchemaAsObject => format::schema_as_object(body),
            Self::StripStrict => schema::strip_strict(body),
            Self::StripSchemaKeys(keys) => schema::strip_keys(body, keys),
            Self::EffortAsThinking => thinking::effort_as_thinking(body),
            Self::ThinkingAsEffort => thinking::thinking_as_effort(body, target),
            Self::NoCacheMarks => marks::strip_tools(body),
            _ => {}
        }
        Ok(())
    }

    /// Whether [`Quirk::edit_message`] may do something to a message, or to one of a list of messages, of this text:
    /// `has` tells whether a string (a key or a value) may stand there. Cheap, so that most messages are never parsed.
    pub(crate) fn concerns(&self, text: &[u8], has: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::FlattenText | Self::FlattenAll => has("type"),
            Self::SystemToUser => has("system") || has("developer"),
            Self::DevToSystem => has("developer"),
            Self::NameOnTool | Self::NineCharCallIds => has("tool_calls") || has("tool_call_id"),
            Self::NameOnlyOn(_) => has("name"),
            Self::NoCacheMarks => has("cache_control"),
            Self::ImageObjects => has("image_url") && images::has_bare(text),
            Self::ToolImagesApart => has("tool_call_id") && has("image_url"),
            Self::StripHistory(members) => members.iter().any(|member| has(member)),
            Self::ReasoningEcho => has("thinking_blocks"),
            Self::DropEmptyContent => has("assistant"),
            _ => false,
        }
    }

    /// Edits one message; says whether it did.
    pub(crate) fn edit_message(&self, message: &mut Extra, pass: &mut Pass<'_>) -> bool {
        match self {
            Self::FlattenText => content::flatten_text(message),
            Self::FlattenAll => content::flatten_all(message, pass),
            Self::SystemToUser => roles::system_to_user(message),
            Self::DevToSystem => roles::dev_to_system(message),
            Self::NameOnTool => history::name_on_tool(message, pass),
            Self::NameOnlyOn(role) => history::name_only_on(role, message, pass),
            Self::NoCacheMarks => marks::strip_message(message, pass),
            Self::ImageObjects => images::objects(message),
            Self::ToolImagesApart => images::apart(message, pass),
            Self::StripHistory(members) => history::strip(message, members),
            Self::ReasoningEcho => history::reasoning_echo(message),
            Self::DropEmptyContent => content::drop_empty(message, pass),
            Self::NineCharCallIds => ids::nine_chars(message),
            _ => false,
        }
    }

    /// What it does to replies.
    pub(crate) fn reply_rule(&self) -> Option<Box<dyn ReplyRule>> {
        Some(match self {
            Self::JsonSchemaAsTool => Box::new(format::ToolAsText::default()),
            Self::ReasoningField(name) => Box::new(replies::ReasoningField::new(name, replies::Wanted::Everywhere)),
            Self::ReasoningFieldInStreams(name) => {
                Box::new(replies::ReasoningField::new(name, replies::Wanted::InStreams))
            }
            Self::ReasoningFieldBeside(name) => {
                Box::new(replies::ReasoningField::new(name, replies::Wanted::BesideInStreams))
            }
            Self::ThinkTags => Box::new(think_tags::ThinkTags::default()),
            Self::ThinkingParts => Box::new(thinking::ThinkingParts),
            Self::UsageVariants => Box::new(replies::UsageVariants),
            Self::StreamErrorsOfServer => Box::new(replies::StreamErrorsOfServer),
            Self::ReasoningTokensApart => Box::new(replies::ReasoningTokensApart),
            Self::FinishOnTools => Box::new(replies::FinishOnTools::default()),
            _ => return None,
        })
    }

    /// Whether a reply may have a member [`REASONING`].
    pub(crate) fn names_reasoning(reply: &[u8]) -> bool {
        static FIELD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"reasoning\""));
        FIELD.find(reply).is_some()
    }

    /// Whether it renames that member in whole replies, and does nothing else to them.
    pub(crate) fn is_about_reasoning(&self) -> bool {
        matches!(self, Self::ReasoningField(name) if name == REASONING)
    }

    /// What is done to replies of all vendors of OpenAI's form, by what stands in them. `named`: see
    /// [`Quirk::names_reasoning`].
    pub(crate) fn universal_reply_rules(reply: &[u8], named: bool) -> Vec<Box<dyn ReplyRule>> {
        static TAG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("<think>"));
        let mut rules: Vec<Box<dyn ReplyRule>> = Vec::new();
        if TAG.find(reply).is_some() {
            rules.push(Box::new(think_tags::ThinkTags::default()));
        }
        if named {
            rules.push(Box::new(replies::ReasoningField::new(REASONING, replies::Wanted::Everywhere)));
        }
        rules
    }

    /// Whether it is about requests (it may be about replies too).
    pub(crate) fn edits_requests(&self) -> bool {
        !matches!(
            self,
            Self::ReasoningField(_)
                | Self::ReasoningFieldBeside(_)
                | Self::ReasoningFieldInStreams(_)
                | Self::ThinkTags
                | Self::ThinkingParts
                | Self::UsageVariants
                | Self::StreamErrorsOfServer
                | Self::ReasoningTokensApart
                | Self::FinishOnTools
        )
    }
}

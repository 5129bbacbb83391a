//! What a provider is: a struct of capabilities.

use crate::connection::{Connection, ConnectionError};
use crate::credentials::CredentialKind;
use crate::edit::EditError;
use crate::endpoint::{EndpointKind, Operation};
use crate::follow::Follow;
use crate::kinds::{EmbeddingRules, Translator};
use crate::outgoing;
use crate::params::{ParamRules, When};
use crate::quirks::Quirk;
use crate::reply::{ReplyRule, StreamEdit};
use crate::sign::{self, Unsigned};
use crate::ways::{self, Way};
use http::HeaderMap;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use tianji_core::generate::Target;
use tianji_core::{Credential, DialectId, Error, Losses};
use tianji_wire::RawObject;

/// A vendor, or a program that serves models, and how to talk to it.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Name in `provider/model`.
    pub name: String,
    /// Other names for the same thing.
    pub aliases: Vec<String>,
    /// Bare model names that mean it; `*` stands for any text.
    pub model_names: Vec<String>,
    /// The word before "Exception" in error texts.
    pub label: String,
    /// Where it is by default; `{NAME}` stands for the environment variable `NAME`.
    pub base_url: Option<String>,
    /// Environment variables that say where it is, in order.
    pub base_env: Vec<String>,
    /// Whether the address follows from region, project and model where none is given.
    pub base_of_place: bool,
    /// Host of the vendor's global endpoint, where there are others for regions.
    pub global_host: Option<String>,
    /// Environment variables with the region, in order.
    pub region_env: Vec<String>,
    /// Environment variables with the project, in order.
    pub project_env: Vec<String>,
    /// Environment variables with the space, in order.
    pub space_env: Vec<String>,
    /// Path that a base must end in; added where it is missing.
    pub base_suffix: Option<String>,
    /// Endings of a base that are replaced (legacy addresses).
    pub base_rewrites: Vec<(String, String)>,
    /// Endpoint paths that operators like to leave on a base; removed.
    pub base_trailing: Vec<String>,
    /// Environment variables with the key, in order.
    pub key_env: Vec<String>,
    /// Environment variables with a token that is always sent as `Authorization: Bearer`, asked after `key_env`.
    pub bearer_env: Vec<String>,
    /// Whom credentials are asked of where neither key nor token is set; `None` = nobody.
    pub credential: Option<CredentialKind>,
    /// Whether it can be called without a key. A key that is set is sent all the same.
    pub no_auth: bool,
    /// How the key is sent.
    pub auth: AuthStyle,
    /// Headers that are always sent; `{key}` in a value stands for the key.
    pub headers: Vec<(String, String)>,
    /// Headers whose values stand in environment variables: (header, variable).
    pub header_env: Vec<(String, String)>,
    /// Query parameters that are always sent.
    pub query: Vec<(String, String)>,
    /// Environment variables with the API version, in order.
    pub version_env: Vec<String>,
    /// API version where none is set.
    pub version_default: Option<String>,
    /// How it is asked for a reply; `None` = it has no chat.
    pub chat: Option<ChatEndpoint>,
    /// Where it speaks Anthropic's form beside its chat; `None` = clients of that form are served by another way.
    pub messages: Option<MessagesEndpoint>,
    /// What it can be asked for.
    pub endpoints: BTreeSet<EndpointKind>,
    /// Models that only its text completions serve, as patterns; other models have no text completions then. `None` =
    /// text completions, where it has any, serve all its models beside chat.
    pub text_models: Option<Vec<String>>,
    /// Who translates kinds whose common form the vendor does not speak.
    pub wires: BTreeMap<EndpointKind, &'static dyn Translator>,
    /// Limits on embeddings.
    pub embeddings: EmbeddingRules,
    /// Parameters that OpenAI names and it takes; `None` = all but the unsupported ones.
    pub supported: Option<Vec<String>>,
    /// What becomes of parameters.
    pub rules: ParamRules,
    /// Whether calls in Anthropic's form go to its Responses API rather than to chat.
    pub messages_by_responses: bool,
    /// Dialects in which it fetches nothing: media must be sent as bytes.
    pub bytes_only: Vec<DialectId>,
    /// Whether what it says that a call cost is what the call cost.
    pub trust_reported_cost: bool,
    /// What else becomes of bodies.
    pub quirks: Vec<Quirk>,
    /// Rules and quirks of some models only.
    pub when: Vec<When>,
    /// Functions of a native folder.
    pub hooks: Hooks,
}

impl Provider {
    /// A provider that is known by name only: it offers nothing, so every call to it answers "not implemented".
    pub fn absent(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            aliases: Vec::new(),
            model_names: Vec::new(),
            label: name.to_owned(),
            base_url: None,
            base_env: Vec::new(),
            base_of_place: false,
            global_host: None,
            region_env: Vec::new(),
            project_env: Vec::new(),
            space_env: Vec::new(),
            base_suffix: None,
            base_rewrites: Vec::new(),
            base_trailing: Vec::new(),
            key_env: Vec::new(),
            bearer_env: Vec::new(),
            credential: None,
            no_auth: true,
            auth: AuthStyle::default(),
            headers: Vec::new(),
            header_env: Vec::new(),
            query: Vec::new(),
            version_env: Vec::new(),
            version_default: None,
            chat: None,
            messages: None,
            endpoints: BTreeSet::new(),
            text_models: None,
            wires: BTreeMap::new(),
            embeddings: EmbeddingRules::default(),
            supported: None,
            rules: ParamRules::default(),
            messages_by_responses: false,
            bytes_only: Vec::new(),
            trust_reported_cost: false,
            quirks: Vec::new(),
            when: Vec::new(),
            hooks: Hooks::default(),
        }
    }
}

impl Provider {
    /// Whether a host is one of a region's, for which some vendors take more than for the global one.
    pub fn is_regional(&self, host: &str) -> bool {
        let Some(global) = self.global_host.as_deref() else { return false };
        let domain = global.split_once('.').map_or("", |(_, domain)| domain);
        host != global && host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    }
}

/// How a provider is asked for a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatEndpoint {
    /// Wire dialect.
    pub dialect: DialectId,
    /// Path below the base URL.
    pub path: String,
}

/// Where a provider speaks Anthropic's form.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessagesEndpoint {
    /// Path below the base URL.
    pub path: String,
    /// Endings of the base URL that the path does not stand below.
    #[serde(default)]
    pub without: Vec<String>,
}

impl MessagesEndpoint {
    /// The address of the endpoint by a base URL.
    pub(crate) fn url(&self, base: &str) -> String {
        let root = self.without.iter().find_map(|ending| base.strip_suffix(ending.as_str())).unwrap_or(base);
        format!("{root}{}", self.path)
    }
}

/// How a key is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthStyle {
    /// `Authorization: Bearer <key>` (RFC 6750, section 2.1).
    #[default]
    Bearer,
    /// `Authorization: <scheme> <key>`.
    Scheme(String),
    /// The key alone in a header of this name.
    Header(String),
}

/// Makes the URL of an operation on a model.
pub(crate) type UriHook = fn(&Provider, &Connection, Operation, &str) -> Result<String, ConnectionError>;
/// Puts credentials (and headers that depend on them) on a request.
pub(crate) type AuthoriseHook = fn(&Provider, &Connection, Operation, &mut HeaderMap) -> Result<(), ConnectionError>;
/// Takes over headers of the client and headers that used features ask for.
pub(crate) type ClientHeadersHook = fn(&HeaderMap, &[&str], &mut HeaderMap);
/// Edits a chat body in ways that data cannot say.
pub(crate) type EditHook = fn(&mut RawObject, &Target<'_>, &mut Losses) -> Result<(), EditError>;
/// Writes into a body what only the connection knows: projects, groups, the vendor's own names.
pub(crate) type BindHook = fn(&mut RawObject, &Connection, &Target<'_>);
/// Makes a rule that brings replies of an endpoint into OpenAI's form; one for each reply, with an id for it.
pub(crate) type RepliesHook = fn(EndpointKind, &str) -> Option<Box<dyn ReplyRule>>;
/// Names the parameters that a model does not take besides those of the rules.
pub(crate) type RefusesHook = fn(&Target<'_>) -> Vec<&'static str>;
/// Names who translates an endpoint kind for a model, where the vendor does not speak the kind's own form.
pub(crate) type TranslatorHook = fn(EndpointKind, &str) -> Option<&'static dyn Translator>;
/// Puts a credential that was asked for on a finished request: a token, or a signature over all of it.
pub(crate) type SignHook = fn(&Connection, &Credential, Unsigned<'_>) -> Result<(), Error>;
/// Says which dialect a model's chat endpoint speaks.
pub(crate) type DialectHook = fn(&Provider, &str) -> Option<DialectId>;
/// Says how a model can be asked for a reply.
pub(crate) type WaysHook = fn(&Provider, &str) -> Vec<Way>;
/// Edits a body in Anthropic's form, by the client's headers and the features that it needs.
pub(crate) type EditMessagesHook = fn(&mut RawObject, &HeaderMap, &[&str]);
/// Edits a body in Anthropic's form whose tokens are to be counted, by the model and the client's headers.
pub(crate) type EditCountHook = fn(&mut RawObject, &str, &HeaderMap);
/// Makes an editor for one stream. It stands in for the quirks on replies.
pub(crate) type StreamHook = fn() -> Box<dyn StreamEdit>;

/// Functions of a native folder. The default ones do what a compatible row needs.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    pub(crate) uri: UriHook,
    pub(crate) authorise: AuthoriseHook,
    pub(crate) client_headers: ClientHeadersHook,
    pub(crate) edit: Option<EditHook>,
    pub(crate) edit_text: Option<EditHook>,
    pub(crate) bind: Option<BindHook>,
    pub(crate) replies: Option<RepliesHook>,
    pub(crate) refuses: RefusesHook,
    pub(crate) dialect: DialectHook,
    pub(crate) sign: SignHook,
    pub(crate) ways: WaysHook,
    pub(crate) edit_messages: Option<EditMessagesHook>,
    pub(crate) edit_count: EditCountHook,
    /// Whose form a request to count tokens has: that of Anthropic's Messages, or of Bedrock, which wraps others.
    pub(crate) counts_in: DialectId,
    /// For streams in Anthropic's form.
    pub(crate) messages_stream: Option<StreamHook>,
    /// For streams of chat.
    pub(crate) chat_stream: Option<StreamHook>,
    /// For chat whose first reply is not yet the reply.
    pub(crate) follow: Option<Follow>,
    pub(crate) translator: TranslatorHook,
}

impl Hooks {
    /// The functions of a compatible row.
    pub(crate) const COMPAT: Self = Self {
        uri: outgoing::compat_uri,
        authorise: outgoing::compat_authorise,
        client_headers: |_, _, _| {},
        edit: None,
        edit_text: None,
        bind: None,
        replies: None,
        refuses: |_| Vec::new(),
        dialect: |provider, _| provider.chat.as_ref().map(|chat| chat.dialect),
        sign: sign::bearer,
        ways: ways::compat_ways,
        edit_messages: None,
        edit_count: |body, model, _| body.set("model", model),
        counts_in: DialectId::AnthropicMessages,
        messages_stream: None,
        chat_stream: None,
        follow: None,
        translator: |_, _| None,
    };
}

impl Default for Hooks {
    fn default() -> Self {
        Self::COMPAT
    }
}

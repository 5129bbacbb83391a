//! The values that pass from stage to stage.

use crate::controls::Controls;
use crate::deployment::{Concrete, Deployment};
use crate::door::Caller;
use crate::films::{FilmAsk, FilmCall};
use crate::media::Media;
use crate::receipt::Receipt;
use crate::snapshot::{Found, Snapshot};
use crate::state::background::Run;
use http::HeaderMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tianji_core::{DialectId, Losses, Upload};
use tianji_http::OutBody;
use tianji_providers::kinds::Flow;
use tianji_providers::{EndpointKind, Way};
use tianji_router::FallbackTarget;
use tianji_wire::RawObject;
use uuid::Uuid;

/// A kind of call, as the route table names it.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// What is asked for.
    pub kind: EndpointKind,
    /// Dialect of the client; of its errors where no reply is generated.
    pub dialect: DialectId,
    /// Kind of call in the reference proxy's words.
    pub call_type: &'static str,
    /// Route template.
    pub template: &'static str,
    /// Show the upstream's own model name (Azure and engines paths, as the reference does).
    pub shows_upstream_model: bool,
    /// What request and reply are wrapped in.
    pub envelope: Envelope,
}

impl Endpoint {
    /// The dialect of errors.
    pub const fn errors(&self) -> DialectId {
        match self.envelope {
            Envelope::Plain => self.dialect,
            Envelope::BedrockInvoke => DialectId::BedrockConverse,
        }
    }
}

/// What a dialect is wrapped in on its way from and to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Envelope {
    /// Nothing.
    #[default]
    Plain,
    /// Bedrock's `InvokeModel` around Anthropic's messages.
    BedrockInvoke,
}

/// A request as it comes from the listener.
#[derive(Debug)]
pub struct Incoming {
    /// Kind of call.
    pub endpoint: Endpoint,
    /// Who calls.
    pub caller: Caller,
    /// Our id of the call.
    pub call_id: Uuid,
    /// When the head was complete.
    pub started: Instant,
    /// The client's headers, credentials removed.
    pub headers: HeaderMap,
    /// Model named by the path.
    pub path_model: Option<String>,
    /// The client's address.
    pub ip: Option<Arc<str>>,
    /// The body, whole; of a form, its text fields as an object.
    pub body: bytes::Bytes,
    /// Files of a form.
    pub files: Vec<Upload>,
    /// The path says that a stream is asked for.
    pub path_stream: Option<bool>,
    /// The stream shall come as a JSON array rather than as events.
    pub json_array: bool,
    /// What is asked about films; `None` = to make one, or nothing.
    pub film: Option<FilmAsk>,
}

/// A call that was let in: the caller is known, the body is JSON, limits are charged.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) endpoint: Endpoint,
    pub(crate) caller: Caller,
    pub(crate) headers: HeaderMap,
    pub(crate) body: RawObject,
    pub(crate) files: Vec<Upload>,
    /// What was fetched by addresses in the body.
    pub(crate) media: Media,
    pub(crate) controls: Controls,
    /// Model as the client named it.
    pub(crate) model: String,
    pub(crate) found: Found,
    pub(crate) stream: bool,
    pub(crate) include_usage: bool,
    pub(crate) json_array: bool,
    pub(crate) film: Option<Box<FilmCall>>,
    /// When the whole call must be over.
    pub(crate) deadline: Instant,
    pub(crate) timeout: Duration,
    pub(crate) receipt: Receipt,
    /// The response that it makes in the background.
    pub(crate) background: Option<Arc<Run>>,
}

/// A call whose content may go to a model. Boxed from here on: a call is a kilobyte, and each stage takes it over.
#[derive(Debug)]
pub(crate) struct Screened(pub(crate) Box<Admitted>);

/// A call with the groups to try, in order.
#[derive(Debug)]
pub(crate) struct Routed {
    pub(crate) call: Box<Admitted>,
    /// The client's own fallbacks; the configured ones depend on the failure.
    pub(crate) client_fallbacks: Option<Vec<FallbackTarget>>,
}

/// One attempt, chosen and encoded.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) concrete: Arc<Concrete>,
    pub(crate) group: Arc<str>,
    pub(crate) losses: Losses,
    pub(crate) plan: Plan,
}

/// What an attempt does.
#[derive(Debug)]
pub(crate) enum Plan {
    /// Asks for a reply in a dialect.
    Generate(Box<Sending>),
    /// Follows a translator; `None` when it was begun.
    Follow(Option<Flow>),
}

/// A request for a reply, ready to go.
#[derive(Debug)]
pub(crate) struct Sending {
    pub(crate) body: OutBody,
    pub(crate) headers: HeaderMap,
    pub(crate) uri: http::Uri,
    pub(crate) way: Way,
    pub(crate) fixups: tianji_dialects::Fixups,
}

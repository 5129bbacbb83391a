//! Switches of the configuration that the stages read.

use http::HeaderName;
use std::time::Duration;
use tianji_router::BreakerRules;

/// Which family of response headers is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeaderPrefix {
    /// `x-litellm-*`, as clients of the reference proxy expect.
    #[default]
    Litellm,
    /// `x-tianji-*`.
    Tianji,
    /// Both.
    Both,
    /// Neither.
    None,
}

/// Where a price catalogue is read from, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceSource {
    /// URL or path of the file; `None` = the embedded catalogue only.
    pub location: Option<String>,
    /// Whether an URL may be asked, and when.
    pub network: PriceNetwork,
    /// Time between two reloads; `None` = only when an operator asks.
    pub every: Option<Duration>,
}

/// When prices may come from the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PriceNetwork {
    /// Never (`LITELLM_LOCAL_MODEL_COST_MAP=true`).
    Never,
    /// When an operator asks, and at the interval.
    #[default]
    Asked,
    /// Also once at the start (`LITELLM_LOCAL_MODEL_COST_MAP=false`).
    Start,
}

impl PriceSource {
    /// Whether the location is a web address.
    pub fn is_url(&self) -> bool {
        self.location.as_deref().is_some_and(|place| place.starts_with("http://") || place.starts_with("https://"))
    }
}

/// Settings of the request path. Durations of zero mean "at once", absent ones "as the default".
#[derive(Clone, Debug)]
pub struct Settings {
    /// Drop parameters that the target cannot say instead of refusing the call.
    pub drop_params: bool,
    /// Repair what the target would refuse.
    pub modify_params: bool,
    /// Attempts after the first, per group.
    pub num_retries: u32,
    /// Groups tried after the first.
    pub max_fallbacks: usize,
    /// Attempts over all groups.
    pub max_total_attempts: u32,
    /// Least wait before a retry on the same deployment.
    pub retry_after: Duration,
    /// The whole call.
    pub timeout: Duration,
    /// Until the first frame of a stream; the call's own time if absent.
    pub stream_timeout: Option<Duration>,
    /// Until a connection stands.
    pub connect_timeout: Duration,
    /// Until the first byte of a reply; the call's own time if absent.
    pub first_byte_timeout: Option<Duration>,
    /// Between two pieces of a reply.
    pub stream_idle_timeout: Duration,
    /// When deployments are left alone.
    pub breaker: BreakerRules,
    /// Which response headers are sent.
    pub header_prefix: HeaderPrefix,
    /// First word of error messages, `litellm` or `tianji`.
    pub error_prefix: String,
    /// Whether error messages name model groups and fallbacks.
    pub router_debug_in_errors: bool,
    /// Whether fallback targets must be allowed for the key like a direct call.
    pub enforce_fallback_access: bool,
    /// Whether Anthropic-shaped calls to OpenAI go to chat completions rather than to responses.
    pub chat_for_messages: bool,
    /// Responses are not told apart by owner.
    pub shared_responses: bool,
    /// Ids of responses that this gateway does not know are passed on.
    pub unmanaged_responses: bool,
    /// Metrics are read without a key.
    pub open_metrics: bool,
    /// Always send the usage frame of a stream.
    pub always_include_stream_usage: bool,
    /// The usage frame of a stream says what the call cost.
    pub cost_in_stream_usage: bool,
    /// Silence of a stream after which a sign of life is sent.
    pub ping_interval: Option<Duration>,
    /// The same for Anthropic's clients.
    pub anthropic_ping_interval: Option<Duration>,
    /// Refused calls are written down too.
    pub log_refusals: bool,
    /// Put the call id into error bodies.
    pub call_id_in_errors: bool,
    /// Status that answers a spent budget.
    pub budget_status: http::StatusCode,
    /// Header that carries keys before all others.
    pub key_header: Option<HeaderName>,
    /// Model for requests that name none.
    pub default_model: Option<String>,
    /// Where prices are read from besides the embedded ones.
    pub prices: PriceSource,
    /// Calls of models without a price are refused.
    pub block_unpriced: bool,
    /// Largest JSON body in bytes.
    pub max_body: usize,
    /// Largest form with files in bytes.
    pub max_form: u64,
    /// Largest reply of an upstream that is held in memory, in bytes.
    pub max_reply: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            drop_params: false,
            modify_params: false,
            num_retries: 2,
            max_fallbacks: 5,
            max_total_attempts: 10,
            retry_after: Duration::ZERO,
            timeout: Duration::from_secs(6000),
            stream_timeout: None,
            connect_timeout: Duration::from_secs(5),
            first_byte_timeout: None,
            stream_idle_timeout: Duration::from_secs(120),
            breaker: BreakerRules::default(),
            header_prefix: HeaderPrefix::Litellm,
            error_prefix: "litellm".to_owned(),
            router_debug_in_errors: true,
            enforce_fallback_access: true,
            chat_for_messages: false,
            shared_responses: false,
            unmanaged_responses: false,
            open_metrics: false,
            always_include_stream_usage: false,
            cost_in_stream_usage: false,
            ping_interval: None,
            anthropic_ping_interval: None,
            log_refusals: true,
            call_id_in_errors: false,
            budget_status: http::StatusCode::UNPROCESSABLE_ENTITY,
            key_header: None,
            default_model: None,
            prices: PriceSource::default(),
            block_unpriced: false,
            max_body: 100 << 20,
            max_form: 512 << 20,
            max_reply: 64 << 20,
        }
    }
}

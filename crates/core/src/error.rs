//! The one error of the request path: what went wrong × whose fault × words that may be shown.
//!
//! The kind decides status, `type`, class name, metric label and whether a retry makes sense.
//! The cause is for the log only; no client ever reads it.

use http::StatusCode;
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 401: a credential is missing or wrong.
    Authentication,
    /// 403: known, but not allowed.
    PermissionDenied,
    /// 404: no such thing at the provider or here.
    NotFound,
    /// 405: the path exists, the method does not.
    MethodNotAllowed,
    /// 400: the request makes no sense.
    BadRequest,
    /// 400: a parameter that the target cannot say.
    UnsupportedParams,
    /// 400: the conversation is longer than the model's window.
    ContextWindowExceeded,
    /// 400: the vendor's content policy refused.
    ContentPolicy,
    /// 402: the account at the provider has no credit.
    PaymentRequired,
    /// 409.
    Conflict,
    /// 413.
    PayloadTooLarge,
    /// 422 from a provider.
    Unprocessable,
    /// 408: a deadline of the client or of the gateway passed.
    Timeout,
    /// 429.
    RateLimit,
    /// 429: every deployment of the group is cooling down.
    AllCooling,
    /// A budget is spent (422 unless configured otherwise).
    BudgetExceeded,
    /// 500 of a provider or of the gateway.
    InternalServer,
    /// 500: connecting, name resolution or TLS failed, or the connection broke.
    Connection,
    /// 500: the provider's reply could not be understood.
    MalformedReply,
    /// 502 of a provider.
    BadGateway,
    /// 503 of a provider, or the gateway is draining or full.
    ServiceUnavailable,
    /// 504 of a provider.
    GatewayTimeout,
    /// 529 of a provider.
    Overloaded,
    /// 501: the provider or this build lacks the feature.
    NotImplemented,
    /// The stream broke after its first frame.
    MidStream,
}

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The caller's.
    Client,
    /// Ours.
    Gateway,
    /// The provider's.
    Provider,
}

/// The outline of the JSON body that shows the error on OpenAI-shaped routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyShape {
    /// `{"error":{"message","type","param","code"}}`.
    Envelope,
    /// `{"detail": message}`.
    Detail,
}

/// An error on its way to a client.
#[derive(Debug)]
pub struct Error {
    /// What went wrong.
    pub kind: Kind,
    /// Whose fault it is.
    pub origin: Origin,
    /// Words that the client may read.
    pub message: String,
    /// Status to answer with; the kind's own unless a provider or a setting says otherwise.
    pub status: StatusCode,
    /// The `type` field; the kind's own unless set.
    pub type_name: Cow<'static, str>,
    /// The `param` field. `Some("None")` where the reference proxy prints that word.
    pub param: Option<Cow<'static, str>>,
    /// Which body outline to use.
    pub shape: BodyShape,
    /// When trying again makes sense.
    pub retry_after: Option<Duration>,
    /// Further headers of the reply (`rate_limit_type`, `reset_at`).
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// Status that the provider answered with.
    pub upstream_status: Option<u16>,
    /// The cause, for logs.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with the kind's own status and type.
    pub fn new(kind: Kind, origin: Origin, message: impl Into<String>) -> Self {
        Self {
            kind,
            origin,
            message: message.into(),
            status: kind.status(),
            type_name: Cow::Borrowed(kind.type_name()),
            param: None,
            shape: BodyShape::Envelope,
            retry_after: None,
            headers: Vec::new(),
            upstream_status: None,
            source: None,
        }
    }

    /// The caller's fault.
    pub fn client(kind: Kind, message: impl Into<String>) -> Self {
        Self::new(kind, Origin::Client, message)
    }

    /// Our fault.
    pub fn gateway(kind: Kind, message: impl Into<String>) -> Self {
        Self::new(kind, Origin::Gateway, message)
    }

    /// The provider's fault.
    pub fn provider(kind: Kind, message: impl Into<String>) -> Self {
        Self::new(kind, Origin::Provider, message)
    }

    /// With another `type`.
    #[must_use]
    pub fn with_type(mut self, type_name: impl Into<Cow<'static, str>>) -> Self {
        self.type_name = type_name.into();
        self
    }

    /// With a `param`.
    #[must_use]
    pub fn with_param(mut self, param: impl Into<Cow<'static, str>>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// With another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// As `{"detail": …}`.
    #[must_use]
    pub fn as_detail(mut self) -> Self {
        self.shape = BodyShape::Detail;
        self
    }

    /// With a time to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// With a further header on the reply.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With a cause for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl Kind {
    /// The status that answers this kind by default.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Authentication => StatusCode::UNAUTHORIZED,
            Self::PermissionDenied => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest | Self::UnsupportedParams | Self::ContextWindowExceeded | Self::ContentPolicy => {
                StatusCode::BAD_REQUEST
            }
            Self::PaymentRequired => StatusCode::PAYMENT_REQUIRED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unprocessable | Self::BudgetExceeded => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::RateLimit | Self::AllCooling => StatusCode::TOO_MANY_REQUESTS,
            Self::InternalServer | Self::Connection | Self::MalformedReply | Self::Overloaded => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::BadGateway => StatusCode::BAD_GATEWAY,
            Self::ServiceUnavailable | Self::MidStream => StatusCode::SERVICE_UNAVAILABLE,
            Self::GatewayTimeout => StatusCode::GATEWAY_TIMEOUT,
            Self::NotImplemented => StatusCode::NOT_IMPLEMENTED,
        }
    }

    /// The kind that a provider's bare status stands for.
    pub fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Authentication,
            402 => Self::PaymentRequired,
            403 => Self::PermissionDenied,
            404 => Self::NotFound,
            408 => Self::Timeout,
            409 => Self::Conflict,
            413 => Self::PayloadTooLarge,
            422 => Self::Unprocessable,
            429 => Self::RateLimit,
            502 => Self::BadGateway,
            503 => Self::ServiceUnavailable,
            504 => Self::GatewayTimeout,
            529 => Self::Overloaded,
            400..=499 => Self::BadRequest,
            _ => Self::InternalServer,
        }
    }

    /// The `type` field on OpenAI-shaped routes (the reference proxy's words).
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication_error",
            Self::PermissionDenied => "permission_error",
            Self::RateLimit => "throttling_error",
            Self::AllCooling => "all_deployments_in_cooldown",
            Self::BudgetExceeded => "budget_exceeded",
            Self::NotImplemented => "not_implemented",
            Self::InternalServer
            | Self::Connection
            | Self::MalformedReply
            | Self::BadGateway
            | Self::ServiceUnavailable
            | Self::GatewayTimeout
            | Self::Overloaded
            | Self::MidStream => "internal_server_error",
            _ => "invalid_request_error",
        }
    }

    /// The class name in messages (client code greps for these words), also the metric label.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Authentication => "AuthenticationError",
            Self::PermissionDenied => "PermissionDeniedError",
            Self::NotFound => "NotFoundError",
            Self::MethodNotAllowed => "MethodNotAllowed",
            Self::BadRequest | Self::PayloadTooLarge | Self::Unprocessable | Self::PaymentRequired => "BadRequestError",
            Self::UnsupportedParams => "UnsupportedParamsError",
            Self::ContextWindowExceeded => "ContextWindowExceededError",
            Self::ContentPolicy => "ContentPolicyViolationError",
            Self::Conflict => "APIError",
            Self::Timeout | Self::GatewayTimeout => "Timeout",
            Self::RateLimit | Self::AllCooling => "RateLimitError",
            Self::BudgetExceeded => "BudgetExceededError",
            Self::InternalServer | Self::Overloaded => "InternalServerError",
            Self::Connection => "APIConnectionError",
            Self::MalformedReply => "APIError",
            Self::BadGateway => "BadGatewayError",
            Self::ServiceUnavailable => "ServiceUnavailableError",
            Self::NotImplemented => "NotImplementedError",
            Self::MidStream => "MidStreamFallbackError",
        }
    }

    /// Whether the same request may succeed when tried again, on the same deployment.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::Conflict
                | Self::RateLimit
                | Self::InternalServer
                | Self::Connection
                | Self::MalformedReply
                | Self::BadGateway
                | Self::ServiceUnavailable
                | Self::GatewayTimeout
                | Self::Overloaded
        )
    }

    /// Whether another deployment may succeed where this one cannot.
    pub const fn is_retryable_elsewhere(self) -> bool {
        self.is_retryable() || matches!(self, Self::Authentication | Self::PermissionDenied | Self::PaymentRequired)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

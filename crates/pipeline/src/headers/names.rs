//! Names of what clients are told, in two families: `x-litellm-*` and `x-tianji-*`.

use crate::settings::HeaderPrefix;
use http::HeaderName;

/// One name in both families.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    litellm: HeaderName,
    tianji: HeaderName,
}

impl Names {
    /// Those that are sent.
    pub(super) fn of(self, prefix: HeaderPrefix) -> impl Iterator<Item = HeaderName> {
        let litellm = matches!(prefix, HeaderPrefix::Litellm | HeaderPrefix::Both).then_some(self.litellm);
        let tianji = matches!(prefix, HeaderPrefix::Tianji | HeaderPrefix::Both).then_some(self.tianji);
        litellm.into_iter().chain(tianji)
    }

    /// Whether it is one of these.
    pub(super) fn holds(&self, name: &HeaderName) -> bool {
        self.litellm == *name || self.tianji == *name
    }
}

macro_rules! names {
    ($($constant:ident = $name:literal;)*) => {
        $(pub(super) const $constant: Names = Names {
            litellm: HeaderName::from_static(concat!("x-litellm-", $name)),
            tianji: HeaderName::from_static(concat!("x-tianji-", $name)),
        };)*
    };
}

names! {
    CALL_ID = "call-id";
    VERSION = "version";
    MODEL_ID = "model-id";
    MODEL_NAME = "model-name";
    MODEL_GROUP = "model-group";
    MODEL_API_BASE = "model-api-base";
    COST = "response-cost";
    COST_ORIGINAL = "response-cost-original";
    COST_INPUT = "response-cost-input";
    COST_OUTPUT = "response-cost-output";
    COST_CACHE_READ = "response-cost-cache-read";
    COST_CACHE_CREATION = "response-cost-cache-creation";
    COST_REASONING = "response-cost-reasoning";
    COST_TOOLS = "response-cost-tool-usage";
    COST_DISCOUNT = "response-cost-discount-amount";
    COST_MARGIN = "response-cost-margin-amount";
    MARGIN = "response-cost-margin-percent";
    KEY_SPEND = "key-spend";
    KEY_RPM = "key-rpm-limit";
    KEY_TPM = "key-tpm-limit";
    KEY_BUDGET = "key-max-budget";
    DURATION = "response-duration-ms";
    OVERHEAD = "overhead-duration-ms";
    RETRIES = "attempted-retries";
    FALLBACKS = "attempted-fallbacks";
    TIMEOUT = "timeout";
}

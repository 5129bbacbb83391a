//! Single members that a vendor needs or refuses.

use crate::body::Members;
use tianji_wire::RawObject;

/// Mistral, Cerebras and others send usage with the last chunk unasked, and refuse to be asked.
pub(super) fn no_stream_usage(body: &mut RawObject) {
    body.take("stream_options");
}

/// OpenRouter, "Usage Accounting".
pub(super) fn usage_on_request(body: &mut RawObject) {
    if body.json("usage").is_none() {
        body.put("usage", &serde_json::json!({ "include": true }));
    }
}

pub(super) fn force_store_false(body: &mut RawObject) {
    body.put("store", &false);
}

/// Fireworks, "Model names": `accounts/<account>/models/<model>`.
pub(super) fn account_model_prefix(body: &mut RawObject, prefix: &str) {
    if let Some(model) = body.member::<String>("model")
        && !model.contains('/')
    {
        body.put("model", &format!("{prefix}{model}"));
    }
}

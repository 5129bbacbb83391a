//! Anthropic's body as `InvokeModel` wants it (User Guide, "Anthropic Claude Messages API"): the model and the stream
//! stand in the URL, version and beta features in the body.

use crate::body::Members;
use http::HeaderMap;
use serde_json::json;
use tianji_core::{Extra, Json};
use tianji_wire::RawObject;

pub(super) fn edit(body: &mut RawObject, from_client: &HeaderMap, features: &[&str]) {
    body.remove("model");
    body.remove("stream");
    if !body.contains("anthropic_version") {
        body.put("anthropic_version", VERSION);
    }
    move_format(body);
    let mut betas: Vec<String> = body.member("anthropic_beta").unwrap_or_default();
    let sent = from_client.get_all("anthropic-beta").iter().filter_map(|value| value.to_str().ok());
    for beta in sent.flat_map(|list| list.split(',')).map(str::trim).chain(features.iter().copied()) {
        let known = BETAS.iter().find(|(name, _)| *name == beta).map(|(_, own)| *own);
        if let Some(own) = known
            && !betas.iter().any(|beta| beta == own)
        {
            betas.push(own.to_owned());
        }
    }
    if !betas.is_empty() {
        body.put("anthropic_beta", &betas);
    }
}

/// A body to be counted is one to be answered, which says how long the answer may be, and longer than the thinking.
pub(super) fn edit_count(body: &mut RawObject, _: &str, from_client: &HeaderMap) {
    edit(body, from_client, &[]);
    if !body.contains("max_tokens") {
        let thinking: Option<Extra> = body.member("thinking");
        let budget: Option<u64> = thinking.as_ref().and_then(|thinking| thinking.get("budget_tokens")?.read().ok());
        body.put("max_tokens", &budget.unwrap_or_default().saturating_add(1));
    }
}

/// `output_format` was the beta's word; here only `output_config.format` is known (User Guide, "Get validated JSON
/// results from models").
fn move_format(body: &mut RawObject) {
    let Some(format) = body.take("output_format") else { return };
    let mut config: Extra = body.member("output_config").unwrap_or_default();
    config.entry("format".to_owned()).or_insert(format);
    if let Ok(config) = Json::of(&json!(config)) {
        body.put_json("output_config", config);
    }
}

const VERSION: &str = "bedrock-2023-05-31";

/// Beta features by Anthropic's name and by Bedrock's. Any other is refused, and so would be the whole request.
const BETAS: &[(&str, &str)] = &[
    ("advanced-tool-use-2025-11-20", "tool-search-tool-2025-10-19"),
    ("computer-use-2024-10-22", "computer-use-2024-10-22"),
    ("computer-use-2025-01-24", "computer-use-2025-01-24"),
    ("computer-use-2025-11-24", "computer-use-2025-11-24"),
    ("context-1m-2025-08-07", "context-1m-2025-08-07"),
    ("context-management-2025-06-27", "context-management-2025-06-27"),
    ("dev-full-thinking-2025-05-14", "dev-full-thinking-2025-05-14"),
    ("effort-2025-11-24", "effort-2025-11-24"),
    ("fine-grained-tool-streaming-2025-05-14", "fine-grained-tool-streaming-2025-05-14"),
    ("interleaved-thinking-2025-05-14", "interleaved-thinking-2025-05-14"),
    ("output-128k-2025-02-19", "output-128k-2025-02-19"),
    ("token-efficient-tools-2025-02-19", "token-efficient-tools-2025-02-19"),
    ("tool-examples-2025-10-29", "tool-examples-2025-10-29"),
    ("tool-search-tool-2025-10-19", "tool-search-tool-2025-10-19"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::HeaderValue;
    use serde_json::Value;

    #[test]
    fn what_stands_in_the_url_goes_and_what_stood_in_headers_comes() {
        let text = r#"{"model":"m","stream":true,"max_tokens":1.0,"output_format":{"type":"json_schema"},"output_config":{"effort":"low"}}"#;
        let mut body = RawObject::parse(Bytes::from_static(text.as_bytes())).unwrap();
        let mut headers = HeaderMap::new();
        headers.append("anthropic-beta", HeaderValue::from_static("oauth-2025-04-20, context-1m-2025-08-07"));
        edit(&mut body, &headers, &["context-1m-2025-08-07", "advanced-tool-use-2025-11-20", "files-api-2025-04-14"]);
        let edited: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
        let expected = json!({
            "max_tokens": 1.0,
            "output_config": { "effort": "low", "format": { "type": "json_schema" } },
            "anthropic_version": "bedrock-2023-05-31",
            "anthropic_beta": ["context-1m-2025-08-07", "tool-search-tool-2025-10-19"],
        });
        assert_eq!(edited, expected);
    }

    #[test]
    fn what_is_counted_could_be_answered() {
        for (text, max_tokens) in [
            (r#"{"model":"m"}"#, json!(1)),
            (r#"{"max_tokens":5}"#, json!(5)),
            (r#"{"thinking":{"type":"enabled","budget_tokens":2048}}"#, json!(2049)),
            (r#"{"thinking":7}"#, json!(1)),
        ] {
            let mut body = RawObject::parse(Bytes::from_static(text.as_bytes())).unwrap();
            edit_count(&mut body, "m", &HeaderMap::new());
            let edited: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
            assert_eq!((&edited["max_tokens"], edited.get("model")), (&max_tokens, None), "{text}");
        }
    }

    #[test]
    fn a_version_of_the_clients_stays_and_no_betas_are_no_list() {
        let mut body = RawObject::parse(Bytes::from_static(br#"{"anthropic_version":"x"}"#)).unwrap();
        edit(&mut body, &HeaderMap::new(), &[]);
        assert_eq!(body.to_bytes(), r#"{"anthropic_version":"x"}"#);
    }
}

//! Configuration files for tests.

use crate::upstream::Upstream;
use serde_json::{Value, json};

/// A configuration that is being put together.
#[derive(Clone, Debug)]
pub struct Config(Value);

impl Config {
    /// A master key, no models, and no retries unless a test wants some. OpenAI is asked by chat completions in every
    /// client dialect, so that one programmed upstream serves them all.
    #[must_use]
    pub fn new() -> Self {
        Self(json!({
            "general_settings": {"master_key": MASTER_KEY},
            "router_settings": {"num_retries": 0},
            "litellm_settings": {"use_chat_completions_url_for_anthropic_messages": true},
            "model_list": [],
        }))
    }

    /// Adds a deployment of `model` (`openai/gpt-4o`) on an upstream.
    #[must_use]
    pub fn model(self, group: &str, model: &str, upstream: &Upstream) -> Self {
        let version = if model.starts_with("anthropic/") { "" } else { "/v1" };
        let base = format!("{}{version}", upstream.url());
        let params = json!({"model": model, "api_base": base, "api_key": UPSTREAM_KEY});
        self.deployment(&json!({"model_name": group, "litellm_params": params}))
    }

    /// Adds any entry to `model_list`.
    #[must_use]
    pub fn deployment(mut self, entry: &Value) -> Self {
        if let Some(list) = self.0.pointer_mut("/model_list").and_then(Value::as_array_mut) {
            list.push(entry.clone());
        }
        self
    }

    /// Sets one key of a section.
    #[must_use]
    pub fn set(mut self, section: &str, key: &str, value: Value) -> Self {
        if let Some(sections) = self.0.as_object_mut() {
            let section = sections.entry(section).or_insert_with(|| json!({}));
            if let Some(keys) = section.as_object_mut() {
                keys.insert(key.to_owned(), value);
            }
        }
        self
    }

    /// The file's text. JSON is YAML too.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{:#}", self.0)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// The master key of all test configurations.
pub const MASTER_KEY: &str = "sk-master-of-the-tests-4711";
const UPSTREAM_KEY: &str = "vendor-key-of-the-tests";

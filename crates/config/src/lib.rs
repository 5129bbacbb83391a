//! YAML to validated configuration, with warnings and errors by path and line. Pure: files and the environment are
//! reached through [`Source`].
//!
//! ```
//! use tianji_config::{Source, SourceError, load};
//! struct OneFile(&'static str);
//! impl Source for OneFile {
//!     fn read(&self, _: &str) -> Result<String, SourceError> { Ok(self.0.to_owned()) }
//!     fn env(&self, _: &str) -> Option<String> { None }
//! }
//! let file = OneFile("model_list: [{model_name: a, litellm_params: {model: openai/gpt-4o}}]\nnope: 1");
//! let loaded = load("config.yaml", &file).expect("valid");
//! assert_eq!(loaded.config.model_list.len(), 1);
//! assert!(loaded.warnings[0].to_string().starts_with("config.yaml:2: nope: unknown key"));
//! ```

mod check;
mod config;
mod diagnostic;
mod fallback;
pub mod keys;
mod load;
mod model;
mod raw;
mod raw_object;
mod read;
mod settings;
mod source;

pub use config::Config;
pub use diagnostic::{Cause, Diagnostic, Severity};
pub use fallback::{FallbackList, FallbackLists, FallbackTarget, GroupAlias};
pub use load::{Environment, Loaded, load};
pub use model::{
    AccessControl, AwsParams, AzureParams, IbmParams, ModelEntry, ModelInfo, ModelParams, OciParams, Prices,
    VertexCredentials, VertexParams,
};
pub use raw_object::RawObject;
pub use settings::{CostMargin, GeneralSettings, LitellmSettings, RouterSettings};
pub use source::{Source, SourceError};

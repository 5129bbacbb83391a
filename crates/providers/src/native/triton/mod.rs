//! NVIDIA Triton Inference Server (Triton, "Generate Extension"; KServe, "Open Inference Protocol V2", for `/infer`):
//! text generation in words of its own. What a model's tensors are called is the model's affair: the names are those of
//! TensorRT-LLM's backend (`tensorrtllm_backend`, "Send an Inference Request").

mod body;
mod replies;
mod url;

use super::Folder;
use crate::endpoint::EndpointKind;
use crate::provider::Hooks;
use replies::Outputs;

pub(super) const FOLDER: Folder = Folder {
    name: "triton",
    row: include_str!("row.toml"),
    hooks: Hooks {
        uri: url::uri,
        edit: Some(body::edit),
        bind: Some(body::bind),
        replies: Some(|kind, _| match kind {
            EndpointKind::Chat => Some(Box::new(Outputs)),
            _ => None,
        }),
        ..Hooks::COMPAT
    },
};

/// The endpoint that takes tensors.
const INFER: &str = "/infer";

//! Where parameters stand: sampling and everything about the running of a model under `options` (Ollama docs,
//! "Modelfile", "Valid Parameters and Values"), the rest at the top.

/// Members of the top level that the canonical model has no word for.
pub(super) const TOP: &[&str] = &["format", "keep_alive", "options", "raw", "system", "template", "think", "truncate"];

//! Reading documents (Mistral, "OCR", is the form that clients see).

mod aws_textract;
mod document_intelligence;
mod mistral;
mod reducto;
mod vertex_ai;

use super::Translator;

/// The translators of this kind that rows may name.
pub(crate) fn named(name: &str) -> Option<&'static dyn Translator> {
    Some(match name {
        "aws_textract" => &aws_textract::AwsTextract,
        "document_intelligence" => &document_intelligence::DocumentIntelligence,
        "mistral" => &mistral::Mistral,
        "reducto" => &reducto::Reducto,
        "vertex_ai" => &vertex_ai::VertexAi,
        _ => return None,
    })
}

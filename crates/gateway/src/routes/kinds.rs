//! Routes of the endpoint kinds that do not generate a reply.

use super::llm::run;
use super::{Answer, Hit, Route, route};
use tianji_admin::Verb;
use tianji_auth::{Permission, RouteGroup};
use tianji_providers::EndpointKind;

pub(super) const ROUTES: &[Route] = &[
    kind("/v1/embeddings", "embeddings", "Embeddings", embeddings),
    kind("/engines/{model}/embeddings", "embeddings", "Embeddings, model in the path", embeddings),
    kind("/openai/deployments/{model}/embeddings", "embeddings", "Embeddings, Azure path", embeddings),
    kind("/openai/v1/embeddings", "embeddings", "Embeddings", embeddings),
    kind("/v1/rerank", "rerank", "Rerank documents", rerank),
    kind("/v2/rerank", "rerank", "Rerank documents", rerank),
    kind("/v1/moderations", "moderations", "Moderation", moderation),
    kind("/v1/images/generations", "image_generation", "Make pictures", images),
    kind("/openai/deployments/{model}/images/generations", "image_generation", "Make pictures, Azure path", images),
    kind("/v1/images/edits", "image_edit", "Change pictures", image_edits),
    kind("/openai/deployments/{model}/images/edits", "image_edit", "Change pictures, Azure path", image_edits),
    kind("/v1/audio/speech", "audio_speech", "Text to speech", speech),
    kind("/openai/deployments/{model}/audio/speech", "audio_speech", "Text to speech, Azure path", speech),
    kind("/v1/audio/transcriptions", "audio_transcriptions", "Speech to text", transcription),
    kind(
        "/openai/deployments/{model}/audio/transcriptions",
        "audio_transcriptions",
        "Speech to text, Azure path",
        transcription,
    ),
    kind("/v1/audio/translations", "audio_translations", "Speech to English text", translation),
    kind(
        "/openai/deployments/{model}/audio/translations",
        "audio_translations",
        "Speech to English text, Azure path",
        translation,
    ),
    kind("/v1/images/variations", "image_variation", "Pictures like another", image_variations),
    kind("/v1/ocr", "ocr", "Text of documents", ocr),
    kind("/v1/search", "search", "Search the web", search),
    kind("/v1/search/{model}", "search", "Search the web, tool in the path", search),
];

const fn kind(path: &'static str, name: &'static str, summary: &'static str, handler: fn(Hit) -> Answer) -> Route {
    route(Verb::Post, path, name, summary, Permission::Infer, &[RouteGroup::Llm, RouteGroup::OpenAi], handler)
}

fn embeddings(hit: Hit) -> Answer {
    run(hit, EndpointKind::Embeddings, "aembedding")
}

fn rerank(hit: Hit) -> Answer {
    run(hit, EndpointKind::Rerank, "arerank")
}

fn moderation(hit: Hit) -> Answer {
    run(hit, EndpointKind::Moderation, "amoderation")
}

fn images(hit: Hit) -> Answer {
    run(hit, EndpointKind::Images, "aimage_generation")
}

fn image_edits(hit: Hit) -> Answer {
    run(hit, EndpointKind::ImageEdits, "aimage_edit")
}

fn speech(hit: Hit) -> Answer {
    run(hit, EndpointKind::Speech, "aspeech")
}

fn transcription(hit: Hit) -> Answer {
    run(hit, EndpointKind::Transcription, "atranscription")
}

fn translation(hit: Hit) -> Answer {
    run(hit, EndpointKind::Translation, "atranslation")
}

fn image_variations(hit: Hit) -> Answer {
    run(hit, EndpointKind::ImageVariations, "aimage_variation")
}

fn search(hit: Hit) -> Answer {
    run(hit, EndpointKind::Search, "asearch")
}

fn ocr(hit: Hit) -> Answer {
    run(hit, EndpointKind::Ocr, "aocr")
}

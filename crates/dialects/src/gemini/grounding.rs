//! What an answer rests on: pages found by the vendor's search (Gemini API docs, "Grounding with Google Search"), as
//! OpenAI's `url_citation` annotations.

use serde::{Deserialize, Serialize};
use tianji_core::Json;

/// The annotations that `groundingMetadata` stands for. `text` is the answer: the vendor counts bytes, OpenAI
/// characters.
pub(super) fn annotations(raw: &Json, text: &str) -> Vec<Json> {
    let Ok(metadata) = raw.read::<Metadata>() else { return Vec::new() };
    let chunks = metadata.grounding_chunks;
    let mut found = Vec::new();
    for support in metadata.grounding_supports {
        let Some(segment) = support.segment else { continue };
        for at in support.grounding_chunk_indices {
            let Some(web) = chunks.get(at).and_then(|chunk| chunk.web.as_ref()) else { continue };
            let url_citation = UrlCitation {
                start_index: characters(text, segment.start_index),
                end_index: characters(text, segment.end_index),
                title: web.title.as_deref().unwrap_or_default(),
                url: web.uri.as_deref().unwrap_or_default(),
            };
            found.extend(Json::of(&Annotation { kind: "url_citation", url_citation }).ok());
        }
    }
    found
}

/// How many searches are billed: one for each request that was grounded, before the third generation; since then one for
/// each query (Gemini API docs, "Gemini Developer API pricing").
pub(super) fn searches(raw: &Json, third: bool) -> u64 {
    let queries = raw.read::<Metadata>().map(|metadata| metadata.web_search_queries.len()).unwrap_or(0) as u64;
    if third { queries } else { queries.min(1) }
}

fn characters(text: &str, bytes: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < bytes).count()
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    #[serde(alias = "web_search_queries")]
    web_search_queries: Vec<String>,
    #[serde(alias = "grounding_chunks")]
    grounding_chunks: Vec<Chunk>,
    #[serde(alias = "grounding_supports")]
    grounding_supports: Vec<Support>,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default, alias = "retrievedContext", alias = "retrieved_context", alias = "maps")]
    web: Option<Web>,
}

#[derive(Deserialize)]
struct Web {
    #[serde(default)]
    uri: Option<String>,
    #[serde(default)]
    title: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Support {
    #[serde(default)]
    segment: Option<Segment>,
    #[serde(default, alias = "grounding_chunk_indices")]
    grounding_chunk_indices: Vec<usize>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Segment {
    #[serde(alias = "start_index")]
    start_index: usize,
    #[serde(alias = "end_index")]
    end_index: usize,
}

#[derive(Serialize)]
struct Annotation<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url_citation: UrlCitation<'a>,
}

#[derive(Serialize)]
struct UrlCitation<'a> {
    start_index: usize,
    end_index: usize,
    title: &'a str,
    url: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_characters() {
        let raw = r#"{"webSearchQueries":["a","b"],"groundingChunks":[{"web":{"uri":"https://e","title":"t"}}],
            "groundingSupports":[{"segment":{"startIndex":2,"endIndex":4},"groundingChunkIndices":[0,7]},{"groundingChunkIndices":[0]}]}"#;
        let raw = Json::parse(raw).unwrap();
        let [one] = annotations(&raw, "éab").try_into().unwrap();
        assert_eq!(
            one.text(),
            r#"{"type":"url_citation","url_citation":{"start_index":1,"end_index":3,"title":"t","url":"https://e"}}"#
        );
        assert_eq!((searches(&raw, false), searches(&raw, true)), (1, 2));
        assert!(annotations(&Json::parse("[]").unwrap(), "x").is_empty());
    }
}

//! What a price depends on besides usage.

use crate::price::Price;
use tianji_core::{Micros, Usd};

/// Circumstances of a call. The default is a plain call.
#[derive(Clone, Copy, Debug, Default)]
pub struct CostContext<'a> {
    /// Service tier in the vendor's word, from the reply, else from the request: `flex`, `priority`,
    /// `ON_DEMAND_PRIORITY`, `fast`, `batch` …
    pub service_tier: Option<&'a str>,
    /// The call was part of a batch.
    pub batch: bool,
    /// When the call began, for prices by the hour.
    pub started_at: Option<Micros>,
    /// Where data has to stay: `eu` or `us`.
    pub residency: Option<&'a str>,
    /// The call went to a regional endpoint (Vertex AI, Bedrock).
    pub regional_endpoint: bool,
    /// Context size of web searches.
    pub search_context_size: SearchContextSize,
    /// Web searches that are free of charge this time.
    pub free_searches: u64,
    /// Resolution or size class of pictures and films: `720p`, `4k`, `1024`, `2K`.
    pub resolution: Option<&'a str>,
    /// What was consumed besides tokens and [`Counters`](tianji_core::Counters).
    pub units: Units,
    /// Wall-clock milliseconds of the call, for models that are paid by time.
    pub duration_ms: u64,
    /// The cost that a trusted vendor reported; it replaces the calculation.
    pub reported: Option<Usd>,
    /// Discount and margin.
    pub adjust: Option<&'a CostAdjust>,
}

/// How much of the web a search reads (OpenAI, "Web search": `search_context_size`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchContextSize {
    /// `low`
    Low,
    /// `medium`
    #[default]
    Medium,
    /// `high`
    High,
}

/// Billable things that only some vendors count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Pictures put in (embeddings, films).
    pub input_images: u64,
    /// Pixels of all pictures made.
    pub pixels: u64,
    /// Milliseconds of sound put in (embeddings).
    pub input_audio_ms: u64,
    /// Milliseconds of film put in (embeddings).
    pub input_video_ms: u64,
    /// Pages with annotations (OCR).
    pub annotated_pages: u64,
    /// Results asked of a search.
    pub results: u64,
    /// Calls of file search.
    pub file_search_calls: u64,
    /// Sessions of a code interpreter.
    pub code_interpreter_sessions: u64,
    /// Questions to maps.
    pub maps_queries: u64,
    /// Tokens that computer use took in.
    pub computer_input_tokens: u64,
    /// Tokens that computer use gave out.
    pub computer_output_tokens: u64,
}

/// What an operator adds to or takes off a vendor's price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CostAdjust {
    /// Fraction taken off, `0.1` = ten per cent. More than 1 counts as 1.
    pub discount: Option<Price>,
    /// Fraction put on after the discount, `0.2` = twenty per cent.
    pub margin: Option<Price>,
    /// Dollars put on at last.
    pub margin_fixed: Option<Price>,
}

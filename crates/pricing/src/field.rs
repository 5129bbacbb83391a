//! What the names of catalogue fields mean: token prices with their tiers, other units, facts.

/// Kinds of token with a price of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    Input,
    InputAudio,
    InputImage,
    InputVideo,
    CacheRead,
    CacheReadAudio,
    CacheReadImage,
    CacheWrite,
    CacheWrite1h,
    Output,
    Reasoning,
    OutputAudio,
    OutputImage,
    OutputVideo,
}

/// Service tiers with prices of their own, as suffixes of field names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    #[default]
    Plain,
    Balanced,
    Decisions,
    Fast,
    Flex,
    Priority,
    Ultrafast,
}

impl Service {
    /// From a vendor's word in a request or reply; what is unknown is plain.
    ///
    /// OpenAI "Flex processing", "Priority processing" (`service_tier`); Google "GenerateContentResponse"
    /// (`trafficType`: `ON_DEMAND_PRIORITY`, `ON_DEMAND_FLEX`); Anthropic "Fast mode" (`speed`).
    pub(crate) fn of(word: &str) -> Self {
        let word = word.as_bytes();
        let word = match word.split_at_checked(ON_DEMAND.len()) {
            Some((head, rest)) if head.eq_ignore_ascii_case(ON_DEMAND) => rest,
            _ => word,
        };
        let known = SERVICES.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(word));
        known.map_or(Self::Plain, |(_, service)| *service)
    }
}

/// One token price: whose, above how many thousand input tokens (0 = any), for which tier, in batches or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) family: Family,
    pub(crate) above_k: u32,
    pub(crate) service: Service,
    pub(crate) batch: bool,
}

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// A price per token.
    Token(Key),
    /// A price per other unit, by its whole name.
    Unit(&'static str),
    /// A factor on all token prices.
    Multiplier(&'static str),
    /// A table or a word that prices depend on.
    Table(&'static str),
    /// Numbers that are no prices.
    Fact,
    /// Prices that no reported usage matches.
    Ignored,
    /// Anything else.
    Other,
}

impl Field {
    /// Reads a field's name.
    pub(crate) fn of(name: &str) -> Self {
        let listed = |list: &[&'static str]| list.iter().find(|known| **known == name).copied();
        if let Some(unit) = listed(UNITS) {
            return Self::Unit(unit);
        }
        if let Some(key) = token(name) {
            return Self::Token(key);
        }
        if let Some((_, word)) = MULTIPLIERS.iter().find(|(known, _)| *known == name) {
            return Self::Multiplier(word);
        }
        if let Some(table) = listed(TABLES) {
            return Self::Table(table);
        }
        if listed(FACTS).is_some() {
            Self::Fact
        } else if listed(IGNORED).is_some() {
            Self::Ignored
        } else {
            Self::Other
        }
    }

    /// Whether calls are charged by it.
    pub(crate) fn is_charged(self) -> bool {
        matches!(self, Self::Token(_) | Self::Unit(_))
    }

    /// Whether it belongs to the token prices, which replace one another only as a whole.
    pub(crate) fn is_token_price(self) -> bool {
        matches!(self, Self::Token(_) | Self::Table("tiered_pricing" | "off_peak_pricing"))
    }
}

fn token(name: &str) -> Option<Key> {
    let (stem, family) = FAMILIES.iter().find(|(stem, _)| {
        name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('_') && suffixes(rest).is_some())
    })?;
    let (above_k, service, batch) = suffixes(name.strip_prefix(stem)?)?;
    Some(Key { family: *family, above_k, service, batch })
}

/// Reads `_above_{N}k_tokens`, a service tier and `_batches` in any order.
fn suffixes(mut rest: &str) -> Option<(u32, Service, bool)> {
    let (mut above_k, mut service, mut batch) = (0, Service::Plain, false);
    while let Some(after) = rest.strip_prefix('_') {
        if let Some((number, tail)) = after.strip_prefix("above_").and_then(|tail| tail.split_once("k_tokens")) {
            above_k = number.parse().ok()?;
            rest = tail;
            continue;
        }
        let (word, tail) = after.find('_').map_or((after, ""), |at| after.split_at(at));
        if word == "batches" {
            batch = true;
        } else {
            service = SERVICES.iter().find(|(name, _)| *name == word).map(|(_, service)| *service)?;
        }
        rest = tail;
    }
    rest.is_empty().then_some((above_k, service, batch))
}

const ON_DEMAND: &[u8] = b"ON_DEMAND_";

const SERVICES: &[(&str, Service)] = &[
    ("balanced", Service::Balanced),
    ("decisions", Service::Decisions),
    ("fast", Service::Fast),
    ("flex", Service::Flex),
    ("priority", Service::Priority),
    ("ultrafast", Service::Ultrafast),
];

/// Stems of token prices.
const FAMILIES: &[(&str, Family)] = &[
    ("cache_creation_input_token_cost_above_1hr", Family::CacheWrite1h),
    ("cache_creation_input_token_cost", Family::CacheWrite),
    ("cache_read_input_audio_token_cost", Family::CacheReadAudio),
    ("cache_read_input_image_token_cost", Family::CacheReadImage),
    ("cache_read_input_token_cost", Family::CacheRead),
    ("input_cost_per_audio_token", Family::InputAudio),
    ("input_cost_per_image_token", Family::InputImage),
    ("input_cost_per_token_cache_hit", Family::CacheRead),
    ("input_cost_per_token", Family::Input),
    ("input_cost_per_video_token", Family::InputVideo),
    ("output_cost_per_audio_token", Family::OutputAudio),
    ("output_cost_per_image_token", Family::OutputImage),
    ("output_cost_per_reasoning_token", Family::Reasoning),
    ("output_cost_per_token", Family::Output),
    ("output_cost_per_video_token", Family::OutputVideo),
];

/// Prices per unit that is no token.
const UNITS: &[&str] = &[
    "annotation_cost_per_page",
    "annotation_cost_per_page_batches",
    "code_interpreter_cost_per_session",
    "computer_use_input_cost_per_1k_tokens",
    "computer_use_output_cost_per_1k_tokens",
    "cost_per_request",
    "cost_per_second",
    "file_search_cost_per_1k_calls",
    "google_maps_grounding_cost_per_query",
    "input_cost_per_audio_per_second",
    "input_cost_per_character",
    "input_cost_per_image",
    "input_cost_per_pixel",
    "input_cost_per_query",
    "input_cost_per_request",
    "input_cost_per_second",
    "input_cost_per_video_per_second",
    "ocr_cost_per_credit",
    "ocr_cost_per_page",
    "ocr_cost_per_page_batches",
    "output_cost_per_character",
    "output_cost_per_image",
    "output_cost_per_image_0.5K",
    "output_cost_per_image_1024",
    "output_cost_per_image_1536",
    "output_cost_per_image_1K",
    "output_cost_per_image_2K",
    "output_cost_per_image_4K",
    "output_cost_per_image_512",
    "output_cost_per_pixel",
    "output_cost_per_second",
    "output_cost_per_second_1080p",
    "output_cost_per_second_2k",
    "output_cost_per_second_480p",
    "output_cost_per_second_4k",
    "output_cost_per_second_720p",
    "output_cost_per_second_768p",
    "output_cost_per_video_per_second",
    "output_cost_per_video_per_second_1080p",
    "output_cost_per_video_per_second_480p",
    "output_cost_per_video_per_second_4k",
    "output_cost_per_video_per_second_720p",
];

/// Factors on all token prices and the word of the call that brings them on.
const MULTIPLIERS: &[(&str, &str)] = &[
    ("regional_endpoint_uplift_multiplier", ENDPOINT),
    ("regional_processing_uplift_multiplier_eu", "eu"),
    ("regional_processing_uplift_multiplier_us", "us"),
];

/// The word for the factor of regional endpoints.
pub(crate) const ENDPOINT: &str = "endpoint";

const TABLES: &[&str] = &[
    "guardrail_cost_per_unit",
    "off_peak_pricing",
    "provider_specific_entry",
    "search_context_cost_per_query",
    "search_free_requests",
    "tiered_pricing",
    "web_search_billing_unit",
];

const FACTS: &[&str] = &[
    "max_input_tokens",
    "max_output_tokens",
    "max_tokens",
    "output_vector_size",
    "prompt_cache_min_tokens",
    "rpm",
    "token_count_framing",
    "tpm",
];

/// Prices that are kept and shown, but no usage that a call reports is multiplied by them.
const IGNORED: &[&str] = &[
    // no vendor reports audio among cache writes
    "cache_creation_input_audio_token_cost",
    // citations are not in the token usage
    "citation_cost_per_token",
    // replies do not tell explicit from implicit cache reads
    "explicit_cache_read_input_token_cost",
    // per day, not per call
    "file_search_cost_per_gb_per_day",
    "vector_store_cost_per_gb_per_day",
    // Databricks units, for information beside the dollar prices
    "input_dbu_cost_per_token",
    "output_dbu_cost_per_token",
    // realtime sessions do not report a count of text messages
    "input_cost_per_text_message",
    // tiers of units whose tokens nobody counts; all are 0
    "input_cost_per_audio_per_second_above_128k_tokens",
    "input_cost_per_character_above_128k_tokens",
    "input_cost_per_image_above_128k_tokens",
    "input_cost_per_video_per_second_above_128k_tokens",
    "output_cost_per_character_above_128k_tokens",
    // intervals of a legacy embedding model
    "input_cost_per_video_per_second_above_15s_interval",
    "input_cost_per_video_per_second_above_8s_interval",
];

#[cfg(test)]
mod tests {
    use super::{Family, Field, Key, Service};

    #[test]
    fn reads_suffixes_in_any_order() {
        for (name, family, above_k, service, batch) in [
            ("input_cost_per_token", Family::Input, 0, Service::Plain, false),
            ("input_cost_per_token_cache_hit", Family::CacheRead, 0, Service::Plain, false),
            ("input_cost_per_token_above_272k_tokens_priority", Family::Input, 272, Service::Priority, false),
            ("output_cost_per_token_priority_above_7k_tokens_batches", Family::Output, 7, Service::Priority, true),
            ("cache_creation_input_token_cost_above_1hr", Family::CacheWrite1h, 0, Service::Plain, false),
            (
                "cache_creation_input_token_cost_above_1hr_above_200k_tokens",
                Family::CacheWrite1h,
                200,
                Service::Plain,
                false,
            ),
            ("cache_creation_input_token_cost_above_200k_tokens", Family::CacheWrite, 200, Service::Plain, false),
            ("input_cost_per_audio_token_batches", Family::InputAudio, 0, Service::Plain, true),
        ] {
            assert_eq!(Field::of(name), Field::Token(Key { family, above_k, service, batch }), "{name}");
        }
        assert_eq!(Field::of("input_cost_per_tokens"), Field::Other);
        assert_eq!(Field::of("input_cost_per_token_above_xk_tokens"), Field::Other);
        assert_eq!(Field::of("output_cost_per_second_720p"), Field::Unit("output_cost_per_second_720p"));
    }

    #[test]
    fn reads_vendors_words() {
        for (word, service) in [
            ("flex", Service::Flex),
            ("PRIORITY", Service::Priority),
            ("ON_DEMAND_PRIORITY", Service::Priority),
            ("on_demand_flex", Service::Flex),
            ("ON_DEMAND", Service::Plain),
            ("default", Service::Plain),
            ("standard", Service::Plain),
            ("", Service::Plain),
        ] {
            assert_eq!(Service::of(word), service, "{word}");
        }
    }
}

//! Units that are no tokens, by what the model is for.

use super::amount::Amount;
use super::bill::{Bill, Part};
use super::context::CostContext;
use crate::entry::ModelPrice;
use crate::mode::Mode;
use crate::price::Price;
use tianji_core::Usage;

/// Whether other units are charged in place of tokens.
///
/// Search units (rerank) and characters (speech) win where they have a price. Pictures, seconds and pages are charged
/// when no tokens were used or tokens have no price.
pub(crate) fn replace_tokens(price: &ModelPrice, usage: &Usage) -> bool {
    let tokens = usage.total() > 0 && price.sells_tokens();
    let characters = price.unit("input_cost_per_character").is_some();
    match price.mode() {
        Mode::Rerank => price.unit("input_cost_per_query").is_some(),
        Mode::Search | Mode::VectorStore => true,
        Mode::AudioSpeech => characters && usage.counters.characters > 0 || !tokens,
        Mode::AudioTranscription | Mode::ImageGeneration | Mode::ImageEdit | Mode::VideoGeneration | Mode::Ocr => {
            !tokens
        }
        _ => characters && !tokens && usage.counters.characters > 0,
    }
}

/// Charges units, per-request prices and time. `replacing` = tokens were not charged.
pub(crate) fn charge(price: &ModelPrice, usage: &Usage, context: &CostContext<'_>, replacing: bool, bill: &mut Bill) {
    let mut charge = Charge { price, usage, context, bill };
    match price.mode() {
        Mode::Rerank if replacing => charge.queries(usage.counters.search_units),
        Mode::Search | Mode::VectorStore => charge.queries(usage.counters.web_search.max(usage.counters.search_units)),
        Mode::AudioSpeech if replacing => charge.speech(),
        Mode::AudioTranscription if replacing => charge.transcription(),
        Mode::ImageGeneration | Mode::ImageEdit if replacing => charge.pictures(),
        Mode::VideoGeneration if replacing => charge.film(),
        Mode::Ocr => charge.pages(),
        Mode::Embedding => charge.embedded(replacing),
        _ if replacing => charge.characters(),
        _ => {}
    }
    for unit in ["input_cost_per_request", "cost_per_request"] {
        charge.once(unit);
    }
    if !price.sells_tokens() {
        charge.time(Part::Request, context.duration_ms, price.unit("cost_per_second"));
    }
}

struct Charge<'a> {
    price: &'a ModelPrice,
    usage: &'a Usage,
    context: &'a CostContext<'a>,
    bill: &'a mut Bill,
}

impl Charge<'_> {
    fn once(&mut self, unit: &str) {
        if let Some(price) = self.price.unit(unit) {
            self.bill.add(Part::Request, Amount::once(price));
        }
    }

    fn add(&mut self, part: Part, count: u64, price: Option<Price>) {
        if count > 0 {
            self.bill.add_known(part, price.map(|price| Amount::of(price, count)));
        }
    }

    fn time(&mut self, part: Part, milliseconds: u64, per_second: Option<Price>) {
        if let Some(price) = per_second {
            self.bill.add(part, Amount::of(price, milliseconds).down(3));
        }
    }

    /// Seconds of what was made or heard, which need a price.
    fn media(&mut self, part: Part, price: Option<Price>) {
        let milliseconds = self.usage.counters.milliseconds;
        if milliseconds > 0 {
            self.bill.add_known(part, price.map(|price| Amount::of(price, milliseconds).down(3)));
        }
    }

    /// A call is one search unit unless the vendor counted (Cohere, "Rerank": one per 100 documents).
    fn queries(&mut self, count: u64) {
        let results = self.context.units.results;
        let by_results = self.price.by_results.iter();
        let row = by_results.clone().find(|(_, to, _)| results <= *to).or_else(|| by_results.clone().last());
        let price = row.map(|(_, _, price)| *price).or_else(|| self.price.unit("input_cost_per_query"));
        self.add(Part::Request, count.max(1), price);
    }

    fn characters(&mut self) {
        let price = self.price.unit("input_cost_per_character");
        self.add(Part::Input, self.usage.counters.characters, price);
    }

    fn speech(&mut self) {
        if self.price.unit("input_cost_per_character").is_some() {
            return self.characters();
        }
        self.media(Part::Output, self.price.unit("output_cost_per_second"));
    }

    /// Seconds at one of the two prices, never at both; a price of 0 beside a real one is a filler.
    fn transcription(&mut self) {
        let prices = ["input_cost_per_second", "output_cost_per_second"].map(|unit| self.price.unit(unit));
        let real = prices.iter().flatten().find(|price| !price.is_zero());
        let price = real.copied().or_else(|| prices.into_iter().flatten().next());
        self.media(Part::Input, price);
    }

    fn pictures(&mut self) {
        let sized = self.context.resolution.and_then(|size| named(IMAGES, size)).and_then(|unit| self.price.unit(unit));
        let each = ["output_cost_per_image", "input_cost_per_image"].into_iter().find_map(|unit| self.price.unit(unit));
        let (input, output) = (self.price.unit("input_cost_per_pixel"), self.price.unit("output_cost_per_pixel"));
        if sized.or(each).is_some() || (input.is_none() && output.is_none()) {
            return self.add(Part::Output, self.usage.counters.images, sized.or(each));
        }
        for (part, price) in [(Part::Input, input), (Part::Output, output)] {
            if price.is_some() {
                self.add(part, self.context.units.pixels, price);
            }
        }
    }

    fn film(&mut self) {
        let table =
            |table| self.context.resolution.and_then(|size| named(table, size)).and_then(|unit| self.price.unit(unit));
        let plain = ["output_cost_per_video_per_second", "output_cost_per_second"];
        let plain = || plain.into_iter().find_map(|unit| self.price.unit(unit));
        let price = table(FILMS).or_else(|| table(VIDEOS)).or_else(plain);
        self.media(Part::Output, price);
        if let Some(price) = self.price.unit("input_cost_per_image") {
            self.add(Part::Input, self.context.units.input_images, Some(price));
        }
    }

    /// Pages; in a batch at the batch price, or at half of the plain one.
    fn pages(&mut self) {
        let counters = &self.usage.counters;
        // Of credits there may be parts.
        let counts = [(counters.pages, 0), (self.context.units.annotated_pages, 0), (counters.milli_credits, 3)];
        for ((count, digits), [unit, batch]) in counts.into_iter().zip(PAGES) {
            let (Some(plain), true) = (self.price.unit(unit), count > 0) else {
                continue;
            };
            let amount = match self.price.unit(batch) {
                _ if !self.context.batch => Amount::of(plain, count),
                Some(batch) => Amount::of(batch, count),
                None => Amount::of(plain, count).half(),
            };
            let amount = amount.down(digits);
            self.bill.add(Part::Output, amount);
        }
    }

    /// Pictures, sound and films that became vectors.
    fn embedded(&mut self, replacing: bool) {
        if replacing {
            self.characters();
        }
        let units = self.context.units;
        if let Some(price) = self.price.unit("input_cost_per_image") {
            self.add(Part::Input, units.input_images, Some(price));
        }
        self.time(Part::Input, units.input_audio_ms, self.price.unit("input_cost_per_audio_per_second"));
        self.time(Part::Input, units.input_video_ms, self.price.unit("input_cost_per_video_per_second"));
    }
}

fn named(table: &[(&str, &'static str)], size: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(size)).map(|(_, unit)| *unit)
}

const IMAGES: &[(&str, &str)] = &[
    ("0.5K", "output_cost_per_image_0.5K"),
    ("1024", "output_cost_per_image_1024"),
    ("1536", "output_cost_per_image_1536"),
    ("1K", "output_cost_per_image_1K"),
    ("2K", "output_cost_per_image_2K"),
    ("4K", "output_cost_per_image_4K"),
    ("512", "output_cost_per_image_512"),
];

const FILMS: &[(&str, &str)] = &[
    ("1080p", "output_cost_per_second_1080p"),
    ("2k", "output_cost_per_second_2k"),
    ("480p", "output_cost_per_second_480p"),
    ("4k", "output_cost_per_second_4k"),
    ("720p", "output_cost_per_second_720p"),
    ("768p", "output_cost_per_second_768p"),
];

const VIDEOS: &[(&str, &str)] = &[
    ("1080p", "output_cost_per_video_per_second_1080p"),
    ("480p", "output_cost_per_video_per_second_480p"),
    ("4k", "output_cost_per_video_per_second_4k"),
    ("720p", "output_cost_per_video_per_second_720p"),
];

/// Units of OCR and their batch forms: pages, annotated pages, credits.
const PAGES: [[&str; 2]; 3] = [
    ["ocr_cost_per_page", "ocr_cost_per_page_batches"],
    ["annotation_cost_per_page", "annotation_cost_per_page_batches"],
    ["ocr_cost_per_credit", ""],
];

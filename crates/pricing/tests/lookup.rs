//! Which entry prices which model: a table of names, and images by quality and size.

use tianji_pricing::{Catalogue, ImageKey};

#[test]
fn finds_the_entry_of_every_row() {
    let catalogue = Catalogue::embedded();
    let rows: Vec<Vec<&str>> = include_str!("lookup.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
        .collect();
    assert!(rows.len() >= 150);
    let mut wrong = Vec::new();
    for row in rows {
        let [provider, model, base, key] = row.as_slice() else { panic!("{row:?}") };
        let found = catalogue.key(provider, model, Some(*base).filter(|base| !base.is_empty()));
        if found.unwrap_or("-") != *key {
            wrong.push(format!("{provider} {model} {base}: {found:?} instead of {key}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn finds_images_by_quality_and_size() {
    let catalogue = Catalogue::embedded();
    let key = |quality, size, steps| ImageKey { quality, size, steps };
    for (provider, model, image, expected) in [
        ("openai", "gpt-image-1", key(Some("high"), Some("1024x1024"), None), "high/1024-x-1024/gpt-image-1"),
        ("openai", "gpt-image-1.5", key(Some("auto"), Some("1024x1024"), None), "1024-x-1024/gpt-image-1.5"),
        (
            "openai",
            "gpt-image-1.5",
            key(Some("standard"), Some("1024x1024"), None),
            "standard/1024-x-1024/gpt-image-1.5",
        ),
        ("azure", "dall-e-3", key(Some("hd"), Some("1024x1792"), None), "azure/hd/1024-x-1792/dall-e-3"),
        (
            "bedrock",
            "amazon.nova-canvas-v1:0",
            key(None, Some("1024x1024"), Some("50")),
            "1024-x-1024/50-steps/bedrock/amazon.nova-canvas-v1:0",
        ),
        ("fal_ai", "gpt-image-2", key(Some("low"), Some("1024x1024"), None), "fal_ai/low/1024-x-1024/gpt-image-2"),
        ("openai", "gpt-image-1.5", key(Some("nice"), Some("7x7"), None), "gpt-image-1.5"),
    ] {
        let price = catalogue.lookup_image(provider, model, None, image).unwrap();
        assert_eq!(price.name(), expected);
    }
}

#[test]
fn films_of_a_high_resolution_have_a_price_of_their_own() {
    let catalogue = Catalogue::embedded();
    for (provider, model, lines, expected) in [
        ("openai", "sora-2-pro", Some(1024), "openai/sora-2-pro-high-res"),
        ("openai", "sora-2-pro", Some(720), "openai/sora-2-pro"),
        ("openai", "sora-2-pro", None, "openai/sora-2-pro"),
        ("azure", "sora-2-pro", Some(1080), "azure/sora-2-pro-high-res"),
        ("openai", "sora-2", Some(1024), "openai/sora-2"),
    ] {
        let price = catalogue.lookup_film(provider, model, None, lines).unwrap();
        assert_eq!(price.name(), expected, "{model} {lines:?}");
    }
}

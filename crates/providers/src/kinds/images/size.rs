//! Sizes and shapes.

/// `WxH` in pixels. `auto` and anything else is no size.
pub(super) fn pixels(size: &str) -> Option<(u64, u64)> {
    let (width, height) = size.split_once(['x', 'X'])?;
    let (width, height) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
    (width > 0 && height > 0).then_some((width, height))
}

/// The shape among `offered` that is nearest to a size; a size may be a shape already (`16:9`).
pub(super) fn aspect<'a>(size: &str, offered: &[&'a str]) -> Option<&'a str> {
    if let Some(same) = offered.iter().find(|shape| **shape == size) {
        return Some(same);
    }
    let (width, height) = pixels(size).or_else(|| pixels(&size.replace(':', "x")))?;
    let wanted = (width as f64 / height as f64).ln();
    let away = |shape: &str| {
        let (width, height) = pixels(&shape.replace(':', "x"))?;
        Some(((width as f64 / height as f64).ln() - wanted).abs())
    };
    let known = offered.iter().filter_map(|shape| Some((*shape, away(shape)?)));
    known.min_by(|one, other| one.1.total_cmp(&other.1)).map(|(shape, _)| shape)
}

#[cfg(test)]
mod tests {
    use super::{aspect, pixels};

    #[test]
    fn sizes_become_the_nearest_shape() {
        let offered = ["1:1", "3:4", "4:3", "9:16", "16:9"];
        for (size, shape) in [
            ("1024x1024", Some("1:1")),
            ("1792x1024", Some("16:9")),
            ("1024x1792", Some("9:16")),
            ("1536x1024", Some("4:3")),
            ("9:16", Some("9:16")),
            ("21:9", Some("16:9")),
            ("auto", None),
            ("0x1", None),
        ] {
            assert_eq!(aspect(size, &offered), shape, "{size}");
        }
        assert_eq!(pixels("640X480"), Some((640, 480)));
    }
}
